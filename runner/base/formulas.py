"""Arithmetic in a text, such as `sin(x) + 0.3 * x ** 2`: parsed as a Python expression, evaluated by walking the tree.

Only what is listed here is understood; nothing is executed. Numbers may be arrays.
"""

import ast
import operator
import warnings
from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Value = float | NDArray[np.floating[Any]]
T = TypeVar("T")
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip
OF_ONE: dict[str, Callable[[Value], Value]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "floor": np.floor,
}  # fmt: skip
OF_SOME: dict[str, Callable[[Value, Value], Value]] = {"min": np.minimum, "max": np.maximum}
ON_NUMBERS = (*OF_ONE, *OF_SOME)
OPERATORS = "+ - * / **"
DEEPEST = 200


def read(text: str, make: Callable[[str, ast.expr], T], example: str) -> T:
    """The result of `make` for a one-line text, and the parsed expression.

    Raises ValueError with what is wrong, and an example of the right form.
    """
    if "#" in text:  # lines are joined, so a comment would hide those that follow
        raise ValueError("must not have a comment (#) inside")
    source = " ".join(text.split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", category=Warning)
            tree = ast.parse(source, mode="eval")
        if _depth(tree) > DEEPEST:  # it is walked again elsewhere, where there may be less room for it
            raise RecursionError
        return make(source, tree.body)
    except (SyntaxError, Warning) as error:
        raise ValueError(f"cannot be read: {getattr(error, 'msg', error)}; it should look like {example}") from error
    except (OverflowError, RecursionError, MemoryError) as error:
        raise ValueError("has a number that is too large, or is nested too deeply") from error


def _depth(tree: ast.AST) -> int:
    """How deep an expression is nested."""
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [part for one in level for part in ast.iter_child_nodes(one)]
    return depth


def arithmetic(node: ast.expr, value: Callable[[ast.expr], Value], source: str) -> Value | None:
    """The value of a number, an operation or a function call; None for anything else.

    `value` evaluates the operands. Division by zero gives infinity or NaN, as for floats.
    """
    with np.errstate(all="ignore"):
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return float(number)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return ARITHMETIC[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in ON_NUMBERS:
                if node.keywords or not arguments or (name in OF_ONE and len(arguments) > 1):
                    takes = "one number" if name in OF_ONE else "numbers alone"
                    raise ValueError(f"{text_of(node, source)!r}: {name} takes {takes}")
                values = [value(argument) for argument in arguments]
                return OF_ONE[name](values[0]) if name in OF_ONE else reduce(OF_SOME[name], values)
    return None


def comparisons(node: ast.expr, source: str) -> list[tuple[list[ast.expr], list[str]]]:
    """The operands and operators of each comparison. Raises ValueError for anything else."""
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return [comparison for value in values for comparison in comparisons(value, source)]
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in SIGNS for op in ops):
            return [([left, *others], [SIGNS[type(op)] for op in ops])]
    raise ValueError(f"{text_of(node, source)!r} is not a comparison; allowed are {' '.join(COMPARE)}, joined by 'and'")


def text_of(node: ast.AST, source: str) -> str:
    """The source text of a part of an expression."""
    return ast.get_source_segment(source, node) or ""
