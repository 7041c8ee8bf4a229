"""From stacks to results, on this machine or on a cluster. It draws nothing: the drawing function is passed in."""
