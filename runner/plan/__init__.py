"""From configs to specs that can run, stacks of them, and tasks for workers."""
