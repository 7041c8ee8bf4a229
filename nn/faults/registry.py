"""The type of a fault, and the registry of all faults."""

from collections.abc import Callable

from nn.network import Network
from nn.registry import Registry

Fault = Callable[[Network], Network]
FAULTS: Registry[Fault] = Registry("fault")
