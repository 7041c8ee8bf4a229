"""Faults: the classic bugs of hand-written training code, each a change of one named step of a network.

A fault is a function from a healthy network to one with exactly one wrong step: how samples are paired, a derivative, a
delta, the gradient, the penalty, the update, or what the cost is compared with. Training itself knows nothing of
faults. Faults can be combined: each wraps the step it finds, in the order of registration.
"""

from nn.faults import batch, gradient, update
from nn.faults.registry import FAULTS, Fault

__all__ = ["FAULTS", "Fault", "batch", "gradient", "update"]
