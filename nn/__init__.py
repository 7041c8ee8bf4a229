"""Multilayer perceptrons trained as stacks, in NumPy; `nn.fused` compiles the same operations, with identical bits.

A *stack* holds many runs of one structure along a leading run axis; a single run is a stack of one. This package knows
nothing of configs, files, or global random state: arrays go in, arrays come out.

Letters used in every docstring: `runs` (run axis), `n` (samples), `d_in`/`d_out` (inputs, outputs), `P` (parameters of
one run), `X`, `Y` (data), `W (runs, fan_in, fan_out)`, `b (runs, fan_out)`, pre-activation `z`, activation `a`, target
`t`, `delta = d cost / d z`. Inside a step, samples are the last axis: `z, a, t, delta (runs, units, n)`.
"""
