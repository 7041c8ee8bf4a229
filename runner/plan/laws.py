"""Laws for the user's own components, checked on a small stack before training, once for each of their settings.

Built-in components are held to these laws by tests; a user's component is checked here, in about a millisecond. If it
raises, that is left to its runs, which fail with its error.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.losses import LOSSES, Loss
from nn.optimizers import OPTIMIZERS, Step
from nn.registry import Array
from runner.base.errors import Problem
from runner.datasets import DATASETS, Samples, Streams
from runner.runs.components import REGISTRIES, is_own
from runner.runs.data import digest_of, generator
from runner.runs.spec import Component, DataCommon, Spec, component_model

Settings = dict[str, Any]
RUNS, UNITS, SAMPLES, STEPS = 3, 2, 7, 12
MIXES = "gives a run other numbers alone than beside others: no number of one run may reach another (axis 0)"
GLOBAL = "takes numbers from the global generator of NumPy or of random: use the generator that it is given, or none"
INFINITE = "that is not finite at ordinary inputs"
ENDS = "ends the program when it is called (sys.exit); raise an error instead"
# Once for each part with its settings; a session may define one again under the same name.
_found: dict[tuple[Callable[..., Any], str, str, str], str] = {}
TWICE = "gives other numbers when it is called again with the same inputs"


def broken_laws(spec: Spec) -> list[Problem]:
    """What is wrong with the user's own components in a spec; empty if all are built in."""
    parts = [(kind, getattr(spec, kind)) for kind in REGISTRIES]
    parts += [("cost", component_model("loss", spec.cost)(name=spec.cost))] if spec.cost in LOSSES else []
    named = [("input", spec.network.input), ("output", spec.network.output)]
    named += [("activations", name) for name in spec.network.activations or ()]
    for key, name in named:  # which have the defaults of their settings
        if name in ACTIVATIONS:
            parts.append((f"network.{key}", component_model("activation", name)(name=name)))
    problems: dict[tuple[str, str], Problem] = {}
    for key, part in parts:
        kind, name = part.kind(), part.name
        if is_own(kind, name) and (told := _told_of(spec, part)):
            problems.setdefault((kind, name), Problem(key, f"{name!r} {told}"))
    return list(problems.values())


def _told_of(spec: Spec, part: Component) -> str:
    """What is wrong with a part; where its defaults are right, with its settings in this spec."""
    if isinstance(part, DataCommon):
        return _of_data(DATASETS[part.name], part.model_copy(update={"seed": None}))
    plain = component_model(part.kind(), part.name)(name=part.name)
    if (told := _of_part(plain, spec.dtype)) or part == plain:
        return told
    changed = [f"{key}={value}" for key, value in part.settings().items() if value != plain.settings()[key]]
    # A setting that lets numbers grow beyond bounds is a thing to find out: its runs diverge.
    told = _of_part(part, spec.dtype, excused=INFINITE)
    return f"with {' and '.join(changed)} {told}" if told else ""


def _of_part(part: Component, dtype: str, excused: str = "nothing") -> str:
    """The first law that a part breaks with its settings, in words; empty where it keeps all, or raises."""
    function = REGISTRIES[part.kind()][part.name]
    known = function, repr(part), dtype, excused  # as text, since a setting of one's own may be a list
    if known not in _found:
        _found[known] = _look_at(part, dtype, excused)
    return _found[known]


def _look_at(part: Component, dtype: str, excused: str) -> str:
    laws: dict[str, Callable[..., Iterator[str]]] = {
        "activation": _activation, "loss": _loss, "init": _initializer, "optimizer": _optimizer, "schedule": _schedule,
    }  # fmt: skip
    kind = part.kind()
    try:
        with np.errstate(all="ignore"):
            broken = laws[kind](REGISTRIES[kind][part.name], part.settings(), np.dtype(dtype))
            return next((told for told in broken if excused not in told), "")
    except SystemExit:
        return ENDS
    except Exception:  # it is the person's own: whatever it raises, its runs will say
        return ""


@cache
def _of_data(make_data: Callable[..., Samples], data: DataCommon) -> str:
    """The same of a data set, which is called with the settings of the run: planning has called it so already."""

    def make() -> str:
        streams = Streams(generator(0, "inputs"), generator(0, "noise"))
        return digest_of(make_data(streams, **data.settings()))

    try:
        with np.errstate(all="ignore"):
            before, first = _global_state(), make()
            return GLOBAL if _global_state() != before else "" if make() == first else TWICE
    except Exception:  # as above
        return ""


def _activation(part: Callable[..., Activation], settings: Settings, dtype: np.dtype[Any]) -> Iterator[str]:
    made, z = part(**settings), numbers(dtype, (RUNS, UNITS, SAMPLES), -3, 3)
    yield from broken("value", made.value, {"z": z})
    a = np.asarray(made.value(z.copy()))
    cut = a[..., 2:4], made.value(z[..., 2:4].copy())
    if made.derivative is not None:
        yield from broken("derivative", made.derivative, {"z": z, "a": a}, offered=f"activation={part.__name__}")
        cut = a[:, :1, 2:4], made.value(z[:, :1, 2:4].copy())
    if not np.allclose(*cut, rtol=1e-4 if dtype == np.float32 else 1e-9, equal_nan=True):
        yield "is not elementwise: its value at one sample or unit depends on the others"


