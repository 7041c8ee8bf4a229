"""What the page of `runner.explore` computes is what `nn` computes, and what it decodes is what was encoded."""

import base64
import itertools
import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from tests.runner.findings.explorer.conftest import PAGE, Evaluate

NET = (PAGE / "net.js").read_text(encoding="utf-8")
FORMULAS = dict(re.findall(r"^  (\w+): \((?:\{(.*)\})?\) =>", NET, flags=re.MULTILINE))
WHOLE_LAYER = set(re.findall(r"(\w+): ", NET.partition("const SOFTMAX = {")[2].partition("}")[0]))
WITHOUT_FORMULA: dict[str, str] = {}  # a name: why the page draws no picture of networks that have it
SAMPLES = 40
DAMAGED = "The numbers in this page are damaged."


def test_every_activation_has_a_formula_in_the_page():
    """Write it in net.js, or name it in WITHOUT_FORMULA with the reason."""
    assert len(FORMULAS) >= 9 and {"softmax", "clipped_softmax"} == WHOLE_LAYER
    shipped = {name for name in ACTIVATIONS if ACTIVATIONS[name].__module__.startswith("nn.")}
    assert shipped == set(FORMULAS) | WHOLE_LAYER | set(WITHOUT_FORMULA)
    assert all(WITHOUT_FORMULA.values())


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_settings_of_a_formula_and_their_defaults_are_those_of_the_activation(name):
    settings = ", ".join(f"{setting.name} = {setting.default:g}" for setting in ACTIVATIONS.settings(name))
    assert FORMULAS[name] == settings


def hidden(rng: np.random.Generator, name: str) -> dict[str, Any]:
    """An activation of hidden units, with each of its settings drawn."""
    return {"name": name, **{setting.name: float(rng.uniform(0.01, 0.9)) for setting in ACTIVATIONS.settings(name)}}


def networks() -> Iterator[tuple[dict[str, Any], Array, Array]]:
    """A thousand structures as the page gets them, with float32 parameters `(P,)` and inputs `(n, d)`."""
    rng = np.random.default_rng(11)
    elementwise = [name for name in ACTIVATIONS if name in FORMULAS]
    outputs = [name for name in ACTIVATIONS if name not in WITHOUT_FORMULA]
    pairs = itertools.cycle(itertools.product(elementwise, outputs))
    for _ in range(1000):
        name, output = next(pairs)
        sizes = [int(size) for size in rng.integers(1, 6, size=rng.integers(0, 4) + 2)]
        bias, d = bool(rng.integers(2)), sizes[0]
        others = [hidden(rng, str(rng.choice(elementwise))) for _ in sizes[2:-1]]  # of the layers after the first
        own = [hidden(rng, name), *others][: len(sizes) - 2]
        settings = {"sizes": sizes, "activations": own, "output": output, "bias": bias}
        settings["input"] = str(rng.choice(elementwise)) if rng.random() < 0.3 else "identity"
        count = sum((fan_in + bias) * fan_out for fan_in, fan_out in itertools.pairwise(sizes))
        weights = rng.normal(scale=rng.uniform(0.5, 3), size=count).astype(np.float32)
        yield settings, weights, rng.normal(scale=2, size=(SAMPLES, d))


def predicted(settings: dict[str, Any], weights: Array, X: Array) -> Array:
    """Outputs `(n, d_out)` of `nn` for the same parameters, in float64."""
    plain = [dict(activation) for activation in settings["activations"]]
    own = tuple(ACTIVATIONS[one.pop("name")](**one) for one in plain)
    network = Network(
        tuple(settings["sizes"]), ACTIVATIONS["identity"](), ACTIVATIONS[settings["output"]](),
        LOSSES["tanh_matching"](), bias=settings["bias"], input=ACTIVATIONS[settings["input"]](), own_activations=own,
    )  # fmt: skip
    return network.predict(weights.astype(np.float64)[np.newaxis], X[np.newaxis])[0]


