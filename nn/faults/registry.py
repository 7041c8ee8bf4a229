"""What a fault is, and all there are."""

from collections.abc import Callable

from nn.network import Network
from nn.registry import Registry

Fault = Callable[[Network], Network]
FAULTS: Registry[Fault] = Registry("fault")
