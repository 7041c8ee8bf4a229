"""`python -m tests.end_to_end.empty_store`: a store with MLflow's tables, and nothing else, in this folder."""

from runner.store.new_store import make_tables

if __name__ == "__main__":
    make_tables("sqlite:///mlflow.db")
