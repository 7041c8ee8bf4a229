"""Whether two trainings of a run are the same, to the last bit (law 2)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.stack import Trained
from nn.training import train
from tests.nn.building import Structure, build_stack


def difference(together: Trained, index: int, alone: Trained) -> list[str]:
    """What differs, to the last bit, between a run inside a stack and the same run trained alone."""
    pairs: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
        "parameters": (together.parameters[index], alone.parameters[0]),
        "last_step": (together.last_step[index], alone.last_step[0]),
        "outcome": (np.array(together.outcomes[index]), np.array(alone.outcomes[0])),
        **{f"state {k}": (s[index], alone.state[k][0]) for k, s in enumerate(together.state)},
        **{series: (values[index], alone.history[series][0]) for series, values in together.history.items()},
    }
    signals = together.of(index).signals, alone.of(0).signals
    pairs |= {f"signal {name}": (values, signals[1][name]) for name, values in signals[0].items()}
    return [what for what, (one, other) in pairs.items() if one.tobytes() != other.tobytes()]


def check_alone_and_together(structure: Structure, seeds: Sequence[int], positions: Sequence[int]) -> Trained:
    """Asserts that the runs at these positions have the same bits alone; returns the stack's result."""
    network, together = structure.network, train(build_stack(structure, seeds))
    for position in positions:
        alone = train(build_stack(structure, [seeds[position]]))
        assert difference(together, position, alone) == []
        for n in (1, 6):
            X = np.random.default_rng(n).uniform(-1, 1, (1, n, structure.sizes[0]))
            with np.errstate(all="ignore"):  # a network that nearly diverged may overflow on other inputs
                outputs, outputs_alone = (network.predict(one.parameters, X) for one in (together, alone))
            assert outputs[position].tobytes() == outputs_alone[0].tobytes()
    return together
