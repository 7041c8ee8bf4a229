"""From Python: a call starts what a command line would, and gives back what came out as an object to look at."""
