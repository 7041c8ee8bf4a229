"""What a table may be trained on before: tables of the same columns and classes, and never its own validation rows."""

from pathlib import Path

import pytest

from runner.runs.data import prepare
from runner.runs.weights import write_weights
from tests.runner.building import refusal, spec_of, trained

TABLE = ("data=table", "data.path=own.csv", "network.hidden=[2]")


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, header, classes in (
        ("own", "a,b,kind", "xyz"), ("other", "c,b,kind", "xyz"),
        ("turned", "b,a,kind", "xyz"), ("apart", "a,b,kind", "uvw"),
    ):  # fmt: skip
        rows = [f"{n % 7},{n * n % 11},{classes[n % 3]}" for n in range(60)]
        Path(f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("other", "has the inputs 'c', 'b', and the data that is trained on after it has 'a', 'b'"),
        ("turned", "has the inputs 'b', 'a', and the data that is trained on after it has 'a', 'b'"),
        ("apart", "has the classes 'u', 'v', 'w', and the data that is trained on after it has 'x', 'y', 'z'"),
    ],
)
def test_a_table_of_other_columns_or_classes_or_in_another_order_is_no_warm_start(name: str, said: str) -> None:
    assert refusal(*TABLE, f"warm_start=[{{path:{name}.csv}}]").startswith(f"warm_start[0] {said}")


def test_weights_of_other_classes_are_no_start() -> None:
    result = trained(*TABLE, "training.epochs=1", "tracking.plots=none")
    assert result.network
    Path("weights.npz").write_bytes(write_weights(result.network))
    Path("own.csv").write_text(Path("apart.csv").read_text())
    told = refusal(*TABLE, "network.start=weights.npz")
    assert "holds weights for the classes 'x', 'y', 'z'; this run has 'u', 'v', 'w'" in told


def test_a_warm_start_on_the_same_table_leaves_the_same_rows_for_validation_and_test() -> None:
    earlier, own = (prepare(phase) for phase in spec_of(*TABLE, "warm_start=[{path:own.csv}]").phases)
    assert len(own.split.validation) and earlier.split.train.tolist() == own.split.train.tolist()
    spec = spec_of(*TABLE, "warm_start=[{path:own.csv,validation_fraction:0}]")
    assert not len(prepare(spec.phases[0]).split.validation), "where that is asked for"
    assert {(dict(one.data)["task"], dict(one.data)["target"]) for one in spec.phases} == {("classification", "kind")}
