"""Compiled updates: one function for all steps of a stack, bit-identical to NumPy.

An update is recorded from training's own code (`record`). Its operations are grouped into loops (`grouping`), and their
results get places in memory (`placing`). The loops are written for LLVM (`writing`) and compiled for this processor
(`compiling`), and `engine` passes the arrays of a stack to them. docs/explanation.md explains why the bits are equal.
"""
