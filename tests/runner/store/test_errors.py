"""What a store raises is one error, whoever raised it; what this program does wrong stays what it is."""

import sqlite3
import urllib.error

import pytest
import requests
import sqlalchemy.exc
from mlflow.exceptions import MlflowException

from runner.base.errors import UserError
from runner.store.errors import StoreError, store_errors

OF_STORES = [
    MlflowException("said"),
    sqlalchemy.exc.OperationalError("said", None, Exception("said")),
    sqlite3.OperationalError("said"),
    requests.exceptions.ConnectionError("said"),
    urllib.error.URLError("said"),
    ConnectionResetError("said"),
    OSError("said"),
    ModuleNotFoundError("said"),
]


@pytest.mark.parametrize("error", OF_STORES, ids=lambda error: type(error).__name__)
def test_what_a_store_raises_is_one_error_with_its_reason(error):
    with pytest.raises(StoreError, match=r"^it failed: .*said") as raised, store_errors("it failed: "):
        raise error
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", [TypeError("x"), KeyError("x"), ValueError("x"), UserError("x"), KeyboardInterrupt()])
def test_what_is_no_fault_of_the_store_stays_what_it_is(error):
    with pytest.raises(type(error)) as raised, store_errors("it failed: "):
        raise error
    assert raised.value is error
