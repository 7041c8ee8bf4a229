// state.js: what the page shows now, which views follow a change, and the numbers at a step. A run is its index in
// part().runs. Scripts later in the order offer: goToFrame(frame), goToStep(step), goPast(step), play(on)
// (time.js), openRun(run, step) (detail.js). Nothing here touches `meta` before main() has checked it.

const by = id => document.getElementById(id);

/** The description of everything on the page; {} where it cannot be read. */
const readMeta = () => {
  try {
    return JSON.parse(by("meta").textContent);
  } catch {
    return {};
  }
};
const meta = readMeta();
const state = {part: 0, frame: 0, playing: false, hovered: -1, opened: -1, chosen: {}, ranges: {}};
const FINAL_COST = "final cost";
const FINAL_SCORE = "final score";
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [1, 2], [12, 4], [5, 2, 1, 2], [3, 5]];
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
let weights = new Float32Array(0);
let curves = new Float32Array(0);
let samples = new Float32Array(0);
let colours = {};
let visible = new Uint8Array(0);

// ---- Views that follow changes ----

const views = {};

/** Call the view, without arguments, whenever `what` has changed. */
const on = (what, view) => {
  (views[what] ??= []).push(view);
};

/** Merge values into the state and call the views of `what`. */
const change = (what, values = {}) => {
  Object.assign(state, values);
  if (what === "selection" || what === "part") select();
  for (const view of views[what] ?? []) view();
};

/** Show another data set of the sweep, at the step that is nearest to the one shown now. */
const showPart = index => {
  const now = step();
  const {frames} = meta.parts[index];
  const frame = Math.max(0, frames.findLastIndex(at => at <= now));
  change("part", {part: index, frame, hovered: -1, opened: -1, chosen: {}, ranges: {}});
  change("frame");
};

const part = () => meta.parts[state.part];
const step = () => part().frames[state.frame] ?? 0;
const runs = () => remember("runs", () => part().runs.map((_, run) => run));
const runAt = run => part().runs[run];
const isVisible = run => visible[run] === 1;
const isSelecting = () => Object.keys(state.chosen).length + Object.keys(state.ranges).length > 0;

/** What is computed once per data set. */
const remembered = new Map();
const remember = (name, compute) => {
  const key = `${state.part} ${name}`;
  if (!remembered.has(key)) remembered.set(key, compute());
  return remembered.get(key);
};

/** Work out which runs the chosen values and ranges leave. */
const select = () => {
  visible = Uint8Array.from(runs(), run => {
    const hasValues = Object.entries(state.chosen).every(([key, values]) => values.has(runAt(run).k[key]));
    return hasValues && Object.keys(state.ranges).every(axis => isWithin(run, axis)) ? 1 : 0;
  });
};

/** Whether a run is in the range that is selected on an axis. */
const isWithin = (run, axis) => {
  const [value, [low, high]] = [axisValue(run, axis), state.ranges[axis]];
  return value >= asStored(low) - 1e-9 && value <= asStored(high) + 1e-9;
};

/** Where a run stands on an axis: FINAL_COST, FINAL_SCORE, or the index of its value of a key. */
const axisValue = (run, axis) => {
  if (axis === FINAL_COST) return finalOf(run, part().cost_series, true);
  if (axis === FINAL_SCORE) return finalScore(run);
  return runAt(run).k[part().keys.findIndex(key => key.key === axis)];
};

/** Which colour and dash a run's line has: an index for colours.cycle and DASHES. */
const colourOf = run => (part().colour < 0 ? 0 : runAt(run).k[part().colour]);

// ---- Numbers at a step ----

/** The index of the last entry of meta.steps[grid] at or before the step, 0 where there is none. */
const pointOf = (grid, at) => {
  const steps = meta.steps[grid];
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= at) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** The step of the weights that a run ended with. */
const endOf = run => runAt(run).restored ?? runAt(run).last;
/** The step whose numbers a run shows: after its last one, the step of the weights it kept. */
const shownStep = (run, at) => (at < runAt(run).last ? at : endOf(run));

/** The stored value of a series at or before a step, that of the kept weights after a run's end; NaN without any. */
const history = (run, series, at) => {
  const {history: stored} = runAt(run);
  const row = part().series.indexOf(series);
  const points = stored ? meta.steps[stored.steps].length : 0;
  if (!points || row < 0) return NaN;
  return curves[stored.at + row * points + pointOf(stored.steps, shownStep(run, at))];
};