FORWARD = """
cases => cases.map(([net, weights, X]) => {
  const w = Float32Array.from([7, ...weights]);
  const columns = X.map(x => Float64Array.from(x));
  const kept = layersFor(net, columns[0].length);
  forward(net, w, 0, columns, kept);
  const outputs = layers => layers.at(-1).map(unit => Array.from(unit));
  return [isKnown(net), outputs(forward(net, w, 1, columns)), outputs(forward(net, w, 1, columns, kept))];
})
"""


@pytest.mark.browser
def test_the_page_computes_what_numpy_computes(evaluate: Evaluate):
    cases = list(networks())
    used = {(one["name"], settings["output"]) for settings, _, _ in cases for one in settings["activations"][:1]}
    assert len(used) == len(FORMULAS) * (len(FORMULAS) + len(WHOLE_LAYER))
    answers = evaluate(FORWARD, [[net, weights.tolist(), X.T.tolist()] for net, weights, X in cases])
    for case, (is_known, fresh, kept) in zip(cases, answers, strict=True):
        expected = predicted(*case).T
        difference = np.abs(np.array(fresh) - expected) / np.maximum(1, np.abs(expected))
        assert is_known and difference.max() <= 1e-12, case[0]
        assert kept == fresh, "arrays that were used before change nothing"


@pytest.mark.browser
@pytest.mark.parametrize("part", ["input", "activations", "output"])
@pytest.mark.parametrize("name", ["of_mine", "constructor"])
def test_a_network_with_an_unknown_part_has_no_formula(evaluate: Evaluate, part, name):
    tanh: dict[str, Any] = {"name": "tanh"}
    net = {"sizes": [1, 1, 1, 1], "input": "identity", "activations": [tanh] * 2, "output": "identity", "bias": True}
    assert evaluate("isKnown", net)
    assert not evaluate("isKnown", {**net, part: [tanh, {"name": name}] if part == "activations" else name})
    assert not evaluate("isKnown", {**net, "unknown": "A fault changes the forward pass."})


def encoded(values: Array, is_deflated: bool) -> str:
    raw = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1).T.tobytes()
    return base64.b64encode(zlib.compress(raw, 9) if is_deflated else raw).decode()


DECODE = "async ([text, width, deflated]) => Array.from(await decoded(text, width, deflated), String)"


@pytest.mark.browser
@pytest.mark.parametrize("is_deflated", [True, False])
@pytest.mark.parametrize("kind", ["<f4", "<f2"])
def test_decoded_numbers_are_those_that_were_encoded(evaluate: Evaluate, kind, is_deflated):
    special = [0, -0.0, np.inf, -np.inf, np.nan, 1, -2, 65504, 6e-8, 1e-5]
    values = np.concatenate([special, np.random.default_rng(0).normal(size=1001)]).astype(kind)
    text = encoded(values, is_deflated)
    numbers = np.array(evaluate(DECODE, [f"\n{text}\n", values.itemsize, is_deflated]), dtype=np.float64)
    np.testing.assert_array_equal(numbers, values.astype(np.float64))
    assert evaluate(DECODE, [" ", values.itemsize, is_deflated]) == []


SENTENCE = "([text, width, deflated]) => decoded(text, width, deflated).then(() => 'no error', error => error.message)"


@pytest.mark.browser
def test_damaged_numbers_are_refused_in_a_sentence(evaluate: Evaluate):
    text = encoded(np.arange(1000, dtype="<f4"), True)
    middle = len(text) // 2
    flipped = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    damaged = [text[:-8], flipped, "é" + text[1:], text + "AAAA", encoded(np.arange(3, dtype=np.uint8), True)]
    for wrong in damaged:
        assert evaluate(SENTENCE, [wrong, 4, True]) == DAMAGED, wrong[-20:]
    assert evaluate(SENTENCE, [encoded(np.arange(3, dtype=np.uint8), False), 4, False]) == DAMAGED
    no_stream = f"async given => {{ globalThis.DecompressionStream = undefined; return ({SENTENCE})(given) }}"
    assert "browser of 2023" in evaluate(no_stream, [text, 4, True])
