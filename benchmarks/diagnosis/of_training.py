"""Causes in the steps, the first weights and the network."""

from collections.abc import Iterator

from benchmarks.diagnosis.injection import (
    CURVED,
    NETWORKS,
    OF_TABLES,
    PLAIN,
    RELU,
    Injection,
    rate_by,
    setting,
)
from benchmarks.diagnosis.recipes import FAST


def steps() -> Iterator[Injection]:
    """Rates, schedules, limits and penalties."""
    for times, severity in ((1000, "strong"), (100, "strong"), (30, "middle"), (10, "middle")):
        yield Injection("lr_high", severity, rate_by(times))
    for times in (5, 3):
        yield Injection("lr_high", "mild", rate_by(times), recipes=tuple(FAST))
    for times, severity in ((1e-4, "strong"), (1e-3, "strong"), (0.01, "middle"), (0.1, "mild"), (0.3, "mild")):
        yield Injection("lr_low", severity, rate_by(times))
    for steps, severity in ((5, "strong"), (20, "strong"), (60, "middle"), (150, "mild")):
        made = setting("training.epochs=null", f"training.steps={steps}")
        yield Injection("too_few_steps", severity, made)
    for settings, severity in (
        (("schedule=exponential", "schedule.decay=0.9"), "strong"),
        (("schedule=inverse_power", "schedule.power=2"), "strong"),
        (("schedule=step", "schedule.factor=0.1", "schedule.every=10"), "strong"),
        (("schedule=exponential", "schedule.decay=0.98"), "middle"),
        (("schedule=inverse_power", "schedule.power=1"), "mild"),
        (("schedule=exponential", "schedule.decay=0.993"), "mild"),
    ):  # fmt: skip
        yield Injection("decay_fast", severity, setting(*settings))
    for limit, severity in ((3e-4, "strong"), (2e-3, "middle"), (0.01, "mild"), (0.03, "mild")):
        made = setting(f"training.clip_norm={limit}")
        yield Injection("clip_tight", severity, made, recipes=PLAIN)
    yield Injection("clip_tight", "middle", setting("training.clip_value=1e-4"), recipes=PLAIN)
    for l2, severity in ((1.0, "strong"), (0.2, "strong"), (0.05, "middle"), (0.02, "mild"), (0.01, "mild")):
        yield Injection("l2_strong", severity, setting(f"training.l2={l2}"))
    for share, times, severity in ((0.999, 5, "strong"), (0.999, 1, "middle"), (0.995, 5, "middle"), (0.98, 5, "mild")):
        made = rate_by(times, f"optimizer.momentum={share}")
        yield Injection("momentum_high", severity, made, recipes=("tanh momentum", "elu nesterov"))


def starts() -> Iterator[Injection]:
    """First weights."""
    for std, severity in ((100, "strong"), (30, "strong"), (12, "middle"), (5, "mild")):
        yield Injection("init_large", severity, setting("init=gaussian", f"init.std={std}"))
    for std, severity in ((1e-7, "strong"), (1e-4, "strong"), (1e-3, "middle"), (1e-2, "mild")):
        made = setting("init=gaussian", f"init.std={std}", "network.bias_init=zero")
        yield Injection("init_small", severity, made, recipes=[name for name in NETWORKS if name not in RELU])
    for value, severity in ((0.1, "strong"), (0.0, "strong"), (0.7, "middle")):
        yield Injection("symmetric_init", severity, setting("init=constant", f"init.value={value}"))
    positive = ("square", "xor", *OF_TABLES)  # inputs that are never below zero
    for low, high, severity in ((-1, -0.3, "strong"), (-1.5, -0.5, "strong"), (-1, 0.05, "middle")):
        made = setting("init=between", f"init.low={low}", f"init.high={high}", "network.bias_init=init")
        yield Injection("dead_relu", severity, made, positive, RELU, change="positive")
    for units, severity in ((2, "strong"), (3, "middle")):
        made = setting(f"network.hidden=[{units}]")
        sources = ("xor", "quadrants", "ring", "wave", "sine", "corners", "tanh_sine", "blobs")
        yield Injection("bad_start", severity, made, sources, ("tanh sgd", "tanh adam", "sigmoid adam", "relu sgd"))


def networks() -> Iterator[Injection]:
    """Networks that cannot do it."""
    yield Injection("no_hidden", "strong", setting("network.hidden=[]"), CURVED)
    yield Injection("no_hidden", "strong", setting("activation=identity"), CURVED)
    yield Injection("too_small", "strong", setting("network.hidden=[1]"))
    yield Injection(
        "too_small", "strong", setting("network.hidden=[8,1]"), recipes=("tanh sgd", "tanh adam", "tanh deep")
    )
    deep = ("tanh sgd", "tanh deep", "tanh momentum")
    for layers, severity in ((5, "strong"), (4, "strong"), (3, "middle")):
        hidden = ",".join(["8"] * layers)
        yield Injection(
            "vanishing", severity, setting("activation=sigmoid", f"network.hidden=[{hidden}]"), recipes=deep
        )
    yield Injection("no_bias", "strong", setting("network.bias=false"))


def dropouts() -> Iterator[Injection]:
    """Units left out of each update. A new one comes last: data sets and networks are drawn by place."""
    for share, severity in ((0.8, "strong"), (0.6, "strong"), (0.4, "middle"), (0.2, "mild")):
        yield Injection("dropout_strong", severity, setting(f"training.dropout={share}"))
