"""A run's identity: a key that is equal for equal results, from its spec, its data and the numeric code."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from operator import gt, lt
from pathlib import Path

from runner.base.paths import ROOT
from runner.runs.field_types import AUTO
from runner.runs.here import sources_here
from runner.runs.own_code import own_files
from runner.runs.spec import Spec, to_plain

# The code that numbers depend on, by its role: where one of these lies is in no run key.
NUMERIC_CODE = {
    "nn": "nn",
    "runner/datasets": "runner/datasets",
    "runner/formulas": "runner/base/formulas.py",
    "runner/spec": "runner/runs/spec.py",
    "runner/field_types": "runner/runs/field_types.py",
    "runner/data": "runner/runs/data.py",
    "runner/disturbing": "runner/runs/disturbing.py",
    "runner/scaling": "runner/runs/scaling.py",
    "runner/splitting": "runner/runs/splitting.py",
    "runner/test_sets": "runner/runs/test_sets.py",
    "runner/shape": "runner/runs/shape.py",
    "runner/structure": "runner/runs/structure.py",
    "runner/stacking": "runner/train/stacking.py",
    "runner/training": "runner/train/training.py",
    "runner/measures": "runner/train/measures.py",
    "runner/measuring": "runner/runs/measuring.py",
    "runner/logistic": "runner/train/logistic.py",
}
NO_NUMBER = ("nn/signals.py", "nn/snapshots.py")  # what they keep of a run changes nothing of it
# An import of our own; parsing the files took 70 ms of every start.
OURS = re.compile(r"(?m)^ *from ((?:nn|runner)\b[\w.]*) import (\([^)]*\)|.*)\n")


@cache
def _numeric_files() -> dict[str, str]:
    """Digests of the project's own numeric code, once for each process: it has imported what was there then."""
    digests: dict[str, str] = {}
    for role, part in NUMERIC_CODE.items():
        path = ROOT / part
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        names = [f"{role}/{file.relative_to(path).as_posix()}" if path.is_dir() else role for file in files]
        digests |= {
            name: _digest(_code_of(file)) for name, file in zip(names, files, strict=True) if name not in NO_NUMBER
        }
    return digests


def _code_of(file: Path) -> bytes:
    """One of our files: which names it takes from which role, and all but the lines that say where those lie."""
    text, taken = file.read_text(encoding="utf-8"), set[str]()
    for module, names in OURS.findall(text):
        each = (name.split(" as ") for name in re.split(r"\s*,\s*", names.strip("() \n,")))
        taken |= {f"{_role_of(module)} {name[0]} {name[-1]}\n" for name in each}
    return "".join([*sorted(taken), OURS.sub("", text)]).encode()


def _role_of(module: str) -> str:
    """What the digests call the file of a module; nothing where no number depends on it."""
    path = module.replace(".", "/")
    for role, part in NUMERIC_CODE.items():
        if path == part.removesuffix(".py") or path.startswith(f"{part}/"):
            return role + path.removeprefix(part.removesuffix(".py"))
    return ""


@cache
def code_files(modules: tuple[str, ...] = ()) -> dict[str, str]:
    """Digests of the source that results depend on: ours by role, and the user's modules with their imports."""
    return _numeric_files() | {name: _digest(file.read_bytes()) for name, file in own_files(modules).items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@cache
def code_digest(modules: tuple[str, ...] = ()) -> str:
    """One digest of all `code_files`."""
    return hashlib.sha256(json.dumps(code_files(modules), sort_keys=True).encode()).hexdigest()


def run_key(spec: Spec, data_digest: str, modules: Sequence[str] = ()) -> str:
    """A stable hash of (spec, contents of outside data, numeric code): equal keys mean equal results.

    The score is part of it only if it decides when the run stops; otherwise it is just another measurement.
    """
    return run_keys(spec, data_digest, modules)(spec.seed)


def run_keys(spec: Spec, data_digest: str, modules: Sequence[str] = ()) -> Callable[[int], str]:
    """The run keys of runs that differ from a spec only in their seed, as a function of the seed.

    The hashed text is JSON with sorted keys; everything before the seed is hashed once.
    """
    if spec.training.patience is None:
        spec = spec.model_copy(update={"score": AUTO})
    plain = to_plain(spec)
    first, last = ({key: one for key, one in plain.items() if is_before(key, "seed")} for is_before in (lt, gt))
    identity = {"code": code_digest(tuple(modules)), "data": data_digest, "spec": first}
    if sources := sources_here(spec):
        identity["here"] = sources
    before = hashlib.sha256(f'{json.dumps(identity, sort_keys=True)[:-2]}, "seed": '.encode())
    after = f", {json.dumps(last, sort_keys=True)[1:]}}}"

    def key(seed: int) -> str:
        whole = before.copy()
        whole.update(f"{seed}{after}".encode())
        return whole.hexdigest()

    return key
