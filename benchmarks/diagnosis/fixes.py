"""What cures each cause, by the corpus's own account: how a name is judged that a run got and that was not put in.

Settings can make one path in several ways: a low rate, few steps, a fast decay. So another name is right too where its
fix, trained on the same seed, makes the run as good as its twin. All causes are judged alike.
"""

from collections.abc import Iterable, Sequence
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

from benchmarks.diagnosis.entries import Entry, Settings, settled
from benchmarks.diagnosis.labels import Labelled, Labels, measure
from benchmarks.diagnosis.recipes import GLOROT, HE
from benchmarks.diagnosis.trained import Key, train

SEEDS = range(100, 105)  # other seeds, of which most must learn where the start alone is bad
Named = tuple[Key, str]
DRAWN: tuple[Settings, ...] = (GLOROT, HE)
HELD_BACK: tuple[Settings, ...] = (("training.l2=0.1",), ("training.l2=0.01",))
RIGHT_CODE: tuple[Settings, ...] = (("fault=none",),)
# Each is tried alone. One that changes nothing, as its setting is not there, cures nothing.
FIXES: dict[str, tuple[Settings, ...]] = {
    "decay_fast": (("schedule=constant",),),
    "clip_tight": (("training.clip_norm=null", "training.clip_value=null"),),
    "batch_large": (("training.mode=minibatch", "training.batch_size=null"),),
    "l2_strong": (("training.l2=0",),),
    "dropout_strong": (("training.dropout=0",),),
    "momentum_high": (("optimizer.momentum=0.9",),),
    "init_large": DRAWN,
    "init_small": DRAWN,
    "symmetric_init": DRAWN,
    "dead_relu": DRAWN,
    "vanishing": (("activation=relu", *HE), ("network.hidden=[8]",)),
    "no_hidden": (("network.hidden=[8]", "activation=tanh"),),
    "too_small": (("network.hidden=[8]",), ("network.hidden=[16,16]",)),
    "no_bias": (("network.bias=true",),),
    "output_range": (("network.output=auto", "network.target_range=auto", "loss=auto"),),
    "input_squash": (("network.input=identity",),),
    "unscaled_inputs": (("data.standardize=true",),),
    "unequal_inputs": (("data.standardize=true",),),
    "unscaled_targets": (("data.target_scale=standardize",),),
    "not_shuffled": (("training.order=shuffled",),),
    "extrapolation": (("test.margin=0",),),
    "overfit": HELD_BACK,
    "imbalance": (("training.class_weights=balanced",),),
    "wrong_gradient": RIGHT_CODE,
    "wrong_update": RIGHT_CODE,
    "wrong_pairs": RIGHT_CODE,
}


def _value(settings: Settings, key: str, default: float) -> float:
    return next((float(one.partition("=")[2]) for one in settings if one.startswith(f"{key}=")), default)


def _by(settings: Settings, name: str) -> Iterable[Settings]:
    """The fixes that depend on what a run has: its rate, its length, its number of samples."""
    if name in ("lr_low", "lr_high"):
        rate = _value(settings, "learning_rate", 0.1)
        return [(f"learning_rate={rate * times:g}",) for times in ((10, 100) if name == "lr_low" else (0.1, 0.01))]
    if name == "too_few_steps":
        key, default = ("steps", 0) if any(one.startswith("training.steps=") for one in settings) else ("epochs", 500)
        return [(f"training.{key}={10 * _value(settings, f'training.{key}', default):.0f}",)]
    if name == "too_few_samples":
        return [*_more_samples(settings), *HELD_BACK]
    return FIXES.get(name, ())


def _more_samples(settings: Settings) -> Iterable[Settings]:
    for key in ("data.samples", "data.samples_per_cluster"):
        if count := _value(settings, key, 0):
            yield (f"{key}={10 * count:.0f}",)
    if share := _value(settings, "data.test_fraction", 0):
        yield (f"data.test_fraction={share / 2.5:g}",)


def fixes_of(entry: Entry, name: str) -> list[list[Entry]]:
    """The runs that show whether a name is right: of each fix one, or one for each other seed."""
    if name == "bad_start":
        return [[replace(entry, seed=seed) for seed in SEEDS]]
    return [[replace(entry, settings=settled(entry.settings, fix))] for fix in _by(entry.settings, name)]


def cured(named: Iterable[tuple[Labelled, str]], labels: Labels, folder: Path) -> set[Named]:
    """Of runs with a name each, those that a fix of that name makes as good as their twin."""
    asked = {(one.key, name): (one, fixes_of(one.entry, name)) for one, name in named}
    entries: Sequence[Entry] = [run for _, fixes in asked.values() for fix in fixes for run in fix]
    if not entries:
        return set()
    with chdir(folder):
        found = measure(train(entries, folder).runs, {(one.settings, one.seed): one.source for one in entries})
    return {
        key
        for key, (one, fixes) in asked.items()
        if any(sum(labels.is_cured(one, found[run.settings, run.seed]) for run in fix) > len(fix) / 2 for fix in fixes)
    }
