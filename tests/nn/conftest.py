"""What every test of `nn` runs under."""

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def one_blas_thread() -> Iterator[None]:
    """One and two BLAS threads give different last bits, so equal bits are promised for one thread."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
