"""A bug of this program ends in a traceback, and costs no result."""

from collections import Counter
from pathlib import Path

from tests.end_to_end.program import make_store, resume, run_runner, said
from tests.end_to_end.store import Store

MODULE = '''
"""Plants a bug in what brings results to MLflow."""

import os

from runner.conduct import publishing

if "PLANTED" in os.environ:
    publishing.record_of = lambda result, name, tags, points: result.no_such_thing
'''


def test_a_bug_while_results_are_written_is_a_traceback_and_the_results_are_written_by_resume(tmp_path: Path) -> None:
    make_store(tmp_path)
    (tmp_path / "planted.py").write_text(MODULE)
    jobs = (
        "-m",
        "modules=[planted]",
        "data=xor",
        "seed=0,1",
        "training.epochs=2",
        "tracking.plots=none",
        "tracking.report=false",
    )
    done = run_runner(*jobs, cwd=tmp_path, env={"PLANTED": "yes"})
    assert done.returncode == 1, said(done)
    assert "AttributeError: 'RunResult' object has no attribute 'no_such_thing'" in done.stderr, said(done)
    assert "Traceback" in done.stderr and "could be written to MLflow" not in done.stderr, said(done)
    assert [run.info.status for run in Store(tmp_path).runs()] == ["FAILED"]
    assert "2 finished, 0 failed, 0 missing" in resume(cwd=tmp_path).stdout
    assert Counter(run.info.status for run in Store(tmp_path).runs()) == {"FINISHED": 3}
