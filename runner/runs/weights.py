"""`weights.npz`: the parameters of a trained network with all that makes it one again. One writer and one reader."""

import hashlib
import io
import json
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from nn.registry import Array
from runner.base.formats import open_archive
from runner.runs.scaling import Scaling
from runner.runs.structure import Structure

ARRAYS = ("parameters", "structure", "x_shift", "x_scale", "y_shift", "y_scale")
FLOATS = tuple(np.dtype(kind).str for kind in (np.float32, np.float64))


@dataclass(frozen=True)
class Weights:
    """Parameters `(P,)` of a network with this structure, and the scaling of its inputs and targets."""

    parameters: Array
    structure: Structure
    scaling: Scaling

    @cached_property
    def digest(self) -> str:
        """What identifies the parameters in the run key of a network that starts from them."""
        return hashlib.sha256(self.parameters.tobytes()).hexdigest()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, inputs first."""
        return tuple(self.structure["sizes"])

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; none for a regression."""
        return tuple(self.structure["classes"])


def write_weights(weights: Weights) -> bytes:
    """A trained network's parameters, structure and scaling as the bytes of an `.npz`."""
    scaling, buffer = weights.scaling, io.BytesIO()
    np.savez(
        buffer,
        parameters=weights.parameters,
        structure=np.array(json.dumps(weights.structure)),
        x_shift=scaling.x_shift,
        x_scale=scaling.x_scale,
        y_shift=np.array(scaling.y_shift),
        y_scale=np.array(scaling.y_scale),
    )
    return buffer.getvalue()


def read_weights(content: bytes) -> Weights:
    """What `write_weights` wrote; nothing in it can run code. Raises ValueError with what is wrong in a few words."""
    try:
        with open_archive(io.BytesIO(content)) as arrays:
            if missing := [name for name in ARRAYS if name not in arrays]:
                raise ValueError(f"it has no {missing[0]}")
            structure, parameters = json.loads(str(arrays["structure"])), arrays["parameters"]
            scaling = Scaling(arrays["x_shift"], arrays["x_scale"], float(arrays["y_shift"]), float(arrays["y_scale"]))
        _ = [structure[name] for name in ("activation", "input", "output", "classes")]
        needed = sum((fan_in + structure["bias"]) * fan_out for fan_in, fan_out in pairwise(structure["sizes"]))
    except KeyError as error:
        raise ValueError(f"it has no {error.args[0]}") from error
    except (OSError, TypeError, ValueError) as error:
        raise ValueError(str(error) or "it is no archive of arrays") from error
    d_in = structure["sizes"][0]
    for what, values, n in (
        ("parameters", parameters, needed), ("x_shift", scaling.x_shift, d_in), ("x_scale", scaling.x_scale, d_in),
    ):  # fmt: skip
        if values.shape != (n,) or values.dtype.str not in FLOATS:
            raise ValueError(f"its {what} should be {n:,} numbers, as its structure needs")
    return Weights(parameters, structure, scaling)
