"""Pictures of sweeps with many runs: those that are looked at are drawn, all others on request."""

import shutil
from pathlib import Path

import pytest

from runner import load
from tests.end_to_end.program import resume, run_runner, said, train
from tests.end_to_end.resuming import sweep_in
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

SETTINGS, SEEDS = ("tanh", "relu"), 55  # together just more than each of which gets a picture
SWEEP = ("-m", "data=xor", "activation=tanh,relu", f"seed=range({SEEDS})", "training.epochs=20", "workers=2")
PICTURE = "plots/cost_and_fit.png"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A sweep to which tests add pictures, of other runs than it draws by itself, and whose last test removes them."""
    folder = tmp_path_factory.mktemp("swept")
    train(*SWEEP, cwd=folder)
    return Store(folder)


def drawn(store: Store) -> set[str]:
    """The names of runs that have a picture."""
    runs = store.children(next(run for run in store.parents()))
    return {str(run.info.run_name) for run in runs if store.artifact(run, PICTURE).is_file()}


def wanted(store: Store, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Best, median and worst run of each setting by what the table of the runs says."""
    monkeypatch.chdir(store.folder)
    runs = load().runs
    names: set[str] = set()
    for activation in SETTINGS:
        some = runs[runs["activation"] == activation]
        ranked = some.sort_values(
            ["final/train_accuracy", "final/train_cost", "run"], ascending=[False, True, True], kind="stable"
        )["name"].tolist()
        names |= {ranked[0], ranked[len(ranked) // 2], ranked[-1]}
    return names


def test_a_large_sweep_draws_the_best_the_median_and_the_worst_run_of_each_setting(
    swept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drawn(swept) >= wanted(swept, monkeypatch) and len(wanted(swept, monkeypatch)) == 3 * len(SETTINGS)
    parent = swept.only()
    assert swept.artifact(parent, "report.html").is_file()
    assert swept.artifact(parent, "plots/scores.png").is_file()


def test_another_run_is_drawn_on_request_and_then_all_others(swept: Store) -> None:
    assert len(drawn(swept)) == 3 * len(SETTINGS)
    run = next(run for run in swept.children(swept.only()) if not swept.artifact(run, PICTURE).is_file())
    one = run_runner(run.info.run_id, cwd=swept.folder, module="runner.picture")
    assert one.returncode == 0 and one.stdout.startswith("1 picture added\npicture: "), said(one)
    assert one.stdout.strip().endswith(PICTURE) and len(drawn(swept)) == 3 * len(SETTINGS) + 1
    setting = next(one for one in swept.settings(swept.only()) if one.info.run_name == "tanh")
    of_setting = run_runner(setting.info.run_id, cwd=swept.folder, module="runner.picture")
    assert of_setting.returncode == 0, said(of_setting)
    assert {name for name in drawn(swept) if name.startswith("tanh")} == {f"tanh seed={n}" for n in range(SEEDS)}
    rest = run_runner(sweep_in(swept.folder), cwd=swept.folder, module="runner.picture")
    assert rest.returncode == 0, said(rest)
    assert len(drawn(swept)) == len(SETTINGS) * SEEDS
    again = run_runner(cwd=swept.folder, module="runner.picture")
    assert again.stdout == f"0 pictures added; {len(SETTINGS) * SEEDS} runs had one\n"


def test_a_sweep_whose_pictures_were_not_drawn_gets_them_when_it_is_resumed(
    swept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test of this sweep, which has all pictures or some."""
    sweep = sweep_in(swept.folder)
    for run in swept.children(swept.only()):
        swept.artifact(run, PICTURE).unlink(missing_ok=True)
    (swept.folder / "outputs" / sweep / "finished").unlink()  # as if killed before its end
    done = resume(sweep, cwd=swept.folder)
    assert drawn(swept) == wanted(swept, monkeypatch), said(done)


def test_without_pictures_of_runs_a_sweep_has_its_report_and_without_a_report_its_tables(tmp_path: Path) -> None:
    short = ("-m", "data=xor", "seed=0,1", "training.epochs=2", "workers=1")
    train(*short, "tracking.plots=none", cwd=tmp_path)
    store = Store(tmp_path)
    parent = store.only()
    assert not drawn(store) and store.artifact(parent, "report.html").is_file()
    bare = train(*short, "tracking.report=false", "tracking.experiment=bare", cwd=tmp_path)
    found = store.runs("bare")
    whole = next(run for run in found if run.data.tags.get("level") == "sweep")
    assert not store.artifact(whole, "report.html").exists() and store.artifact(whole, "comparison.csv").is_file()
    assert all(store.artifact(run, PICTURE).is_file() for run in found if run is not whole)
    assert "the report: python -m runner.report" in bare.stdout and "report.html" not in bare.stdout


def test_a_picture_of_data_that_has_changed_is_not_drawn(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,y\n" + "".join(f"{n},{2 * n}\n" for n in range(40)))
    csv = ("data=table", "data.path=t.csv", "data.target=y", "training.epochs=2", "tracking.plots=none")
    train(*csv, cwd=tmp_path)
    table.write_text("a,y\n" + "".join(f"{n},{3 * n}\n" for n in range(40)))
    done = run_runner(cwd=tmp_path, module="runner.picture")
    assert done.returncode == 1 and "1 run without a picture: DataError: " in done.stderr, said(done)
    assert "has changed since" in done.stderr and "Traceback" not in done.stderr


def test_pictures_are_not_added_in_a_copy_of_a_store_whose_files_are_those_of_the_original(tmp_path: Path) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    original.mkdir()
    train("data=xor", "training.epochs=2", "tracking.plots=none", cwd=original)
    shutil.copytree(original, copy)
    refused = run_runner(cwd=copy, module="runner.picture")
    assert refused.returncode == 1 and "mlflow.db is a copy of " in refused.stderr, said(refused)
    store = Store(original)
    assert not store.artifact(store.only(), PICTURE).exists()
    assert run_runner(cwd=original, module="runner.picture").stdout.startswith("1 picture added")


def test_what_has_nothing_to_draw_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        "from nn.activations import ACTIVATIONS, Activation\n\n"
        "def fail(z):\n    raise ValueError('no')\n\n"
        "ACTIVATIONS.register('broken', Activation(fail, fail))\n"
    )
    run_runner("modules=[broken]", "activation=broken", "data=xor", cwd=tmp_path)
    done = run_runner("modules=[broken]", cwd=tmp_path, module="runner.picture")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, said(done)
