"""What a config can make Python import: the project, installed plugins and what `modules` lists; all else is refused.

Every attack here ran code, or led results or secrets away, before `runner/app/guard.py` was there. `evil.py` lies in
the working folder, which Python imports from, and leaves a file when it is imported or called.
"""

from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, copy_program, make_store, run_runner, said
from tests.end_to_end.store import Store

EVIL = """
import logging, pathlib
pathlib.Path("IMPORTED").touch()
def touch(*a, **k):
    pathlib.Path("CALLED").touch()
class Handler(logging.StreamHandler):
    def __init__(self, *a, **k):
        touch()
        super().__init__()
"""
SHORT = ("training.epochs=1", "workers=1", "tracking.plots=none", "tracking.report=false")
SWEEP = ("-m", "seed=0,1")
ELSEWHERE = "{MLFLOW_TRACKING_URI:'sqlite:///CALLED'}"
TYPED = {
    "a callback": (["+hydra.callbacks.x._target_=evil.touch"], "hydra.callbacks"),
    "a callback in the library": (["+hydra.callbacks={x:{_target_:webbrowser.open,url:a}}"], "hydra.callbacks"),
    "callbacks in an interpolation": (
        ["++hydra.callbacks='${oc.create:{x:{_target_:evil.touch}}}'"],
        "hydra.callbacks",
    ),
    "another launcher": ([*SWEEP, "hydra.launcher._target_=evil.touch"], "hydra.launcher._target_"),
    "a part of the launcher": ([*SWEEP, "+hydra.launcher.x._target_=evil.touch"], "hydra.launcher.x._target_"),
    "a part of the sweeper": ([*SWEEP, "+hydra.sweeper.x=[{_target_:evil.touch}]"], "hydra.sweeper.x._target_"),
    "a part by interpolation": ([*SWEEP, "+hydra.launcher.x='${oc.create:{_target_:evil.touch}}'"], "hydra.launcher.x"),
    "an interpolation that a plugin has elsewhere": (
        [*SWEEP, "+hydra.launcher.target='${hydra.job.name}'"],
        "hydra.launcher.target",
    ),
    "an import of Optuna's sweeper": ([*SWEEP, "+hydra.sweeper.custom_search_space=evil.touch"], "custom_search_space"),
    "a class of the log": (["hydra.job_logging.handlers.console.class=evil.Handler"], "hydra.job_logging"),
    "a class of Hydra's log": (["hydra.hydra_logging.handlers.console.class=evil.Handler"], "hydra.hydra_logging"),
    "a stream of the log": (["hydra.job_logging.handlers.console.stream='ext://evil.touch'"], "hydra.job_logging"),
    "a file of the log": (
        ["+hydra.job_logging.handlers.f={class:logging.FileHandler,filename:CALLED}"],
        "hydra.job_logging",
    ),
    "configs of a package": (["hydra.searchpath=['pkg://evil']"], "pkg://evil"),
    "all configs from a package": (["--config-path=pkg://evil"], "pkg://evil"),
    "another store by the environment": ([f"+hydra.job.env_set={ELSEWHERE}"], "hydra.job.env_set"),
    "the environment in a file": (["hydra.job.env_copy=[SECRET]"], "hydra.job.env_copy"),
    "a secret as a name": ([*SWEEP, "tracking.experiment='${oc.env:SECRET}'"], "tracking.experiment"),
    "what Hydra records as typed": (["hydra.overrides.task=['executor=dask']"], "hydra.overrides"),
    "a path as the name of the log": (["hydra.job.name=../CALLED"], "hydra.job.name"),
    "a folder of configs elsewhere": (["hydra.output_subdir=../CALLED"], "hydra.output_subdir"),
    "configs over those of the folder": (["hydra.output_subdir=."], "hydra.output_subdir"),
    "a component by a dotted path": (["activation.name=evil.touch"], "activation.name is unknown: 'evil.touch'"),
    "a pickle": (["--experimental-rerun=evil.py"], "--experimental-rerun"),
    "a pickle, shortened": (["--exp", "evil.py"], "--experimental-rerun"),
    "an entry put into modules": ([*SWEEP, "++modules.0=evil"], "modules"),
}
FOREIGN = {
    "callback": ("hydra: {callbacks: {x: {_target_: evil.touch}}}", "hydra.callbacks"),
    "log": ("hydra: {job_logging: {handlers: {console: {class: evil.Handler}}}}", "hydra.job_logging"),
    "factory": ("hydra: {job_logging: {filters: {x: {(): evil.touch}}}}", "hydra.job_logging"),
    "environment": ("hydra: {job: {env_set: {MLFLOW_TRACKING_URI: 'sqlite:///CALLED'}}}", "hydra.job.env_set"),
    "modules": ("modules: [evil]", "modules names 'evil'"),
    "interpolated": ("modules: '${oc.create:[evil]}'", "modules"),
    "swept": ("hydra: {sweeper: {params: {modules: '[evil]'}}}", "modules names 'evil'"),
    "scheduler": ("executor: {name: dask, address: 'tcp://127.0.0.1:9'}", "executor was not typed by you"),
    "swept_scheduler": (
        "hydra: {sweeper: {params: {executor: dask, executor.address: 'tcp://127.0.0.1:9'}}}",
        "hydra.sweeper.params.executor",
    ),
    "swept_scheduler_in_grids": (
        "hydra: {sweeper: {grids: [{seed: '1'}, {executor: dask, executor.address: 'tcp://127.0.0.1:9'}]}}",
        "hydra.sweeper.grids.executor",
    ),
    "swept_scheduler_in_a_zip": (
        "hydra: {sweeper: {params: {pair: 'zip(executor=[dask,dask],executor.address=[a,b])'}}}",
        "executor is the same for all jobs",
    ),
    "scheduler_as_if_typed": (
        "executor: {name: dask, address: 'tcp://127.0.0.1:9'}\n"
        "hydra: {overrides: {task: ['executor=dask', 'executor.address=tcp://127.0.0.1:9']}}",
        "hydra.overrides",
    ),
    "scheduler_as_if_typed_to_hydra": (
        "hydra: {overrides: {hydra: ['+executor.name=dask']}}",
        "hydra.overrides",
    ),
    "swept_scheduler_with_a_space": (
        "hydra: {sweeper: {params: {' executor.address': 'tcp://127.0.0.1:9'}}}",
        "executor.address",
    ),
    "choices": ("hydra: {runtime: {choices: {sweep: other}}}", "hydra.runtime"),
    "output": ("hydra: {runtime: {output_dir: CALLED}}", "hydra.runtime"),
    "number": ("hydra: {job: {num: 7}}", "hydra.job.num"),
    "id": ("hydra: {job: {id: '7'}}", "hydra.job.id"),
    "name_of_the_config": ("hydra: {job: {config_name: other}}", "hydra.job.config_name"),
    "name_of_the_folder": ("hydra: {job: {override_dirname: other}}", "hydra.job.override_dirname"),
    "secret": ("tracking: {experiment: '${oc.env:SECRET}'}", "tracking.experiment"),
    "tag": ("seed: !!python/object/apply:os.system ['touch CALLED']", "not plain YAML"),
    "relocated": ("defaults: [{/hydra/job_logging@hydra.callbacks.x: evil}]", "hydra.callbacks"),
}


