"""A data set from a formula on the command line: a curve, a surface, or a boundary between two classes."""

import ast
import re
from dataclasses import dataclass
from math import e, pi

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.errors import unknown
from runner.base.formulas import COMPARE, ON_NUMBERS, OPERATORS, Value, arithmetic, comparisons, read, text_of
from runner.datasets.samples import DATASETS, DataError, Samples, Streams, Target
from runner.datasets.synthetic import Amount, Count, Interval

EXAMPLE = "sin(x)+0.3*x, sin(x1)*x2, or x1**2+x2**2<1 for two classes"
CONSTANTS = {"pi": pi, "e": e}
NUMBERED = re.compile(r"x[1-9]")
LOOKED_AT = 101  # points of a grid along each of one or two inputs, on which a formula must be finite


@dataclass(frozen=True)
class Formula:
    """An expression in the inputs; a condition, such as `x1 < x2`, tells two classes apart."""

    source: str
    node: ast.expr
    inputs: tuple[str, ...]
    is_condition: bool

    def numbers(self, X: Array) -> Array:
        """Its values `(n,)` at inputs `(n, d_in)`."""
        return np.broadcast_to(self._value(self.node, X), len(X)).astype(np.float64)

    def holds(self, X: Array) -> NDArray[np.bool_]:
        """Whether the condition holds at inputs `(n, d_in)`: `(n,)`."""
        found = np.ones(len(X), dtype=bool)
        for operands, signs in comparisons(self.node, self.source):
            sides = [self._value(operand, X) for operand in operands]
            for left, sign, right in zip(sides, signs, sides[1:], strict=False):
                found &= COMPARE[sign](left, right)
        return found

    def finite(self, X: Array) -> NDArray[np.bool_]:
        """Whether each value `(n,)` is a finite number; for a condition, both sides of its comparisons."""
        nodes = [self.node]
        if self.is_condition:
            nodes = [one for operands, _ in comparisons(self.node, self.source) for one in operands]
        found = [np.isfinite(np.broadcast_to(self._value(one, X), len(X))) for one in nodes]
        return np.asarray(np.all(found, axis=0))

    def _value(self, node: ast.expr, X: Array) -> Value:
        value = arithmetic(node, lambda part: self._value(part, X), self.source)
        if value is not None:
            return value
        match node:
            case ast.Name(id=name) if name in self.inputs:
                return X[:, self.inputs.index(name)]
            case ast.Name(id=name) if name in CONSTANTS:
                return CONSTANTS[name]
            case ast.BinOp(op=ast.BitXor()):
                raise ValueError(f"{text_of(node, self.source)!r} is not understood; a power is written **")
            case ast.Call(func=function):
                told = unknown(text_of(function, self.source), ON_NUMBERS, what="{given!r} is not a function")
                raise ValueError(f"{told}; allowed are {', '.join(ON_NUMBERS)}")
        known = f"numbers, x or x1 to x9, pi, e, {OPERATORS}, {' '.join(COMPARE)} and {', '.join(ON_NUMBERS)}"
        raise ValueError(f"{text_of(node, self.source)!r} is not understood; allowed are {known}")


@DATASETS.register
def function(
    streams: Streams,
    *,
    y: str = "sin(x)+0.3*x",
    domain: Interval = (-5.0, 5.0),
    samples: Count = 300,
    noise: Amount = 0.0,
) -> Samples:
    """Your own formula + U(-noise, noise): a curve of x, a surface of x1 and x2, and so on up to x9.

    A comparison makes two classes: yes where it holds, no elsewhere; noise then moves the inputs after the class is
    fixed. Inputs are uniform on the domain, which all of them share.
    """
    formula = _formula(y)
    low, high = domain
    if not (np.isfinite(domain).all() and low < high):
        raise DataError(f"must be two finite numbers in ascending order, got [{low:g}, {high:g}]", "domain")
    d_in = len(formula.inputs)

    def classes(X: Array) -> NDArray[np.int64]:
        return formula.holds(X).astype(np.int64)

    def truth(X: Array) -> Array:
        return formula.numbers(X)[:, np.newaxis]

    def draw(streams: Streams, n: int) -> tuple[Array, Target]:
        X = streams.inputs.uniform(low, high, (n, d_in))
        if formula.is_condition:
            return X + noise * streams.noise.uniform(-1, 1, (n, d_in)), classes(X)
        return X, truth(X) + noise * streams.noise.uniform(-1, 1, (n, 1))

    X, Y = draw(streams, samples)
    _check_finite(formula, domain, X)
    if not formula.is_condition:
        return Samples(X, Y, "regression", formula.inputs, truth=truth, domain=(domain,) * d_in, draw=draw)
    if len(np.unique(Y)) < 2:
        always = "everywhere" if Y[0] else "nowhere"
        raise DataError(f"{y!r} holds {always} in the domain [{low:g}, {high:g}]; classes need points of both", "y")
    best = classes if noise == 0 else None
    return Samples(X, Y, "classification", formula.inputs, y, ("no", "yes"), bayes=best, draw=draw)


def _formula(text: str) -> Formula:
    try:
        return read(text, _made, EXAMPLE)
    except ValueError as error:
        raise DataError(f"{text!r}: {error}" if len(text) < 200 else str(error), "y") from error


def _made(source: str, node: ast.expr) -> Formula:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    numbered = sorted(name for name in names if NUMBERED.fullmatch(name))
    if numbered and "x" in names:
        raise ValueError(f"x is the only input where it is used; with {numbered[0]} write x1, x2, ...")
    inputs = tuple(f"x{number + 1}" for number in range(int(numbered[-1][1:]))) if numbered else ("x",)
    is_condition = isinstance(node, ast.Compare | ast.BoolOp)
    formula = Formula(source, node, inputs, is_condition)
    formula.finite(np.ones((1, len(inputs))))  # says what is not understood
    if not numbered and "x" not in names:
        raise ValueError(f"names no input; it should look like {EXAMPLE}")
    return formula


def _check_finite(formula: Formula, domain: Interval, X: Array) -> None:
    """Raise DataError if the formula is undefined in its domain: at the samples, or on a grid over few inputs."""
    d_in, axis = X.shape[1], np.linspace(*domain, LOOKED_AT)
    if d_in <= 2:
        X = np.concatenate([np.column_stack([part.ravel() for part in np.meshgrid(*[axis] * d_in)]), X])
    lacking = X[~formula.finite(X)]
    if len(lacking):
        where = ", ".join(f"{name}={value:.4g}" for name, value in zip(formula.inputs, lacking[0], strict=True))
        told = f"{formula.source!r} has no finite value at {where}; data.domain says where it is sampled"
        raise DataError(told, "y")
