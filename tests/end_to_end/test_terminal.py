"""What a person sees on a terminal while a sweep runs: from the first second to the last, and no lie."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import ROOT, make_store, run_runner, said
from tests.end_to_end.terminal import Seen, on_terminal

pytestmark = pytest.mark.thorough

# Pictures of 200 runs would take half of its time.
SWEEP = ("-m", "data=xor", "activation=tanh,sigmoid,relu,gelu", "seed=range(50)", "tracking.plots=best")
BAR = re.compile(r"^(?:\r)?(?P<phase>[a-z][\w ]*?) +[━╸╺]+ *(?P<facts>.*)", re.MULTILINE)
LEFT = re.compile(r"(?:(\d+) min )?(\d+) s left")
HEAVY = ("hydra", "mlflow", "pandas", "matplotlib", "numpy")
LOOKS = f"""
import json, pathlib, sys
if "runner" in " ".join(sys.orig_argv):
    stream, write = sys.stdout, sys.stdout.write
    def first(text):
        stream.write = write
        there = [name for name in {HEAVY} if name in sys.modules]
        pathlib.Path("imported.json").write_text(json.dumps(there))
        return write(text)
    sys.stdout.write = first
"""


LOOKS_LATER = """
import atexit, pathlib, sys
if "-m" in sys.orig_argv[2:]:
    found = lambda: pathlib.Path("imported.txt").write_text(str("matplotlib" in sys.modules))
    atexit.register(found)
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A sweep of 200 runs, from an empty folder to its result."""
    return on_terminal(*SWEEP, cwd=tmp_path_factory.mktemp("seen"))


def bars(seen: Seen) -> list[tuple[float, str, str]]:
    """Each bar that was shown: when, in which phase, and with which facts."""
    return [(one.seconds, bar["phase"], bar["facts"]) for one in seen.pieces for bar in BAR.finditer(one.text)]


def test_a_sweep_of_200_runs_shows_a_bar_that_tells_no_lie(seen: Seen) -> None:
    assert seen.code == 0
    shares = [int(found) for *_, facts in bars(seen) for found in re.findall(r"(\d+) %", facts)]
    assert len(shares) > 20 and shares == sorted(shares) and shares[-1] <= 99
    assert not re.search(r"(?<!min )\b0 s left", seen.raw)
    runs = [int(found) for *_, facts in bars(seen) for found in re.findall(r"(\d+) of 200 runs", facts)]
    assert runs == sorted(runs) and runs[-1] == 200


def test_the_bar_is_there_from_the_first_second_to_the_last_with_a_name_for_each_phase(seen: Seen) -> None:
    shown, table = bars(seen), next(one.seconds for one in seen.pieces if "accuracy  " in one.text)
    phases = list(dict.fromkeys(phase for _, phase, _ in shown))
    assert [one for one in phases if one != "writing to MLflow"] == [
        "checking", "checking 200 jobs", "training", "looking for causes", "comparing",
    ]  # fmt: skip
    times = [0.0, *(seconds for seconds, *_ in shown), table]
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) < table / 5, "it moves all the time, on a machine that is busy too"


def test_the_time_left_is_right_within_a_factor_of_two_after_a_quarter_of_the_time(seen: Seen) -> None:
    end = next(one.seconds for one in seen.pieces if "accuracy  " in one.text)
    said_left = [
        (end - seconds, 60 * int(found[1] or 0) + int(found[2]))
        for seconds, _, facts in bars(seen)
        if seconds > end / 4 and (found := LEFT.search(facts))
    ]
    assert len(said_left) > 20
    room = 1.5  # seconds: whole ones are shown, at least one
    wrong = [(true, told) for true, told in said_left if not true / 2 - room <= told <= 2 * true + room]
    assert len(wrong) <= len(said_left) / 5, wrong  # other programs come and go


def test_a_narrow_terminal_has_the_bar_with_its_phase_and_share_and_nothing_that_is_cut(tmp_path: Path) -> None:
    epochs = (
        "-m",
        "data=sine",
        "training.epochs=range(4000,4008)",
        "engine=numpy",
        "workers=1",
        "tracking.plots=none",
        "tracking.report=false",
    )
    shown = bars(on_terminal(*epochs, cwd=tmp_path, columns=40))
    assert {"checking 8 jobs", "training", "comparing"} <= {phase for _, phase, _ in shown}
    assert all(re.fullmatch(r"(( ?\d+ %)?(  \d+ s left)?|0 of 8 runs)\s*", facts) for *_, facts in shown), shown
    assert any(facts.strip().endswith(" left") for _, phase, facts in shown if phase == "training")


def test_the_bar_is_gone_in_the_end_and_the_cursor_was_never_hidden(seen: Seen) -> None:
    assert not [line for line in seen.screen if "━" in line or " s left" in line]
    assert "\x1b[?25l" not in seen.raw
    assert seen.screen[0] == "200 runs in 4 stacks"
    (report,) = [line for line in seen.screen if line.startswith("the report: ")]
    assert re.fullmatch(r"the report: python -m runner.report [\w-]+ --open", report) and len(report) <= 80


@pytest.mark.parametrize("place", ["pipe", "terminal"])
def test_the_first_sign_of_life_comes_before_the_heavy_imports(tmp_path: Path, place: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(LOOKS)
    env = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    refused = ("-m", "learning_rate=-1,1")  # what comes after that sign need not be waited for
    if place == "pipe":
        done = run_runner(*refused, cwd=tmp_path, env=env, from_nothing=True)
        assert done.stdout == "checking all runs before training\n", said(done)
    else:
        assert on_terminal(*refused, cwd=tmp_path, env=env).pieces[0].text.startswith("checking  ")
    assert json.loads((tmp_path / "imported.json").read_text()) == []


def test_the_main_process_of_a_sweep_draws_nothing_where_it_has_workers(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LOOKS_LATER)
    sweep = ("-m", "data=xor", "seed=range(4)", "training.epochs=2", "workers=2")
    done = run_runner(*sweep, cwd=tmp_path, env={"PYTHONPATH": f"{tmp_path}:{ROOT}"}, from_nothing=True)
    assert done.returncode == 0, said(done)
    assert (tmp_path / "imported.txt").read_text() == "False"
    assert len(list(tmp_path.glob("mlruns/*/*/artifacts/plots/scores.png"))) == 1


@pytest.mark.parametrize(
    "arguments",
    [("--cfg", "job", "-m"), ("--help",), ("-m", "seed=0,1", "dry_run=true"), ("-sc", "query=bash")],
    ids=" ".join,
)
def test_what_is_printed_to_be_read_is_printed_alone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert "checking" not in run_runner(*arguments, cwd=tmp_path).stdout


def test_a_pipe_gets_few_lines_without_the_best_run(sweep: Trained) -> None:
    first, second, *lines = sweep.done.stdout.splitlines()
    assert (first, second) == ("checking all runs before training", "20 runs in 4 stacks")
    progress = [line for line in lines if line.endswith(" left")]
    assert len(progress) <= 10 and not [line for line in progress if "best" in line]


def test_ctrl_c_while_jobs_are_checked_leaves_an_empty_screen(tmp_path: Path) -> None:
    seen = on_terminal("-m", "seed=0,1", cwd=tmp_path, interrupt=lambda text: "checking" in text)
    assert seen.code == 130
    assert seen.screen == [""] and "\x1b[?25l" not in seen.raw


def test_ctrl_c_while_runs_train_leaves_no_bar_behind(tmp_path: Path) -> None:
    make_store(tmp_path)
    epochs = (
        "-m",
        "data=sine",
        "tracking.plots=none",
        "tracking.report=false",
        "training.epochs=range(6000,6008)",
        "engine=numpy",
        "workers=1",
    )
    seen = on_terminal(*epochs, cwd=tmp_path, interrupt=lambda text: " left" in text)
    assert seen.code == 130
    shown = "\n".join(seen.screen)
    assert "interrupted: " in shown and "Resume with: " in shown
    assert "━" not in shown and " left\n" not in shown and "\x1b[?25l" not in seen.raw


def test_an_error_stands_alone_on_the_screen(tmp_path: Path) -> None:
    seen = on_terminal("-m", "learning_rate=-1,1", cwd=tmp_path)
    assert seen.code == 1
    assert seen.screen[0].startswith("error: 1 of 2 jobs cannot run") and "━" not in "".join(seen.screen)


@pytest.mark.parametrize("module", ["runner.report", "runner.diagnose", "runner.reproduce"])
def test_a_command_that_reads_the_store_shows_that_at_once_and_leaves_no_trace_of_it(
    classifier: Trained, tmp_path: Path, module: str
) -> None:
    named = ("--all", classifier.store.only().info.run_id) if module == "runner.reproduce" else ()
    seen = on_terminal(*named, cwd=tmp_path, env={"MLFLOW_TRACKING_URI": classifier.store.uri}, module=module)
    assert seen.code in (0, 3) and seen.pieces[0].text.startswith("reading the store")
    assert seen.pieces[0].seconds < 0.5 * seen.pieces[-1].seconds
    assert not any("reading" in line for line in seen.screen) and any(seen.screen)


def test_the_path_of_a_report_is_a_link_on_a_terminal_that_has_them(sweep: Trained, tmp_path: Path) -> None:
    env = {"MLFLOW_TRACKING_URI": sweep.store.uri, "FORCE_HYPERLINK": "1"}
    seen = on_terminal(cwd=tmp_path, env=env, module="runner.report")
    (page,) = tmp_path.glob("*.html")
    assert f"the report: {page.name}" in seen.screen
    assert re.search(rf"\x1b\]8;[^;]*;{re.escape(page.as_uri())}\x1b\\", seen.raw)


def test_ctrl_c_as_soon_as_a_command_shows_a_bar_leaves_none_behind(sweep: Trained, tmp_path: Path) -> None:
    env, run = {"MLFLOW_TRACKING_URI": sweep.store.uri}, sweep.store.only().info.run_id
    seen = on_terminal("--all", run, cwd=tmp_path, env=env, interrupt=bool, module="runner.reproduce")
    assert seen.code == 130 and seen.screen == ["interrupted", ""]
