"""No source here reads pickles, unsafe YAML or code from data; the exceptions are listed, each with its reason."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(
    path for folder in ("nn", "runner", "benchmarks", "docs", "tests") for path in (ROOT / folder).rglob("*.py")
)
CODE = {"eval", "exec", "compile", "__import__"}
PICKLES = {"pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve", "jsonpickle"}
READERS = {"joblib.load", "pd.read_pickle", "pandas.read_pickle", "torch.load"}
YAML = {
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.unsafe_load_all",
    "yaml.full_load",
    "yaml.full_load_all",
}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
EXCUSED = {
    "runner/app/compositions.py: pickle.loads": "a copy of its own object, from memory to memory",
    "runner/app/guard.py: pickle.loads": "a copy of its own object, from memory to memory",
    "tests/runner/runs/test_captured_here.py: exec": "defines parts as a prompt does",
    "tests/runner/runs/test_here.py: exec": "defines parts as a prompt does",
    "tests/runner/runs/test_here.py: compile": "defines parts as a prompt does",
    "tests/runner/plan/test_laws.py: exec": "makes the parts that CONTRIBUTING.md shows",
    "tests/runner/plan/test_metric_laws.py: exec": "makes the metric that CONTRIBUTING.md shows",
    "tests/runner/findings/test_drawing.py: pickle.loads": "its own object, as a pool of processes sends it",
    "tests/runner/runs/test_results_in_memory.py: pickle.loads": "its own object, as a pool of processes sends it",
    "tests/runner/runs/test_spec.py: pickle.loads": "its own object, as a pool of processes sends it",
    "tests/runner/train/test_stack_invariance.py: pickle.loads": "its own object, as a pool of processes sends it",
    "tests/runner/test_sklearn.py: pickle.loads": "its own object, as scikit-learn sends it to workers",
    "tests/end_to_end/test_foreign_files.py: pickle.loads": "shows that the harm is real which the tests forbid",
    "tests/end_to_end/test_foreign_files.py: np.savez(allow_pickle=True)": "writes what must be refused",
    "tests/end_to_end/test_foreign_files.py: np.save(allow_pickle=True)": "writes what must be refused",
    "tests/nn/test_registry.py: exec": "makes a function whose parameter has a given name",
    "tests/runner/tables.py: exec": "makes the tables of commands that docs/diagnoses.md shows",
    "tests/runner/diagnosis/test_own_rules.py: exec": "makes the rule that docs/diagnoses.md shows",
    "tests/runner/diagnosis/test_factors.py: eval": "Python judges rules that the test itself writes",
    "tests/runner/plan/test_expectations.py: eval": "Python judges inequalities of numbers that the test itself makes",
}


def unsafe_calls(source: str, is_test: bool = False) -> set[str]:
    """Calls that can run code that is in data."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name, keywords = ast.unparse(node.func), {one.arg: ast.unparse(one.value) for one in node.keywords}
        module, _, function = name.partition(".")
        if name in CODE | READERS | YAML | SHELLS or (
            module in PICKLES and function in ("load", "loads", "Unpickler", "open")
        ):
            found.add(name)
        if keywords.get("allow_pickle", "False") != "False":
            found.add(f"{name}(allow_pickle={keywords['allow_pickle']})")
        if name in ("np.load", "numpy.load") and "allow_pickle" not in keywords and not is_test:
            found.add(name)
        if keywords.get("shell", "False") != "False":
            found.add(f"{name}(shell={keywords['shell']})")
    return found


def imported_from(source: str) -> set[str]:
    """Names taken out of modules of pickles or YAML, which `unsafe_calls` would not recognise."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {str(node.module) for node in nodes if str(node.module).partition(".")[0] in PICKLES | {"yaml", "joblib"}}


def test_nothing_read_from_data_can_run_code() -> None:
    for path in FILES:
        shown, source = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        found = {f"{shown}: {call}" for call in unsafe_calls(source, is_test=shown.startswith("tests/"))}
        assert found <= set(EXCUSED)
        assert imported_from(source) == set(), shown


def test_every_exception_is_still_needed() -> None:
    for excused in EXCUSED:
        shown, _, call = excused.partition(": ")
        assert call in unsafe_calls((ROOT / shown).read_text(encoding="utf-8")), excused


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "pickle.load(file)",
        "pickle.Unpickler(file)",
        "marshal.loads(data)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "pd.read_pickle(path)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.unsafe_load(text)",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_the_search_finds_what_is_unsafe(source: str) -> None:
    assert unsafe_calls(source)


def test_the_search_lets_pass_what_is_safe() -> None:
    safe = "np.load(path, allow_pickle=False); yaml.safe_load(text); json.loads(text); re.compile('a'); model.eval()"
    assert unsafe_calls(safe) == set()
