"""How a store is named where anybody may read it."""

import re
from pathlib import Path

import pytest

from runner.base.errors import UserError
from runner.store.address import check_file, check_place, named_store, probe
from runner.store.errors import reason, shown


@pytest.mark.parametrize(
    ("uri", "seen"),
    [
        ("postgresql://u:secret@host/db", "postgresql://u:***@host/db"),
        ("http://u:se#c/r@et@host:5000", "http://u:***@host:5000"),
        ("http://host:5000", "http://host:5000"),
        ("sqlite:///a@b.db", "sqlite:///a@b.db"),
        (
            "postgresql://host/db?user=u&password=secret&sslmode=require",
            "postgresql://host/db?user=u&password=***&sslmode=require",
        ),
        ("postgresql://host/db?sslpassword=secret", "postgresql://host/db?sslpassword=***"),
        (
            "API request to http://ann:se:cr@et@host/api failed, ask ann@host",
            "API request to http://ann:***@host/api failed, ask ann@host",
        ),
    ],
)
def test_a_password_is_not_shown(uri, seen):
    assert shown(uri) == seen


def test_a_file_is_named_with_its_whole_path(monkeypatch, tmp_path):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    assert named_store() == f"sqlite:///{tmp_path}/mlflow.db"


def test_a_server_is_named_without_its_user_so_that_others_can_resume(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://u:secret@host:5000/")
    assert named_store() == "http://host:5000"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            "failed with error code 401 != 200. Response body: 'You are not authenticated.'",
            "does not accept this user",
        ),
        ("failed with error code 403 != 200. Response body: 'Permission denied'", "does not permit this user"),
        ("[Errno 13] Permission denied: 'mlruns'", "[Errno 13] Permission denied: 'mlruns'"),
    ],
)
def test_a_server_s_refusal_is_reported_in_a_sentence_and_that_of_a_file_system_as_it_is(answer, told):
    assert told in reason(Exception(answer))


@pytest.mark.parametrize("uri", ["http://u:secret@127.0.0.1:1", "http://u:secret@[::1"])
def test_a_server_that_does_not_answer_is_named_without_its_password(uri):
    with pytest.raises(UserError) as caught:
        probe(uri)
    assert "secret" not in str(caught.value)
    assert "u:***@" in str(caught.value)


def test_files_of_an_experiment_are_not_written_where_its_folder_was_before_it_moved(tmp_path):
    (tmp_path / "here").mkdir()
    check_place("runner", f"{tmp_path}/here/mlruns/1")
    check_place("runner", "mlflow-artifacts:/1")
    (tmp_path / "here").rename(tmp_path / "there")
    with pytest.raises(UserError, match="Was it moved"):
        check_place("runner", f"file://{tmp_path}/here/mlruns/1")


@pytest.mark.parametrize(
    ("name", "said"), [("100%25 x", "%25, which MLflow reads as an escape"), ("q'u\"o", "both ' and \"")]
)
@pytest.mark.parametrize("uri", ["sqlite:///mlflow.db", "postgresql://localhost/runs"])
def test_a_working_folder_whose_path_mlflow_cannot_keep_is_refused(
    name: str, said: str, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)
    with pytest.raises(UserError, match=re.escape(said)):
        check_file(uri)
    check_file("http://localhost:5000")


@pytest.mark.parametrize("name", ["100% x", "a#b", "it's", 'say "x"'])
def test_a_working_folder_whose_path_mlflow_can_keep_is_accepted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)
    check_file("sqlite:///mlflow.db")
