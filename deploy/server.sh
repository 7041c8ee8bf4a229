#!/usr/bin/env bash
# MLflow's server with accounts, on PostgreSQL, the files of runs served through it. docs/servers.md says how to use it.
#
#   deploy/server.sh [more options of `mlflow server`]
#
# The environment says the rest, so that no secret is in a command line, which every user of a machine can list:
#   PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD   the database, as for every program of PostgreSQL (or ~/.pgpass)
#   MLFLOW_AUTH_ADMIN_PASSWORD                       of the account `admin`, which the first start makes
#   MLFLOW_ARTIFACTS_DESTINATION                     where files go: a folder, or s3://bucket/path
#   MLFLOW_FLASK_SERVER_SECRET_KEY                   signs a form; a new one at every start where it is not set
set -euo pipefail

: "${PGDATABASE:?names the database, see docs/servers.md}"
: "${MLFLOW_AUTH_ADMIN_PASSWORD:?is needed: the account admin has no default password}"
if [[ $MLFLOW_AUTH_ADMIN_PASSWORD == password1234 ]]; then
    echo "MLFLOW_AUTH_ADMIN_PASSWORD: this was the password of every MLflow server; choose another" >&2
    exit 1
fi
if ((${#MLFLOW_AUTH_ADMIN_PASSWORD} < 12)); then
    echo "MLFLOW_AUTH_ADMIN_PASSWORD: MLflow wants at least 12 characters" >&2
    exit 1
fi
python - <<'CHECK'
import sys
try:
    import psycopg
except ImportError as error:
    sys.exit(f"{error}: activate the environment, and pip install -e '.[server]' there")
try:
    psycopg.connect(connect_timeout=10).close()
except psycopg.Error as error:
    sys.exit(f"the database cannot be used ({str(error).splitlines()[0]}); docs/servers.md says how it is made")
CHECK

export MLFLOW_BACKEND_STORE_URI=postgresql+psycopg:// # its address is in the variables above
export MLFLOW_AUTH_CONFIG_PATH="$(dirname "${BASH_SOURCE[0]}")/accounts.ini"
export MLFLOW_AUTH_ADMIN_USERNAME=admin
export MLFLOW_FLASK_SERVER_SECRET_KEY="${MLFLOW_FLASK_SERVER_SECRET_KEY:-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')}"
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false # eight processes less
export MLFLOW_DISABLE_TELEMETRY=true
exec python -m mlflow server --app-name basic-auth --host 127.0.0.1 \
    --artifacts-destination "${MLFLOW_ARTIFACTS_DESTINATION:-$PWD/artifacts}" "$@"