def check_refused(folder: Path, arguments: list[str], named: str) -> None:
    (folder / "evil.py").write_text(EVIL)
    done = run_runner(*arguments, *SHORT, cwd=folder, env={"SECRET": "hunter2"})
    assert done.returncode == 1, said(done)
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert named in done.stderr[done.stderr.index(error) :], said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert {path.name for path in folder.rglob("*")} & {"IMPORTED", "CALLED", "mlflow.db"} == set()


@pytest.mark.parametrize("attack", TYPED)
def test_code_named_on_the_command_line_is_refused_before_anything_is_imported(tmp_path: Path, attack: str) -> None:
    check_refused(tmp_path, *TYPED[attack])


@pytest.mark.parametrize("attack", FOREIGN)
def test_code_named_in_a_config_of_someone_else_is_refused(tmp_path: Path, attack: str) -> None:
    text, named = FOREIGN[attack]
    for name, content in (
        (f"sweep/{attack}", f"# @package _global_\n{text}"),
        ("hydra/job_logging/evil", "_target_: evil.touch"),
    ):
        path = tmp_path / "foreign" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    check_refused(tmp_path, ["--config-dir=foreign", *SWEEP, f"sweep={attack}"], named)


def test_a_log_option_of_someone_else_is_refused(tmp_path: Path) -> None:
    option = tmp_path / "foreign" / "hydra" / "job_logging" / "evil.yaml"
    option.parent.mkdir(parents=True)
    option.write_text("version: 1\nhandlers: {console: {class: evil.Handler}}\nroot: {handlers: [console]}\n")
    check_refused(tmp_path, ["--config-dir=foreign", "hydra/job_logging=evil"], "hydra.job_logging")


