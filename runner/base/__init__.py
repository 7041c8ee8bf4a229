"""What every other folder may use: errors, texts, files, paths, the console, the machine. It imports no other one."""
