"""Uses of MLflow's private parts, in one place: tests name what a release has moved.

Nothing here can stop a run: without these parts, MLflow's public client does the same, only more slowly. The rows that
`sqlite.py` inserts and the page state of `mlflow_view.py` are private too; each has its own test.
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
    """Import what MLflow imports when it first opens a database; if a release has moved it, the import happens then."""
    with suppress(ImportError):
        # F401: it is imported for what it loads, and not used here
        from mlflow.store.tracking.sqlalchemy_workspace_store import WorkspaceAwareSqlAlchemyStore  # noqa: F401


def upload(client: "MlflowClient", store: str, run_id: str, artifact_uri: str, folder: str) -> None:
    """Send all files in a folder to a run's artifacts; the client would first ask the store again where these are."""
    try:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    except ImportError:
        client.log_artifacts(run_id, folder)
    else:
        get_artifact_repository(artifact_uri, tracking_uri=store).log_artifacts(folder)