def _loss(part: Callable[..., Loss], settings: Settings, dtype: np.dtype[Any]) -> Iterator[str]:
    made = part(**settings)
    output = ACTIVATIONS[made.only_output or "tanh"]()
    z, t = numbers(dtype, (RUNS, UNITS, SAMPLES), 0.1, 0.9), numbers(dtype, (RUNS, UNITS, SAMPLES), 0.9, 0.1)
    if made.only_task == "classification":
        t = np.stack([np.round(t[:, 0]), 1 - np.round(t[:, 0])], axis=1)
    inputs = {"z": z, "a": np.array(output.value(z.copy())), "t": t}
    yield from broken("per_sample", made.per_sample, inputs, shape=(RUNS, SAMPLES))
    yield from broken("delta", partial(_delta, made, output), inputs, offered=f"loss={part.__name__}")


def _delta(loss: Loss, output: Activation, z: Array, a: Array, t: Array) -> Array:
    return loss.delta(z, a, t, output)


def _optimizer(part: Callable[..., Array], settings: Settings, dtype: np.dtype[Any]) -> Iterator[str]:
    size = RUNS, UNITS * SAMPLES
    columns = {"parameters": numbers(dtype, size, 2, -2), "rate": np.array([[0.1], [0.2], [0.3]], dtype)}
    columns |= {name: np.full((RUNS, 1), value, dtype) for name, value in settings.items() if type(value) is float}
    shared = {name: value for name, value in settings.items() if name not in columns}
    decayed = np.ones(size[1], dtype)

    def steps(gradient: Array, parameters: Array, rate: Array, *values: Array) -> Array:
        """The decrement of the third step."""
        own = dict(zip(list(columns)[2:], values, strict=True))
        state = [np.zeros_like(gradient) for _ in range(OPTIMIZERS.slots(part.__name__))]
        gradients = gradient + dtype.type(0.5), 0 * gradient + dtype.type(0.5), gradient.copy()  # it may change them
        for number, one in enumerate(gradients):
            decrement = part(Step(one, parameters, decayed, rate, number), state, **own, **shared)
        return decrement

    yield from broken("decrement", steps, {"gradient": numbers(dtype, size, -1, 1), **columns})


def _initializer(part: Callable[..., Array], settings: Settings, _dtype: np.dtype[Any]) -> Iterator[str]:
    yield from broken("result", lambda: part(np.random.default_rng(0), 4, 3, **settings), {}, shape=(4, 3))


def _schedule(part: Callable[..., Array], settings: Settings, _dtype: np.dtype[Any]) -> Iterator[str]:
    steps, rates = np.arange(STEPS, dtype=np.float64), partial(part, n_steps=STEPS, **settings)
    yield from broken("result", rates, {"steps": steps}, shape=(STEPS,), is_stacked=False)
    whole = rates(steps.copy())
    if (np.asarray(whole) < 0).any():
        yield "gives a negative factor, with which a step would climb the gradient"
    for some in (slice(5, 9), slice(7, 8)):
        if not np.allclose(rates(steps[some].copy()), whole[some], rtol=1e-9, equal_nan=True):
            yield (
                "gives a step another rate when other steps are asked for with it: `steps` are some of the run's, "
                "`n_steps` is how many there are in all"
            )


def broken(
    what: str,
    call: Callable[..., Any],
    inputs: dict[str, Array],
    shape: tuple[int, ...] | None = None,
    offered: str = "",
    is_stacked: bool = True,
) -> Iterator[str]:
    """Every law that one function breaks; `inputs` by argument name, with the runs first if `is_stacked`.

    The result must have the `shape` and precision of the first input, unless another shape is given. `offered` is the
    override of the component whose derivative this is.
    """
    hint = f"; then check it with python -m runner.gradcheck {offered}" if offered else ""
    arrays = list(inputs.values())
    given = [values.copy() for values in arrays]
    before, result = _global_state(), call(*given)
    if _global_state() != before:
        yield GLOBAL
    first = arrays[0] if arrays else np.empty(0)
    wanted = first.shape if shape is None else shape
    found = np.array(result)
    if found.shape != wanted:
        asked = f" for {', '.join(inputs)} of shape {first.shape}" if inputs else ""
        yield f"has a {what} of shape {found.shape}{asked}; it must be {wanted}{hint}"
    if found.dtype.kind not in "fiub":
        yield f"has a {what} that is not real, but {found.dtype}{hint}"
    if is_stacked and inputs and np.result_type(found, first) != first.dtype:
        yield f"has a {what} of {found.dtype} for {first.dtype}, so that a run would not keep its precision{hint}"
    pairs = zip(inputs.items(), given, strict=True)
    if changed := [name for (name, values), after in pairs if after.tobytes() != values.tobytes()]:
        yield f"changes {' and '.join(changed)} in place in its {what}; work on a copy"
    if not np.isfinite(found).all():
        yield f"has a {what} {INFINITE}{hint}"
    if not _same(call(*(values.copy() for values in arrays)), found):
        yield TWICE
    if not (is_stacked and inputs):
        return
    for run in range(RUNS):
        alone = slice(run, run + 1)
        if not _same(call(*(values[alone].copy() for values in arrays)), found[alone]):
            yield MIXES


def _same(one: Any, other: Array) -> bool:
    """Whether two results have the same bits."""
    return np.shape(one) == other.shape and np.array(one).tobytes() == other.tobytes()


def numbers(dtype: np.dtype[Any], shape: Sequence[int], first: float, last: float) -> Array:
    """Ordinary numbers from `first` to `last`, unordered, all different and nonzero."""
    n = int(np.prod(shape))
    return np.asarray(np.linspace(first, last, n)[np.arange(n) * 5 % n].reshape(shape), dtype)


def _global_state() -> tuple[Any, ...]:
    """Of the generators that anybody can draw from without a run's seed: NumPy's, and Python's where it is used."""
    numpys = np.random.get_state(legacy=False)
    pythons = getattr(sys.modules.get("random"), "getstate", tuple)
    return numpys["state"]["key"].tobytes(), numpys["state"]["pos"], numpys["has_gauss"], pythons()
