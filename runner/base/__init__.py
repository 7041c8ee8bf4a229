"""What every floor uses: errors, texts, files, paths, the console, the machine. It imports nothing of ours."""