@pytest.mark.parametrize(
    ("text", "named"),
    [("modules: [evil]", "modules names 'evil'"), ("hydra: {searchpath: ['pkg://evil']}", "pkg://evil")],
)
def test_another_primary_config_imports_nothing_either(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "other.yaml").write_text(f"defaults: [config, _self_]\n{text}\n")
    check_refused(tmp_path, ["--config-dir=foreign", "--config-name=other"], named)


def test_a_module_that_the_person_lists_is_imported(tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text(EVIL)
    make_store(tmp_path)
    done = run_runner("modules=[evil]", *SHORT, cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert (tmp_path / "IMPORTED").exists()


def test_a_module_that_the_person_s_own_config_lists_is_imported(tmp_path: Path) -> None:
    copy_program(tmp_path)
    config = tmp_path / "conf" / "config.yaml"
    config.write_text(config.read_text().replace("modules: [] ", "modules: [evil]"))
    (tmp_path / "evil.py").write_text(EVIL)
    done = run_runner("dry_run=true", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, said(done)
    assert (tmp_path / "IMPORTED").exists()


def test_a_config_of_someone_else_says_which_files_are_read_and_where_results_go(tmp_path: Path) -> None:
    (tmp_path / "foreign" / "case").mkdir(parents=True)
    (tmp_path / "foreign" / "case" / "theirs.yaml").write_text(
        "# @package _global_\ndefaults: [override /data: csv]\ndata: {path: t.csv}\nhydra: {run: {dir: there}}\n"
    )
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{n},{n % 3}.5\n" for n in range(12)))
    make_store(tmp_path)
    done = run_runner("hydra.searchpath=[foreign]", "case=theirs", *SHORT, cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert Store(tmp_path).only().data.params["data.path"] == "t.csv"
    assert list((tmp_path / "there" / "stacks").iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["hydra/job_logging=default", "hydra.verbose=true"],
        ["hydra/job_logging=none", "hydra/hydra_logging=disabled"],
        ["hydra.run.dir=here", "hydra.output_subdir=null", "hydra.job.chdir=false"],
    ],
    ids=" ".join,
)
def test_what_hydra_itself_offers_is_still_there(tmp_path: Path, arguments: list[str]) -> None:
    make_store(tmp_path)
    done = run_runner(*arguments, *SHORT, cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert Store(tmp_path).only().info.status == "FINISHED"


def test_the_settings_of_an_installed_launcher_can_be_given(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    make_store(tmp_path)
    done = run_runner("-m", "seed=0,1", "hydra/launcher=joblib", "hydra.launcher.n_jobs=1", *SHORT, cwd=tmp_path)
    assert done.returncode == 0, said(done)


def test_no_shipped_config_needs_what_is_refused() -> None:
    for path in sorted((*(ROOT / "conf").rglob("*.yaml"), *(ROOT / "sweeps").glob("*.yaml"))):
        text = path.read_text()
        assert not [word for word in ("_target_", "oc.env", "pkg://", "callbacks", "!!python") if word in text], path
