"""What the page of `runner.explore` computes from weights and samples is what was stored when the runs were trained."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from nn.metrics import METRICS
from tests.end_to_end.browser.explorer import Explored, explored, opened

pytestmark = pytest.mark.browser
AGREE = 1e-6  # relative
NEAR = 1e-6  # of the threshold: such a sample may change sides, as weights are stored in single precision
FEW = ("training.epochs=10", "training.evaluations=8")
OUTPUTS = """
() => meta.parts.map((_, place) => {
  showPart(place);
  return {...part(), runs: runs().filter(run => whyNoPicture(run) === "").map(run => {
    const {snapshots, net, input, split, scale, id} = runAt(run);
    const {n, d, at} = meta.inputs[input];
    const X = trainingInputs(run);
    const said = meta.steps[snapshots.steps].map(step => {
      const units = forward(meta.nets[net], weights, weightsAt(run, step), X).at(-1);
      return {
        step, outputs: units.map(unit => Array.from(inUnits(unit, scale))),
        drawn: history(run, `train/${part().score.name}`, step),
      };
    });
    const rows = Array.from({length: n}, (_, i) => i).filter(i => samples[meta.splits[split].at + i] === 0);
    return {id, said, targets: rows.map(i => samples[at + n * d + i])};
  })};
})
"""
DAMAGES = {
    "the weights of a layer are in columns": """() => {
        for (const {runs} of meta.parts) for (const {net, snapshots} of runs) {
            const {sizes, parameters} = meta.nets[net];
            meta.steps[snapshots.steps].forEach((_, point) => {
                const start = snapshots.at + point * parameters;
                const first = weights.slice(start, start + sizes[0] * sizes[1]);
                first.forEach((w, i) => (weights[start + (i % sizes[1]) * sizes[0] + Math.floor(i / sizes[1])] = w));
            });
        }}""",
    "the weights begin one place later": "() => { for (const run of allRuns()) run.snapshots.at += 1; }",
    "the inputs are shifted": "() => { for (const run of allRuns()) run.scale.x[0] += 0.2; }",
    "the outputs are shifted": "() => { for (const run of allRuns()) run.scale.ys += 0.2; }",
    "each run has the weights of another": "() => turned('snapshots')",
    "each run has the samples of another": "() => { turned('input'); turned('split'); }",
}
HELPERS = """() => {
  globalThis.allRuns = () => meta.parts.flatMap(({runs}) => runs);
  globalThis.turned = what => meta.parts.forEach(({runs}) => {
    const all = runs.map(run => run[what]);
    runs.forEach((run, i) => (run[what] = all[(i + 1) % all.length]));
  });
}"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A curve, a surface and regions, each of networks of two structures and two activations."""
    return explored(
        tmp_path_factory, "kinds", "-m", "data=sine,surface,quadrants", "activation=tanh,relu",
        "network.hidden=[4],[3,2]", "seed=range(2)", *FEW,
    )  # fmt: skip


