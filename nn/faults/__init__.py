"""Faults: the classic mistakes of hand-written training, each as a change of one named step of a network.

A fault is a function from a healthy network to one that is wrong in exactly one step: how samples are paired, a
derivative, a delta, the gradient, the penalty, the update, or what the cost is compared with. Training itself knows
nothing of faults. They can be combined: each wraps the step it finds, in the order of registration.
"""

from nn.faults import batch, gradient, update
from nn.faults.registry import FAULTS, Fault

__all__ = ["FAULTS", "Fault", "batch", "gradient", "update"]
