"""Named components and their settings.

A component is a function. Its keyword-only parameters are its settings: the annotation gives the type and the range,
the default is used when a config does not set it. There is one registry per kind of component. To add a component,
decorate a function, in this package or in your own module.
"""

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Order = Literal["C", "F"]  # of memory, as NumPy names it: the last or the first axis is contiguous
C = TypeVar("C", bound=Callable[..., Any])


@dataclass(frozen=True)
class Range:
    """The valid values of a number. Names as in the `annotated-types` convention: `gt` is >, `ge` is >=."""

    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None

    def __contains__(self, value: float) -> bool:
        return (
            -math.inf < value < math.inf
            and (self.gt is None or value > self.gt)
            and (self.ge is None or value >= self.ge)
            and (self.lt is None or value < self.lt)
            and (self.le is None or value <= self.le)
        )

    def __str__(self) -> str:
        bounds = ((">", self.gt), (">=", self.ge), ("<", self.lt), ("<=", self.le))
        return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)


@dataclass(frozen=True)
class Setting:
    """One keyword-only parameter of a component: its type, its default and, for a number, its range."""

    name: str
    type: Any
    default: Any
    range: Range | None


class Registry(Generic[C]):
    """The components of one kind, by name."""

    def __init__(self, kind: str, reserved: tuple[str, ...] = ()) -> None:
        self.kind, self._reserved = kind, ("name", "kind", "settings", *reserved)
        self._components: dict[str, C] = {}

    def register(self, component: C) -> C:
        """Add a function under its own name; use as a decorator.

        Raises ValueError when another function already has the name, or when a setting has no default, no annotation or
        a name that means something else. `reserved` of the registry adds to those names.
        """
        name = component.__name__
        known = self._components.get(name)
        if known is not None and known.__module__ != component.__module__:
            raise ValueError(
                f"{self.kind} {name!r} of module {component.__module__} is already defined in {known.__module__}"
            )
        taken = [setting.name for setting in _settings_of(component) if setting.name in self._reserved]
        if taken:
            raise ValueError(f"{self.kind} {name!r} cannot have a setting named {taken[0]!r}: that name is reserved")
        self._components[name] = component
        return component

    def __getitem__(self, name: str) -> C:
        return self._components[name]

    def __contains__(self, name: object) -> bool:
        return name in self._components

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._components))

    def position(self, name: str) -> int:
        """The place of a component in the order of registration; one that is unknown comes last."""
        names = list(self._components)
        return names.index(name) if name in names else len(names)

    def summary(self, name: str) -> str:
        """The first line of a component's docstring; under `python -OO`, which has none, that it is so."""
        if Registry.__doc__ is None:
            return "(not explained, because python -OO leaves explanations out)"
        return (inspect.getdoc(self._components[name]) or "").partition("\n")[0]

    def settings(self, name: str) -> tuple[Setting, ...]:
        """The settings that the component takes, in the order of its signature."""
        return _settings_of(self._components[name])


@cache
def _settings_of(component: Callable[..., Any]) -> tuple[Setting, ...]:
    hints = get_type_hints(component, include_extras=True)
    settings = []
    for parameter in inspect.signature(component).parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        name = parameter.name
        if parameter.default is inspect.Parameter.empty or name not in hints:
            raise ValueError(f"setting {name!r} of {component.__name__} needs a type annotation and a default")
        annotation = hints[name]
        limits = None
        if get_origin(annotation) is Annotated:
            annotation, *extras = get_args(annotation)
            limits = next((extra for extra in extras if isinstance(extra, Range)), None)
        settings.append(Setting(name, annotation, parameter.default, limits))
    return tuple(settings)
