"""One stack trained in both ways, by compiled updates and by NumPy: all that comes out has the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nn.stack import Stack, Trained
from nn.training import train
from tests.nn.building import Structure, build_stack, changed

Make = Callable[[], Stack]  # a new one each time: batches and generators are used up
COMPILED = "compiled in "


def by_both(make: Make) -> tuple[Trained, Trained]:
    """The stack as compiled updates and as NumPy train it."""
    return train(make(), engine="compiled"), train(make(), engine="numpy")


def differences(one: Trained, other: Trained) -> list[str]:
    """What has other bytes."""
    pairs = {
        "parameters": (one.parameters, other.parameters),
        "snapshots": (one.snapshots, other.snapshots),
        "last step": (one.last_step, other.last_step),
        "best step": (one.best_step, other.best_step),
        "outcomes": (np.array(one.outcomes), np.array(other.outcomes)),
        **{f"state {k}": pair for k, pair in enumerate(zip(one.state, other.state, strict=True))},
    }
    for kind in ("history", "signals"):
        found, right = getattr(one, kind), getattr(other, kind)
        assert found.keys() == right.keys()
        pairs |= {f"{kind} {name}": (found[name], right[name]) for name in found}
    return [what for what, (found, right) in pairs.items() if found.tobytes() != right.tobytes()]


def check(make: Make) -> str:
    """Asserts that both engines give the same bytes; returns what the first says of itself."""
    found, right = by_both(make)
    assert right.engine == ""
    assert differences(found, right) == [], found.engine
    return found.engine


def check_compiled(make: Make) -> Trained:
    """Asserts the same bytes of updates that were compiled; returns what they gave."""
    found, right = by_both(make)
    assert found.engine.startswith(COMPILED), found.engine
    assert differences(found, right) == []
    return found


def stack_of(structure: Structure, seeds: Sequence[int]) -> Stack:
    """A stack in the order that is compiled, with snapshots; with units of each run's own where a fault mixes them."""
    stack = build_stack(replace(structure, order="F"), seeds)
    if "mixed_units" in structure.faults:
        shift, scale = (np.array([low + 0.01 * (seed % 89) for seed in seeds]) for low in (-0.7, 0.3))
        stack = changed(stack, target_shift=shift, target_scale=scale)
    return replace(stack, snapshots=stack.evaluations[1:])
