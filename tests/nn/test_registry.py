import math
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS
from nn.registry import Range, Registry, Setting
from nn.schedules import SCHEDULES

ALL = [ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES]
SETTINGS = [
    pytest.param(setting, id=f"{registry.kind}-{name}-{setting.name}")
    for registry in ALL
    for name in registry
    for setting in registry.settings(name)
    if setting.type in (int, float)
]


def swish(x: float, *, beta: Annotated[float, Range(gt=0, le=10)] = 1.0, fast: bool = False) -> float:
    return x * beta * fast


def from_module(component: Callable[..., Any], module: str) -> Callable[..., Any]:
    component.__module__ = module
    return component


def named_swish(module: str) -> Callable[..., Any]:
    def swish(x: float) -> float:
        return x

    return from_module(swish, module)


def things(*components: Callable[..., Any]) -> Registry[Callable[..., Any]]:
    registry: Registry[Callable[..., Any]] = Registry("thing")
    for component in components:
        registry.register(component)
    return registry


def test_a_component_is_found_under_the_name_of_its_function() -> None:
    registry = things(swish)
    assert "swish" in registry
    assert registry["swish"] is swish
    assert "swash" not in registry
    with pytest.raises(KeyError):
        registry["swash"]


def test_registering_returns_the_function_itself_so_that_it_can_be_called_as_ever() -> None:
    assert things().register(swish) is swish


def test_names_come_in_alphabetical_order() -> None:
    def zebra() -> None: ...

    def aardvark() -> None: ...

    assert list(things(zebra, swish, aardvark)) == ["aardvark", "swish", "zebra"]


def test_a_name_that_another_module_has_taken_is_refused_with_both_modules_named() -> None:
    registry = things(named_swish("first.place"))
    with pytest.raises(ValueError, match=r"thing 'swish' of module second\.place.*first\.place"):
        registry.register(named_swish("second.place"))
    assert registry["swish"].__module__ == "first.place"


def test_a_module_that_is_read_again_replaces_its_own_component() -> None:
    registry, again = things(named_swish("first.place")), named_swish("first.place")
    registry.register(again)
    assert registry["swish"] is again


def test_settings_are_the_keyword_only_parameters_in_the_order_of_the_signature() -> None:
    assert things(swish).settings("swish") == (
        Setting("beta", float, 1.0, Range(gt=0, le=10)),
        Setting("fast", bool, False, None),
    )


def test_a_setting_without_a_default_is_refused() -> None:
    def component(x: float, *, beta: float) -> float:
        return x * beta

    registry = things()
    with pytest.raises(ValueError, match="'beta' of component needs a type annotation and a default"):
        registry.register(component)
    assert "component" not in registry


def test_a_setting_without_an_annotation_is_refused() -> None:
    def component(x, *, beta=1.0):
        return x * beta

    registry = things()
    with pytest.raises(ValueError, match="'beta' of component needs a type annotation and a default"):
        registry.register(component)
    assert "component" not in registry


@pytest.mark.parametrize("taken", ["name", "kind", "settings", "seed"])
def test_a_setting_whose_name_means_something_else_is_refused(taken: str) -> None:
    namespace: dict[str, Any] = {}
    exec(f"def component(*, {taken}: float = 1.0): ...", namespace)
    registry: Registry[Callable[..., Any]] = Registry("thing", reserved=("seed",))
    with pytest.raises(ValueError, match=f"thing 'component' cannot have a setting named '{taken}'"):
        registry.register(namespace["component"])
    assert "component" not in registry


def test_a_name_reserved_in_one_registry_is_free_in_another() -> None:
    def component(*, seed: int = 0) -> int:
        return seed

    assert [setting.name for setting in things(component).settings("component")] == ["seed"]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_default_of_a_number_is_of_its_type_and_in_its_range(setting: Setting) -> None:
    assert setting.type(setting.default) == setting.default
    assert setting.range is None or setting.default in setting.range


@pytest.mark.parametrize("registry", ALL, ids=lambda registry: registry.kind)
def test_every_shipped_component_says_what_it_is(registry: Registry[Any]) -> None:
    assert [name for name in registry if not registry[name].__doc__] == []
    assert len(list(registry)) > 1


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        (Range(gt=0), [1e-300, 1, 1e300], [0, -1]),
        (Range(ge=0), [0, 1], [-1e-300]),
        (Range(lt=1), [-5, 0.999], [1, 2]),
        (Range(le=1), [-5, 1], [1.0000001]),
        (Range(ge=0, lt=1), [0, 0.5], [-0.1, 1]),
        (Range(gt=-2, le=3), [-1.9, 3], [-2, 3.1]),
        (Range(), [-1e300, 0, 1e300], []),
    ],
    ids=str,
)
def test_a_range_contains_what_lies_between_its_bounds(
    limits: Range, inside: list[float], outside: list[float]
) -> None:
    assert [value for value in inside if value not in limits] == []
    assert [value for value in outside if value in limits] == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("limits", [Range(), Range(gt=0), Range(le=0), Range(ge=-1, lt=1)], ids=repr)
def test_nan_and_infinity_are_in_no_range(limits: Range, value: float) -> None:
    assert value not in limits


@given(low=st.floats(-1e6, 1e6), high=st.floats(-1e6, 1e6), value=st.floats(allow_nan=True))
def test_an_open_and_a_closed_range_differ_in_their_ends_only(low: float, high: float, value: float) -> None:
    inner, outer = Range(gt=low, lt=high), Range(ge=low, le=high)
    at_an_end = value in (low, high) and low <= value <= high
    assert (value in outer) == ((value in inner) or at_an_end)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Range(gt=0), "> 0"),
        (Range(ge=0, lt=1), ">= 0 and < 1"),
        (Range(gt=-0.5, le=1e-8), "> -0.5 and <= 1e-08"),
        (Range(), ""),
    ],
)
def test_a_range_describes_itself_as_a_person_would_write_it(limits: Range, words: str) -> None:
    assert str(limits) == words
