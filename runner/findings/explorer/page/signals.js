// signals.js: the charts of the opened run: its costs, and what happened in each of its layers.

const RUN_COSTS = ["train/cost", "validation/cost", "test/cost"];
const SIGNAL_WORDS = {
  gradient_norm: "norm of the gradient",
  weight_norm: "norm of the weights",
  moved: "change of the weights, relative",
  dead: "share of dead units",
  saturated: "share of saturated slopes",
  flat: "share of units that answer the same everywhere",
  spread: "spread of the activations",
};
const SHARES = ["dead", "saturated", "flat"];

/** Lines where the evidence is, where a run ended early, and at the step of the slider; small charts have no words. */
function drawRunMarks(plot, run, isSmall) {
  const said = word => (isSmall ? "" : word);
  const {last, outcome, ill_step: ill, restored} = runAt(run);
  if (last < part().frames.at(-1)) drawStepLine(plot, last, colours.soft, [2, 3], said(outcome));
  if (restored !== null && restored !== last) drawStepLine(plot, restored, colours.soft, [2, 3], said("kept"), 1);
  if (ill !== null) drawStepLine(plot, ill, colours.accent, [5, 3], said("evidence"), 2);
  drawStepLine(plot, Math.min(step(), last), colours.ink);
}

/** The costs that a run has: [{series, text, place, values}] with values (points,). */
function costLines(run) {
  const all = RUN_COSTS.map(series => ({series, text: costWord(series), values: historyOf(run, series)}));
  const known = all.filter(({values}) => values.some(Number.isFinite));
  return known.map((line, place) => ({...line, place}));
}

/** All lines of a chart of one run, their names at the ends, and its marks. */
function drawRunLines(plot, run, steps, lines, isSmall = false) {
  drawAxes(plot);
  for (const {place, values} of lines) {
    useLine(plot.context, place, 2);
    drawValues(plot, steps, values);
  }
  plot.context.setLineDash([]);
  const lastOf = values => heightOf(plot, values.findLast(Number.isFinite));
  drawEndLabels(plot, lines.map(({text, place, values}) => ({text, place, y: lastOf(values)})));
  drawRunMarks(plot, run, isSmall);
}

/** The last step of a run's chart: that of all runs, or, where it ended early, a little after its end. */
function shownUntil(run) {
  const {last, ill_step: ill} = runAt(run);
  const all = part().frames.at(-1);
  return last < all / 5 ? Math.min(all, 1.3 * Math.max(last, ill ?? 0, 3)) : all;
}

/** Training and held-out costs of a run over its steps, into #dialog-curves. */
function drawRunCurves(run) {
  const canvas = by("dialog-curves");
  const [context, width, height] = sized(canvas);
  if (!width) return;
  context.clearRect(0, 0, width, height);
  const lines = costLines(run);
  describeRunCurves(canvas, run, lines);
  if (!lines.length) return drawOutlined(context, "no numbers", width / 2, height / 2, colours.soft, "center");
  const isWhole = runAt(run).outcome === "diverged"; // how it exploded is what one looks for
  const inRange = lines.flatMap(line => Array.from(isWhole ? line.values : valuesInRange(run, line.series, true)));
  const isLog = inRange.some(value => value > 0);
  const right = roomFor(context, lines.map(line => line.text), width / 3);
  const ends = [part().frames[0], shownUntil(run)];
  const shown = {yKind: isLog ? "log" : "linear", right};
  drawRunLines(plotOf([context, width, height], ends, rangeOf(inRange, isLog), shown), run, stepsOf(run), lines);
}

/** The costs at the step in words. */
function describeRunCurves(canvas, run, lines) {
  const values = lines.map(({series, text}) => `${text} ${formatNumber(history(run, series, step()))}`).join(", ");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Costs over the steps; at step ${formatStep(step())}: ${values || "no numbers"}`);
}

/** The steps of a signal of a run, and its layers: [{text, place, values}] with values (points,), where it has numbers.
 * Saturation comes from the weights, as not every run has recorded it. */
function signalOf(run, signal) {
  const {signals, snapshots} = runAt(run);
  const shares = signal === "saturated" ? saturationOf(run) : [];
  if (!shares.length) return {steps: signals ? meta.steps[signals.steps] : [], lines: recordedLines(run, signal)};
  const lines = shares.map((values, layer) => ({text: `layer ${layer + 1}`, place: layer, values}));
  return {steps: meta.steps[snapshots.steps], lines};
}

/** The same of what was recorded while the run was trained. */
function recordedLines(run, signal) {
  const {signals} = runAt(run);
  const row = part().signals.indexOf(signal);
  if (!signals || row < 0) return [];
  const {layers, at} = signals;
  const points = meta.steps[signals.steps].length;
  const lines = Array.from({length: layers}, (_, layer) => {
    const start = at + (row * layers + layer) * points;
    const text = layer === layers - 1 ? "output" : `layer ${layer + 1}`;
    const values = curves.slice(start, start + points);
    if (signal === "moved") values[0] = NaN; // nothing has moved before the first update
    return {text, place: layer, values};
  });
  return lines.filter(({values}) => values.some(Number.isFinite));
}

/** One small chart: a line for each layer; the first steps have most of the width, as most goes wrong in them. */
function drawSignal(canvas, run, signal) {
  const [context, width, height] = sized(canvas);
  if (!width) return;
  context.clearRect(0, 0, width, height);
  const {steps, lines} = signalOf(run, signal);
  const all = lines.flatMap(({values}) => Array.from(values));
  const isLog = !SHARES.includes(signal) && all.some(value => value > 0);
  const range = SHARES.includes(signal) ? [0, 1] : rangeOf(all, isLog);
  const right = roomFor(context, lines.map(line => line.text), width / 3);
  const shown = {xKind: "early", yKind: isLog ? "log" : "linear", right};
  drawRunLines(plotOf([context, width, height], [0, part().frames.at(-1)], range, shown), run, steps, lines, true);
}

/** One value of each layer at the step, in words. */
function describeSignal(canvas, run, signal) {
  const {steps, lines} = signalOf(run, signal);
  const point = steps.findLastIndex(at => at <= Math.min(step(), runAt(run).last));
  const values = lines.map(({text, values}) => `${text} ${formatNumber(values[point])}`).join(", ");
  canvas.setAttribute("aria-label", `${SIGNAL_WORDS[signal] ?? signal} at step ${formatStep(step())}: ${values}`);
}

/** Small charts of what happened in the layers of a run, into #dialog-signals; empty where nothing was recorded. */
function drawRunSignals(run) {
  const host = by("dialog-signals");
  const key = `${state.part} ${run}`;
  if (host.dataset.run !== key) {
    host.dataset.run = key;
    const all = [...new Set([...part().signals, "saturated"])];
    const known = all.filter(signal => signalOf(run, signal).lines.length);
    host.replaceChildren(...known.map(signal => {
      const canvas = h("canvas", {role: "img", "data-signal": signal});
      return h("figure", {}, h("figcaption", {}, SIGNAL_WORDS[signal] ?? signal), canvas);
    }));
  }
  for (const canvas of host.querySelectorAll("canvas")) {
    drawSignal(canvas, run, canvas.dataset.signal);
    describeSignal(canvas, run, canvas.dataset.signal);
  }
}
