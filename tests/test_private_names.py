"""What other libraries do not promise: it is used in three rooms alone, and each name is still where it was."""

import ast
import importlib
import warnings
from functools import cache, reduce
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, RUNNER, shown, tree_of

HYDRA, OMEGACONF, MLFLOW, DASK = "hydra-core", "omegaconf", "mlflow", "dask-jobqueue"
INTERNAL = "hydra._internal"
NAMES = [
    (HYDRA, f"{INTERNAL}.config_loader_impl", "ConfigLoaderImpl._apply_overrides_to_config"),
    (HYDRA, f"{INTERNAL}.config_loader_impl", "ConfigLoaderImpl._compose_config_from_defaults_list"),
    (HYDRA, f"{INTERNAL}.config_loader_impl", "ConfigLoaderImpl._load_single_config"),
    (HYDRA, f"{INTERNAL}.config_loader_impl", "ConfigLoaderImpl._parse_overrides_and_create_caching_repo"),
    (HYDRA, f"{INTERNAL}.config_repository", "CachingConfigRepository"),
    (HYDRA, f"{INTERNAL}.config_repository", "IConfigRepository"),
    (HYDRA, f"{INTERNAL}.core_plugins.basic_sweeper", "BasicSweeper.split_arguments"),
    (HYDRA, f"{INTERNAL}.core_plugins.file_config_source", "FileConfigSource.load_config"),
    (HYDRA, f"{INTERNAL}.core_plugins.importlib_resources_config_source", "ImportlibResourcesConfigSource"),
    (HYDRA, f"{INTERNAL}.defaults_list", "create_defaults_list"),
    (HYDRA, f"{INTERNAL}.hydra", "ConfigLoaderImpl"),
    (HYDRA, f"{INTERNAL}.sources_registry", "SourcesRegistry.instance"),
    (HYDRA, f"{INTERNAL}.utils", "get_args_parser"),
    (HYDRA, "hydra.core.override_parser.overrides_parser", "OverridesParser.parse_rule"),
    (HYDRA, "hydra.core.utils", "JobReturn._return_value"),
    (OMEGACONF, "omegaconf", "DictConfig._get_root"),
    (OMEGACONF, "omegaconf", "DictConfig._get_node"),
    (OMEGACONF, "omegaconf", "DictConfig._is_none"),
    (OMEGACONF, "omegaconf", "DictConfig._is_interpolation"),
    (MLFLOW, "mlflow.store.artifact.artifact_repository_registry", "get_artifact_repository"),
    (MLFLOW, "mlflow.store.tracking.sqlalchemy_workspace_store", "WorkspaceAwareSqlAlchemyStore"),
    (DASK, "distributed", "SpecCluster._correct_state"),
    (DASK, "distributed", "SpecCluster.new_worker_spec"),
]
ROOMS = {f"runner/{name}_private.py" for name in ("app/hydra", "store/mlflow", "train/dask")}
PRIVATE = "hydra._internal", "omegaconf._", "omegaconf.base", "mlflow.store", "mlflow.utils", "distributed._"
# Hydra imports this file while it looks for plugins; what the room imports would have it look again, in the middle.
EXCUSED = {"runner/app/plugins/hydra_plugins/stacked.py": f"{INTERNAL}.core_plugins.basic_sweeper"}
OWN_PRIVATE = {"_exit", "_value_"}  # of the standard library, which documents both


@pytest.mark.parametrize(("library", "module", "name"), NAMES, ids=[f"{one[1]}.{one[2]}" for one in NAMES])
def test_a_name_that_is_not_promised_is_still_there(library: str, module: str, name: str) -> None:
    pytest.importorskip(module.partition(".")[0], reason=f"{library} is not installed")
    try:
        with warnings.catch_warnings(action="ignore"):  # of SQLAlchemy to MLflow
            reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        raise AssertionError(f"{library} {version(library)} moved {module}.{name}: {error}") from error


@cache
def private_imports(path: Path) -> set[str]:
    """Modules and names, in full, that a file imports and that nobody promises."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.startswith(PRIVATE)}


@cache
def private_attributes(path: Path) -> set[str]:
    """Names with an underscore that are taken from anything but the object itself."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            found |= set() if is_own else {node.attr}
        elif isinstance(node, ast.keyword):
            found.add(node.arg or "")
    return {name for name in found - OWN_PRIVATE if name.startswith("_") and not name.startswith("__")}


def test_what_is_not_promised_is_used_in_three_rooms_alone() -> None:
    found = {shown(path): private_imports(path) | private_attributes(path) for path in RUNNER}
    outside = {
        file: [name for name in names if not name.startswith(EXCUSED.get(file, "nothing"))]
        for file, names in found.items()
        if file not in ROOMS
    }
    assert {file: names for file, names in outside.items() if names} == {}, "move these names to their room"
    assert all(found[room] for room in ROOMS)


@pytest.mark.parametrize(
    "line",
    ["from hydra._internal.utils import get_args_parser", "import mlflow.utils.uri", "from omegaconf._utils import x"],
)
def test_a_planted_import_of_what_is_not_promised_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "planted.py").write_text(f"def f():\n    {line}\n")
    assert private_imports(tmp_path / "planted.py")


def test_every_private_import_of_a_room_is_looked_at_by_name() -> None:
    """A room that takes another name is red here until that name is in NAMES."""
    known = {module for _, module, _ in NAMES} | {f"{module}.{name.partition('.')[0]}" for _, module, name in NAMES}
    taken = {name for room in ROOMS for name in private_imports(ROOT / room)}
    attributes = {name for room in ROOMS for name in private_attributes(ROOT / room)}
    assert taken <= known
    assert attributes <= {part for _, _, name in NAMES for part in name.split(".")}
