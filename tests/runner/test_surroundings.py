"""What MLflow is told while this program uses it."""

import os

import pytest

from runner.surroundings import using_mlflow


def test_mlflow_sends_nothing_to_its_makers_unless_the_person_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    with using_mlflow():
        assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert "MLFLOW_DISABLE_TELEMETRY" not in os.environ
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    with using_mlflow():
        assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "false"
