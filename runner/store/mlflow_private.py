"""What MLflow does not promise, in one place: tests say by name what a release has moved.

Nothing here may stop a run: whatever is gone, MLflow's public client does as well, in more time. The rows that
`sqlite.py` inserts and the page state of `mlflow_view.py` are not promised either; each has its own test.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

CONFLICT = "BAD_REQUEST"  # what MLflow makes of a row that is there already
ABSENT = "RESOURCE_DOES_NOT_EXIST"  # and of one to be deleted that is not there
# Refusals of a server with accounts, as MLflow's client words them.
REFUSALS = {
    "error code 401 != 200": "the server does not accept this user name and password: set MLFLOW_TRACKING_USERNAME and "
    "MLFLOW_TRACKING_PASSWORD",
    "Response body: 'Permission denied'": "the server does not permit this user to do that here: whoever made the "
    "experiment, or an administrator, can grant it, and tracking.experiment=... names another one",
}


def import_databases() -> None:
    """Import what MLflow imports when it first opens a database; of a release that has it elsewhere, it does then."""
    with suppress(ImportError):
        from mlflow.store.tracking.sqlalchemy_workspace_store import WorkspaceAwareSqlAlchemyStore  # noqa: F401


def upload(client: "MlflowClient", store: str, run_id: str, artifact_uri: str, folder: str) -> None:
    """Send all files in a folder to a run's artifacts; the client would ask the store once more where these are."""
    try:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    except ImportError:
        client.log_artifacts(run_id, folder)
    else:
        get_artifact_repository(artifact_uri, tracking_uri=store).log_artifacts(folder)
