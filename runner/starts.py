"""Weights to start from: those that another run has left, as a file or in MLflow."""

import hashlib
import io
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from nn.registry import Array
from runner.errors import Problem
from runner.files import contents_of
from runner.parsing import open_archive

RUN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Start:
    """Parameters `(P,)` of a network with these layer sizes. `digest` identifies them in the run key."""

    parameters: Array
    sizes: tuple[int, ...]
    has_bias: bool
    digest: str


def read_start(text: str) -> Start | Problem:
    """The weights that `network.start` names, or why they cannot be used."""
    key = "network.start"
    try:
        content = _weights_of_run(text) if RUN_ID.fullmatch(text) else contents_of(Path(text))
        with open_archive(io.BytesIO(content)) as arrays:
            structure, parameters = json.loads(str(arrays["structure"])), arrays["parameters"]
            sizes, bias = tuple(structure["sizes"]), bool(structure["bias"])
            needed = sum((fan_in + bias) * fan_out for fan_in, fan_out in pairwise(sizes))
            if parameters.shape != (needed,) or not np.issubdtype(parameters.dtype, np.floating):
                raise ValueError("the parameters are not those of the structure")
    except OSError as error:
        return Problem(key, f"={text} cannot be read: {error.strerror or error}")
    except (KeyError, ValueError, TypeError) as error:
        why = f": {error}" if "unpack" in str(error) else ""
        return Problem(key, f"={text} is not the weights.npz of a run{why}")
    except Exception as error:  # each kind of store raises what its own driver raises
        return Problem(key, f"={text}: MLflow has no weights for this run id: {str(error).partition(chr(10))[0]}")
    if not np.isfinite(parameters).all():
        return Problem(key, f"={text} holds NaN or infinite weights")
    return Start(parameters, sizes, bias, hashlib.sha256(parameters.tobytes()).hexdigest())


def _weights_of_run(run_id: str) -> bytes:
    from runner.reading import weights_of

    return weights_of(run_id)
