"""Training as loops over runs, steps, units and samples, compiled by Numba.

All numbers are in the precision of the arrays, since another one would widen them.
"""

import math

import numba

compiled = numba.njit(fastmath=True, error_model="numpy")


@compiled
def forward(W, b, source, out, is_hidden):
    """Outputs `out (units, batch)` of a layer for the outputs `source` of the one before; tanh in hidden layers."""
    for o in range(W.shape[1]):
        out[o, :] = b[o]
        for i in range(W.shape[0]):
            for s in range(out.shape[1]):
                out[o, s] += W[i, o] * source[i, s]
        if is_hidden:
            for s in range(out.shape[1]):
                out[o, s] = math.tanh(out[o, s])


@compiled
def softmax(a, one):
    """Softmax of `a (units, batch)` over its units, in place."""
    for s in range(a.shape[1]):
        most, total = a[:, s].max(), one - one
        for o in range(a.shape[0]):
            a[o, s] = math.exp(a[o, s] - most)
            total += a[o, s]
        for o in range(a.shape[0]):
            a[o, s] /= total


@compiled
def backward(W, source, delta, before, one):
    """`before (units, batch)`, the slope of the cost in the layer before, whose outputs `source` are tanh."""
    for i in range(W.shape[0]):
        before[i, :] = one - one
        for o in range(W.shape[1]):
            for s in range(delta.shape[1]):
                before[i, s] += W[i, o] * delta[o, s]
        for s in range(delta.shape[1]):
            before[i, s] *= one - source[i, s] * source[i, s]


@compiled
def descend(W, b, source, delta, rate, one):
    """One step down the gradient of a layer."""
    for o in range(W.shape[1]):
        for i in range(W.shape[0]):
            total = one - one
            for s in range(delta.shape[1]):
                total += source[i, s] * delta[o, s]
            W[i, o] -= rate * total
        b[o] -= rate * delta[o].sum()


@compiled
def train(X, Y, Ws, bs, a, delta, batch, steps, classifies, rate, one, share):
    """Train `X (runs, d_in, n)` and `Y (runs, d_out, n)`; `a` and `delta (units, batch)` of each layer are memory."""
    last = len(Ws)
    for r in range(X.shape[0]):
        for step in range(steps):
            first = step * batch % X.shape[2]
            a[0][:] = X[r, :, first : first + batch]
            for index in range(last):
                forward(Ws[index][r], bs[index][r], a[index], a[index + 1], index + 1 < last)
            if classifies:
                softmax(a[last], one)
            delta[last][:] = (a[last] - Y[r, :, first : first + batch]) * share
            for index in range(last - 1, -1, -1):
                if index > 0:
                    backward(Ws[index][r], a[index], delta[index + 1], delta[index], one)
                descend(Ws[index][r], bs[index][r], a[index], delta[index + 1], rate, one)
