"""From configs to specs that can run, to stacks, and to tasks for workers."""
