"""Causes in the data, in what is tested, and in the code."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.diagnosis.entries import Settings, Severity
from benchmarks.diagnosis.injection import (
    ALL,
    FEW,
    FITTING,
    GRADIENT,
    NETWORKS,
    NUMBERS,
    OF_RELU,
    OF_TABLES,
    RELU,
    TABLED_NUMBERS,
    Injection,
    setting,
)  # fmt: skip
from benchmarks.diagnosis.sources import RARE


def scales() -> Iterator[Injection]:
    """Inputs and targets as nobody should train them."""
    changes: Sequence[tuple[str, Severity]] = (
        ("in1000", "strong"), ("in100", "strong"), ("in30", "middle"), ("in10", "mild"),
        ("far30", "middle"), ("far10", "mild"), ("thin1000", "strong"), ("thin100", "middle"),
    )  # fmt: skip
    for change, severity in changes:
        yield Injection("unscaled_inputs", severity, setting(), OF_TABLES, change=change)
    several = [name for name in OF_TABLES if name != "wave"]
    for change, severity in (("uneven300", "strong"), ("uneven60", "middle")):
        yield Injection("unequal_inputs", severity, setting(), several, change=change)
    for change, severity in (
        ("out300", "strong"), ("out50", "strong"), ("high100", "strong"),
        ("out15", "middle"), ("high10", "middle"), ("out8", "mild"),
    ):  # fmt: skip
        yield Injection("unscaled_targets", severity, setting(), [*TABLED_NUMBERS, "noisy"], change=change)


def samples() -> Iterator[Injection]:
    """Targets, order, ranges."""
    yield Injection("random_targets", "strong", setting(), [*OF_TABLES, "noisy"], change="shuffled")
    for settings, severity in (
        (("training.mode=online", "training.epochs=60"), "strong"), (("training.batch_size=16",), "strong"),
        ((), "middle"),
    ):  # fmt: skip
        made, twin = setting("training.order=given", *settings), ("training.order=shuffled", *settings)
        yield Injection("not_shuffled", severity, made, OF_TABLES, change="sorted", twin=twin)
    for output, severity in (("sigmoid", "strong"), ("relu", "strong"), ("tanh", "middle")):
        made = setting(f"network.output={output}", "network.target_range=null", "loss=half_mse")
        yield Injection("output_range", severity, made, NUMBERS)
    yield Injection(
        "input_squash", "strong", setting("network.input=relu"), [one for one in ALL if one not in ("xor", "square")]
    )
    for name in ("tanh", "sigmoid"):
        yield Injection("input_squash", "middle", setting(f"network.input={name}"), ("sine", "tanh_sine", "surface"))


def held_out() -> Iterator[Injection]:
    """Runs that fail on other samples, or on some of the classes."""
    for margin, severity in ((4, "strong"), (2, "middle")):
        made, twin = setting("test.set=grid", f"test.margin={margin}"), ("test.set=grid",)
        yield Injection("extrapolation", severity, made, ("sine", "square", "surface", "tanh_sine"), twin=twin)
    for function in ("bowl", "saddle"):
        one = (f"data.function={function}",)
        made = setting(*one, "test.set=grid", "test.margin=2")
        yield Injection("extrapolation", "strong", made, ("surface",), twin=(*one, "test.set=grid"))
    long = ("training.epochs=3000", "network.hidden=[40]")
    yield Injection("overfit", "strong", setting(*long), FEW, FITTING, twin=("training.l2=0.1",))
    yield Injection(
        "overfit",
        "middle",
        setting("training.epochs=1500", "network.hidden=[20]"),
        FEW,
        FITTING,
        twin=("training.l2=0.1",),
    )
    balanced = ("training.class_weights=balanced",)
    yield Injection("imbalance", "strong", setting(), tuple(RARE), twin=balanced)
    yield Injection("imbalance", "strong", setting("training.epochs=100"), tuple(RARE), twin=balanced)


def code() -> Iterator[Injection]:
    """Mistakes in code."""
    for fault in GRADIENT:
        deep = ("tanh deep", "relu deep") if fault == "transposed_gradient" else NETWORKS
        yield Injection("wrong_gradient", "strong", setting(f"fault={fault}"), recipes=deep)
    for fault in OF_RELU:
        yield Injection("wrong_gradient", "strong", setting(f"fault={fault}"), recipes=RELU)
    yield Injection("wrong_update", "strong", setting("fault=update_sign"))
    for fault in ("shuffled_inputs", "shifted_labels"):
        yield Injection("wrong_pairs", "strong", setting(f"fault={fault}"))
    scaled = setting("fault=mixed_units", "network.output=tanh")
    yield Injection("mixed_units", "strong", scaled, NUMBERS, twin=("network.output=tanh",))


def counts() -> Iterator[Injection]:
    """Too few samples, and batches so large that many epochs are few updates."""
    many: Mapping[str, Settings] = {
        "sine": ("data.samples=800",), "square": ("data.samples=800",), "surface": ("data.samples=800",),
        "tanh_sine": ("data.samples=800",), "quadrants": ("data.samples_per_cluster=200",),
        "bowl": ("data.samples=800", "data.function=bowl"),
    }  # fmt: skip
    for name, settings in many.items():
        source = "surface" if name == "bowl" else name
        for epochs, severity in ((40, "strong"), (100, "middle")):
            large, small = ("training.mode=full", f"training.epochs={epochs}"), (f"training.epochs={epochs}",)
            made, twin = setting(*settings, *large), (*settings, *small)
            yield Injection("batch_large", severity, made, (source,), twin=twin)
    grown = ("training.epochs=2000", "network.hidden=[40]")
    fresh = ("test.set=fresh", "test.points=400")  # as many tested, however few are trained
    for name in ("sine", "tanh_sine", "surface", "bowl", "saddle", "quadrants"):
        source = "surface" if name in ("bowl", "saddle") else name
        shape = (f"data.function={name}",) if name != source else ()
        for n, severity in ((12, "strong"), (20, "middle")):
            few = f"data.samples_per_cluster={n // 4}" if name == "quadrants" else f"data.samples={n}"
            made = setting(*shape, *grown, *fresh, few, "data.test_fraction=0")
            yield Injection("too_few_samples", severity, made, (source,), FITTING, twin=(*shape, *fresh))
