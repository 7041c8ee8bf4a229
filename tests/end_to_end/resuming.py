"""What tests of `python -m runner.resume` share."""

import json
from pathlib import Path

import numpy as np

from tests.end_to_end.program import run_runner, said
from tests.end_to_end.store import Store

QUICK = ("data=xor", "training.epochs=20", "tracking.plots=none", "tracking.report=false")


def refused(*arguments: str, cwd: Path) -> str:
    done = run_runner(*arguments, cwd=cwd, module="runner.resume")
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    return done.stderr


def sweep_in(folder: Path) -> str:
    (path,) = (folder / "outputs").iterdir()
    return path.name


def forget(folder: Path, sweep: str) -> int:
    """As if the program had been killed before it wrote its last file of results; returns how many those were."""
    path, store = folder / "outputs" / sweep, Store(folder)
    *_, last = sorted((path / "stacks").glob("*.npz"))
    with np.load(last) as arrays:
        lost = {result["index"] for result in json.loads(str(arrays["about"]))}
    for run in store.runs():
        if int(run.data.tags.get("sweep_index", -1)) in lost:
            store.client.delete_run(run.info.run_id)
    last.unlink()
    (path / "finished").unlink()
    return len(lost)
