"""From stacks to results, on this machine or on a cluster. It draws nothing: what draws is handed in."""
