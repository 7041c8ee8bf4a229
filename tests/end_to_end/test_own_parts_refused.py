"""A user's own parts that break a law or raise are named in one sentence, before anything trains."""

from pathlib import Path

from tests.end_to_end.program import run_runner, said

UNLAWFUL = """
import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.schedules import SCHEDULES


@ACTIVATIONS.register
def centred(*, share: float = 0.0):
    return Activation(lambda z: z - share * z.mean(axis=0), lambda z, a: np.ones_like(z))


@SCHEDULES.register
def falling(steps, n_steps):
    return np.linspace(1, 0, len(steps))
"""


def test_own_parts_that_break_a_law_are_refused_together_before_training(tmp_path: Path) -> None:
    (tmp_path / "unlawful.py").write_text(UNLAWFUL)
    arguments = ("-m", "modules=[unlawful]", "data=xor", "activation=tanh,centred", "schedule=falling", "seed=0,1")
    done = run_runner(*arguments, "activation.share=0,1", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    alone = "with share=1.0 gives a run other numbers alone than beside others"
    assert f"activation 'centred' {alone}" in done.stderr, said(done)
    assert "schedule 'falling' gives a step another rate when other steps are asked for with it" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "mlflow.db").exists()


def test_a_module_that_raises_is_named_with_its_error(tmp_path: Path) -> None:
    (tmp_path / "broken_parts.py").write_text("raise ValueError('half finished')\n")
    done = run_runner("modules=[broken_parts]", cwd=tmp_path)
    assert done.returncode == 1
    assert "broken_parts" in done.stderr
    assert "half finished" in done.stderr
    assert "Traceback" not in done.stderr, said(done)
