"""`weights.npz`: the parameters of a trained network with all that is needed to rebuild it. One writer, one reader."""

import hashlib
import io
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from nn.registry import Array
from runner.base.formats import open_archive
from runner.datasets.tables.encoding import Encoding, encoding_of
from runner.runs.scaling import Scaling
from runner.runs.structure import Structure

ARRAYS = ("parameters", "structure", "x_shift", "x_scale", "y_shift", "y_scale")
FLOATS = tuple(np.dtype(kind).str for kind in (np.float32, np.float64))


@dataclass(frozen=True)
class Weights:
    """Parameters `(P,)` of a network with this structure, and the scaling of its inputs and targets.

    `encoding` says how the columns of a table became the inputs.
    """

    parameters: Array
    structure: Structure
    scaling: Scaling
    encoding: Encoding | None = None

    @cached_property
    def digest(self) -> str:
        """A digest of the parameters, for the run key of a network that starts from them."""
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
    of_table: dict[str, Any] = {"y_log": np.array(True)} if scaling.y_log else {}
    if scaling.x_fill is not None:
        of_table["x_fill"] = scaling.x_fill
    if weights.encoding is not None:
        of_table["encoding"] = np.array(json.dumps(weights.encoding.plain()))
    np.savez(
        buffer,
        parameters=weights.parameters,
        structure=np.array(json.dumps(weights.structure)),
        x_shift=scaling.x_shift,
        x_scale=scaling.x_scale,
        y_shift=np.array(scaling.y_shift),
        y_scale=np.array(scaling.y_scale),
        **of_table,
    )
    return buffer.getvalue()


def read_weights(content: bytes) -> Weights:
    """The inverse of `write_weights`; it never runs code. Raises ValueError with what is wrong in a few words."""
    try:
        with open_archive(io.BytesIO(content)) as arrays:
            if missing := [name for name in ARRAYS if name not in arrays]:
                raise ValueError(f"it has no {missing[0]}")
            structure, parameters = _structure(str(arrays["structure"])), arrays["parameters"]
            shifts = arrays["x_shift"], arrays["x_scale"], float(arrays["y_shift"]), float(arrays["y_scale"])
            scaling = Scaling(*shifts, arrays.get("x_fill"), "y_log" in arrays)
            encoding = encoding_of(json.loads(str(arrays["encoding"]))) if "encoding" in arrays else None
        _ = [structure[name] for name in ("activation", "input", "output", "classes")]
        needed = sum((fan_in + structure["bias"]) * fan_out for fan_in, fan_out in pairwise(structure["sizes"]))
    except KeyError as error:
        raise ValueError(f"it has no {error.args[0]}") from error
    except (OSError, TypeError, ValueError) as error:
        raise ValueError(str(error) or "it is not an archive of arrays") from error
    d_in = structure["sizes"][0]
    inputs = {"x_shift": scaling.x_shift, "x_scale": scaling.x_scale, "x_fill": scaling.x_fill}
    given = {"parameters": (parameters, needed)} | {
        name: (one, d_in) for name, one in inputs.items() if one is not None
    }
    for what, (values, n) in given.items():
        if values.shape != (n,) or values.dtype.str not in FLOATS:
            raise ValueError(f"its {what} should be {n:,} numbers, as its structure needs")
    if encoding is not None and len(encoding.input_names) != d_in:
        raise ValueError(f"its columns should make {d_in:,} inputs, as its structure needs")
    return Weights(parameters, structure, scaling, encoding)


@lru_cache(1 << 8)
def _structure(plain: str) -> Structure:
    """From JSON: one for all networks that have it."""
    structure: Structure = json.loads(plain)
    return structure


def plain_inputs(network: Weights) -> list[Any]:
    """The scaling, and what a table needs in addition: imputed values, logarithms of targets, and its columns."""
    scaling, encoding = network.scaling, network.encoding
    plain: list[Any] = [[scaling.x_shift.tolist(), scaling.x_scale.tolist(), scaling.y_shift, scaling.y_scale]]
    fill = None if scaling.x_fill is None else scaling.x_fill.tolist()
    of_table = [fill, scaling.y_log, encoding.plain() if encoding else None]
    return plain + of_table if any(of_table) else plain


def inputs_of(scaling: list[Any], of_table: list[Any]) -> tuple[Scaling, Encoding | None]:
    """The inverse of `plain_inputs`."""
    x_shift, x_scale, y_shift, y_scale = scaling
    fill, y_log, encoding = of_table or (None, False, None)
    x_fill = None if fill is None else np.array(fill)
    made = Scaling(np.array(x_shift), np.array(x_scale), y_shift, y_scale, x_fill, y_log)
    return made, encoding_of(encoding) if encoding else None