/** All stored values of a series, (points,), to go with meta.steps[runAt(run).history.steps]. */
const historyOf = (run, series) => {
  const {history: stored} = runAt(run);
  const row = part().series.indexOf(series);
  if (!stored || row < 0) return new Float32Array(0);
  const points = meta.steps[stored.steps].length;
  return curves.subarray(stored.at + row * points, stored.at + (row + 1) * points);
};

const score = (run, at) => history(run, part().score_series, at);
/** The final value of a series: of a run that diverged worse than all others, as its last finite one may be good. */
const finalOf = (run, series, isError) => {
  if (runAt(run).outcome === "diverged") return isError ? Infinity : -Infinity;
  return history(run, series, endOf(run));
};
const finalScore = run => finalOf(run, part().score_series, !part().score.higher);
/** Whether a run has no numbers of its own at this step any more. */
const hasEnded = (run, at) => at > runAt(run).last;
const hasDiverged = (run, at) => runAt(run).outcome === "diverged" && hasEnded(run, at);
const isBetter = (a, b) => (part().score.higher ? a > b : a < b);

const asStored = value => (meta.encoding.curves === 4 ? Math.fround(value) : value);
/** The score that a run must reach, rounded as stored scores are: its own, as samples may differ, or that of all. */
const goalOf = run => asStored(runAt(run).solved ?? part().solved.value);

/** Whether a run's score, on the samples whose scores are reported, is good enough at a step. */
const isSolved = (run, at) => {
  if (!part().solved || hasDiverged(run, at)) return false;
  const value = history(run, part().solved.series, at);
  return part().score.higher ? value >= goalOf(run) : value <= goalOf(run);
};

/** How good a score is: 0 like the best constant answer (or worse), 1 perfect. */
const goodness = value => {
  const {score: asked, constant} = part();
  const zero = constant ?? asked.worst ?? remember("first scores", () => median(runs().map(run => score(run, 0))));
  const best = asked.higher ? 1 : 0;
  const share = zero === best ? Number(value === best) : (value - zero) / (best - zero);
  return share > 0 ? Math.min(1, share) : 0;
};

/** Where the weights of a run begin that were stored at or before a step, -1 without any. */
const weightsAt = (run, at) => {
  const {snapshots, net} = runAt(run);
  if (!snapshots || net < 0 || meta.steps[snapshots.steps][0] > at) return -1;
  const size = meta.nets[net].parameters;
  for (let point = pointOf(snapshots.steps, shownStep(run, at)); point >= 0; point--) {
    const start = snapshots.at + point * size;
    if (Number.isFinite(weights[start])) return start;
  }
  return -1;
};

/** The step of the weights that a run shows at a step: of large networks not those of every evaluation are kept. */
const weightsStep = (run, at) => {
  const {snapshots} = runAt(run);
  return meta.steps[snapshots.steps][pointOf(snapshots.steps, shownStep(run, at))];
};

/** The median of the finite values; NaN without any. */
const median = values => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

// ---- Text, elements, colours ----

/** A number with three digits that count. */
const formatNumber = value => {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e+", "e").replace("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
};

const formatStep = value => value.toLocaleString("en-US");

/** A score: shares with three decimals, so that they stand under each other. */
const formatScore = value => {
  if (!Number.isFinite(value)) return "–";
  return part().score.share ? value.toFixed(3) : formatNumber(value);
};

/** An element; functions among the attributes listen to the event of that name, children are nodes or text. */
const h = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

/** A canvas fitted to its place on the page: [context, width, height] in CSS pixels. */
const sized = canvas => {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return [context, canvas.clientWidth, canvas.clientHeight];
};

/** Read the colours of the page, light or dark: low, mid, high and classes[i] as [r, g, b], all else as CSS colours. */
const readColours = () => {
  const css = getComputedStyle(document.documentElement);
  const read = name => css.getPropertyValue(`--${name}`).trim();
  const list = name => read(name).split(/,\s*/);
  colours = {};
  for (const name of ["low", "mid", "high"]) colours[name] = list(name).map(Number);
  for (const name of ["paper", "card", "ink", "soft", "line", "accent", "edge", "good", "shade"]) {
    colours[name] = read(name);
  }
  colours.cycle = list("cycle");
  colours.classes = list("classes").map(hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)));
};