def table(seed: int, classes: bool) -> str:
    """A table with numbers, a gap, and a column of words; the target is a class of three, or a number above 0."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(120, 2 if classes else 3))
    columns = {f"size {place}": column for place, column in enumerate(x.T)}
    if classes:
        columns["kind"] = np.array(["low", "middle", "high"])[np.digitize(x.sum(axis=1), (-0.7, 0.7))]
    else:
        columns["place"] = rng.choice(["north", "south", "west"], 120)
        columns["price"] = np.exp(1 + x @ (0.5, -0.3, 0.2) + (columns["place"] == "north"))
    frame = pd.DataFrame(columns)
    frame.iloc[3, 0] = np.nan
    return frame.to_csv(index=False)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """Three classes by two numbers."""
    return explored(
        tmp_path_factory, "classes", "-m", "data=table", "data.path=kinds.csv", "activation=tanh,relu", "seed=range(2)",
        "network.hidden=[5]", *FEW, files={"kinds.csv": table(1, True)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A number by three numbers and a word, trained as a logarithm."""
    return explored(
        tmp_path_factory, "prices", "-m", "data=table", "data.path=prices.csv", "data.target=price", "seed=range(3)",
        "data.target_scale=log", "network.hidden=[4]", *FEW, files={"prices.csv": table(2, False)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """Training rows with wrong labels, of which one class is rare, beside the same ones with nothing wrong."""
    return explored(
        tmp_path_factory, "disturbed", "-m", "data=moons", "data.label_noise=0,0.3", "data.imbalance=1,3",
        "data.input_noise=0.1", "seed=range(2)", "network.hidden=[4]", *FEW,
    )  # fmt: skip


@pytest.fixture
def page(browser: Browser, kinds: Explored) -> Iterator[Page]:
    with opened(browser, kinds.file) as watched:
        yield watched.page


def limits(part: dict[str, Any], outputs: Any, targets: Any) -> tuple[float, float, int]:
    """Between which numbers the score of outputs `(d_out, n)` is, and how many are too near to the threshold to say."""
    metric = METRICS.metric(part["score"]["name"])
    if metric.of == "numbers":
        value = float(metric.value(outputs[np.newaxis], targets[np.newaxis, np.newaxis])[0])
        return value, value, 0
    assert metric.name == "accuracy"
    if len(outputs) == 1:
        middle = sum(part["levels"]) / 2
        right, distance = (outputs[0] > middle) == targets, abs(outputs[0] - middle)
    else:
        right, ordered = outputs.argmax(axis=0) == targets, np.sort(outputs, axis=0)
        distance = ordered[-1] - ordered[-2]
    unclear = distance <= NEAR
    sure, n = np.sum(right & ~unclear), len(targets)
    return sure / n, (sure + unclear.sum()) / n, int(unclear.sum())


def compared(page: Page, explored: Explored) -> tuple[int, int, int]:
    """How many pairs of run and snapshot there are, how many do not agree, and how many samples were left out."""
    pairs = wrong = left_out = 0
    for part in page.evaluate(OUTPUTS):
        for run in part["runs"]:
            stored = explored.store.history(explored.store.client.get_run(run["id"])).set_index("step")
            for one in run["said"]:
                value = stored.loc[one["step"], f"train/{part['score']['name']}"]
                low, high, unclear = limits(part, np.array(one["outputs"]), np.array(run["targets"]))
                agrees = low - AGREE * abs(low) <= value <= high + AGREE * abs(high)
                agrees &= abs(one["drawn"] - value) <= AGREE * abs(value)
                pairs, wrong, left_out = pairs + 1, wrong + (not agrees), left_out + unclear
    return pairs, wrong, left_out


def test_the_score_of_every_run_at_every_snapshot_is_the_stored_one(page: Page, kinds: Explored) -> None:
    pairs, wrong, left_out = compared(page, kinds)
    assert (pairs, wrong) == (3 * 8 * 9, 0)
    assert left_out <= 5


def test_so_is_that_on_rows_with_wrong_labels(browser: Browser, disturbed: Explored) -> None:
    with opened(browser, disturbed.file) as watched:
        pairs, wrong, _ = compared(watched.page, disturbed)
    assert (pairs, wrong) == (8 * 9, 0)


def test_so_is_that_of_three_classes(browser: Browser, classes: Explored) -> None:
    with opened(browser, classes.file) as watched:
        assert compared(watched.page, classes) == (4 * 9, 0, 0)


def test_so_is_that_of_a_table_with_gaps_and_words_and_a_target_that_is_trained_as_a_logarithm(
    browser: Browser, prices: Explored
) -> None:
    with opened(browser, prices.file) as watched:
        assert compared(watched.page, prices) == (3 * 9, 0, 0)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_it_is_another_one_in_many_places_where(page: Page, kinds: Explored, damage: str) -> None:
    page.evaluate(HELPERS)
    page.evaluate(damage)
    pairs, wrong, _ = compared(page, kinds)
    assert wrong > pairs / 3


def test_dead_units_computed_by_the_page_are_the_share_that_was_stored(page: Page, kinds: Explored) -> None:
    """At every step that has both weights and signals."""
    shares = page.evaluate("""
    () => meta.parts.flatMap((_, place) => {
      showPart(place);
      return runs().flatMap(run => meta.steps[runAt(run).snapshots.steps].map(step => ({
        id: runAt(run).id, step, sizes: meta.nets[runAt(run).net].sizes.slice(1, -1),
        dead: statesOf(run, weightsAt(run, step)).slice(1, -1).map(units => units.filter(one => one === "dead").length),
      })));
    })
    """)
    tables = {run: kinds.store.table(kinds.store.client.get_run(run), "signals.parquet").set_index("step")
              for run in {one["id"] for one in shares}}  # fmt: skip
    seen = dead = 0
    for one in shares:
        if one["step"] not in tables[one["id"]].index:
            continue
        stored = tables[one["id"]].loc[one["step"]]
        for layer, (count, size) in enumerate(zip(one["dead"], one["sizes"], strict=True), 1):
            assert count / size == pytest.approx(stored[f"dead/{layer}"])
            seen, dead = seen + 1, dead + count
    assert seen > 100 and dead > 0
