"""How fast this is beside other ways to do the same: ratios, each taken in one run on the same machine."""
