"""Hydra's flags that show something: none of them imports what a config names, trains, or writes anything."""

from pathlib import Path

import pytest

from tests.end_to_end.program import run_runner, said
from tests.end_to_end.test_imports import EVIL

EVIL_CONFIG = "# @package _global_\nhydra: {callbacks: {x: {_target_: evil.touch}}}\nmodules: [evil]\n"
ATTACKED = ["--config-dir=foreign", "+hydra.callbacks.x._target_=evil.touch", "sweep=evil"]
REFUSING = ["--cfg=job", "--cfg=hydra", "--cfg=all", "--info=all", "--info=config", "--info=searchpath", "--help"]
SHOWING = ["--info=defaults", "--info=defaults-tree", "--info=plugins", "--version"]  # they compose no whole config
COMPLETION = "--shell-completion"


@pytest.fixture
def attacked(tmp_path: Path) -> Path:
    (tmp_path / "evil.py").write_text(EVIL)
    (tmp_path / "foreign" / "sweep").mkdir(parents=True)
    (tmp_path / "foreign" / "sweep" / "evil.yaml").write_text(EVIL_CONFIG)
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")} - {"__pycache__"}


@pytest.mark.parametrize("flag", [*REFUSING, "--hydra-help"])
def test_a_flag_that_shows_a_config_refuses_what_training_refuses(attacked: Path, flag: str) -> None:
    done = run_runner(flag, *ATTACKED, cwd=attacked)
    assert done.returncode == 1, said(done)
    assert "error: " in done.stderr and "Traceback" not in done.stderr, said(done)
    assert names(attacked) == {"evil.py", "foreign", "sweep", "evil.yaml"}


@pytest.mark.parametrize("flag", SHOWING)
def test_a_flag_that_composes_no_config_imports_nothing_that_one_names(attacked: Path, flag: str) -> None:
    done = run_runner(flag, *ATTACKED, cwd=attacked)
    assert "Traceback" not in done.stderr, said(done)
    assert names(attacked) == {"evil.py", "foreign", "sweep", "evil.yaml"}


def test_completion_imports_nothing_that_a_config_names(attacked: Path) -> None:
    line = f"runner {' '.join(ATTACKED)} data=x"
    env = {"COMP_LINE": line, "COMP_POINT": str(len(line))}
    done = run_runner(COMPLETION, "query=bash", cwd=attacked, env=env)
    assert done.stdout.split() == ["data=xor"], said(done)
    assert names(attacked) == {"evil.py", "foreign", "sweep", "evil.yaml"}, said(done)


@pytest.mark.parametrize("flag", [*REFUSING, "--info=defaults", "--hydra-help"])
def test_a_flag_that_shows_something_trains_and_writes_nothing(tmp_path: Path, flag: str) -> None:
    done = run_runner(flag, cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert done.stdout and not names(tmp_path), said(done)
