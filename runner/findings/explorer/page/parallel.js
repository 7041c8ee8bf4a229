// parallel.js: parallel coordinates, from three keys on: a line for each run through its settings and its results.

const FEWEST_KEYS = 3;
const HALF_VALUE = 0.35; // of the way to the next value: so far do brushes reach, and at most are runs spread
const parallel = {canvas: by("parallel"), axes: [], base: null, rows: 1};

/** An axis of a setting: values from 0 to 1, low ones at the bottom, runs of equal values side by side. */
function keyAxis(key, index, spread) {
  const last = Math.max(1, key.values.length - 1);
  const placeOf = value => (key.values.length > 1 ? value / last : 0.5);
  const at = run => placeOf(runAt(run).k[index]) + (spread(run) - 0.5) * Math.min(0.08, HALF_VALUE / last);
  const ticks = key.values.map((text, value) => ({text, place: placeOf(value)}));
  return {id: key.key, name: key.name, at, ticks, placeOf, valueOf: place => place * last, isKey: true};
}

/** An axis of a result: good values at the top; what is beyond its range is at the end. */
function resultAxis(id, name, isError, range) {
  const isLog = isError && range[0] > 0;
  const {place, ticks: ticksOf} = SCALES[isLog ? "log" : "linear"];
  const [from, to] = (isError ? [range[1], range[0]] : range).map(place);
  const placeOf = value => clip((place(isLog ? Math.max(0, value) : value) - from) / (to - from), 0, 1);
  const valueOf = share => (isLog ? 10 ** (from + share * (to - from)) : from + share * (to - from));
  const values = new Set(runs().map(run => axisValue(run, id)));
  const shown = values.size > 1 ? ticksOf(...range, 6) : [...values].filter(Number.isFinite);
  const ticks = shown.map(tick => ({text: formatNumber(tick), place: placeOf(tick)}));
  return {id, name, at: run => placeOf(axisValue(run, id)), ticks, placeOf, valueOf, isKey: false, isError};
}

/** The range of a result over all runs, without what has exploded. */
function resultRange(id, isError) {
  const series = id === FINAL_COST ? part().cost_series : part().score_series;
  const isWithin = run => !isError || axisValue(run, id) <= EXPLODED * historyOf(run, series)[0];
  const values = runs().filter(isWithin).map(run => axisValue(run, id)).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : rangeOf(values, isError) ?? rangeOf(values, false) ?? [0, 1];
}

/** Where a run stands among all by its final score: 0 worst to 1 best; runs of one value are spread by it. */
function scoreRanks() {
  const sign = part().score.higher ? 1 : -1;
  const values = runs().map(run => (Number.isFinite(finalScore(run)) ? sign * finalScore(run) : -Infinity));
  const order = runs().toSorted((a, b) => (values[a] === values[b] ? a - b : values[a] < values[b] ? -1 : 1));
  const ranks = new Float64Array(order.length);
  order.forEach((run, rank) => (ranks[run] = rank / Math.max(1, order.length - 1)));
  return ranks;
}

/** The axes and number fields of a data set; with fewer keys the card is hidden. */
function buildParallel() {
  const isShown = part().keys.length >= FEWEST_KEYS && runs().length > 1;
  by("parallel-card").hidden = !isShown;
  parallel.axes = [];
  by("ranges").replaceChildren();
  if (!isShown) return;
  const ranks = scoreRanks();
  const isScoreError = !part().score.higher;
  parallel.axes = [
    ...part().keys.map((key, index) => keyAxis(key, index, run => ranks[run])),
    resultAxis(FINAL_COST, FINAL_COST, true, resultRange(FINAL_COST, true)),
    resultAxis(FINAL_SCORE, part().score.label, isScoreError, resultRange(FINAL_SCORE, isScoreError)),
  ];
  by("ranges").append(...parallel.axes.filter(axis => !axis.isKey).map(rangeFields));
  redrawParallel();
}

// ---- Drawing ----

/** Places in pixels: x of an axis, y of a place from 0 to 1. */
function parallelPlaces(width, height) {
  const [side, top, bottom] = [Math.min(44, width / 9), 12 + 15 * parallel.rows, height - 14];
  const gap = (width - 2 * side) / (parallel.axes.length - 1);
  return {gap, top, bottom, x: axis => side + axis * gap, y: place => bottom - place * (bottom - top)};
}

/** The line of a run; it ends where a run has no number. */
function drawParallelLine(context, {x, y, gap}, run, strength, width) {
  useRunLine(context, run, width);
  context.globalAlpha = strength;
  context.beginPath();
  let before = NaN;
  for (const [place, axis] of parallel.axes.entries()) {
    const now = y(axis.at(run));
    if (!Number.isFinite(now)) break;
    const middle = x(place) - gap / 2;
    if (place) context.bezierCurveTo(middle, before, middle, now, x(place), now);
    else context.moveTo(x(0), now);
    before = now;
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Names above the axes in one row, or in two where they would meet: [{text, x, row}]. */
function axisNames(context, width, {x, gap}) {
  context.font = CHART_FONT;
  const place = (rows, most) => {
    const ends = Array(rows).fill(-Infinity);
    return parallel.axes.map((axis, index) => {
      const text = fitting(context, axis.name, most);
      const half = context.measureText(text).width / 2;
      const middle = clip(x(index), half + 1, width - half - 1);
      const isFree = middle - half >= ends[index % rows] + 8;
      ends[index % rows] = middle + half;
      return {text, x: middle, row: index % rows, isFree};
    });
  };
  const one = place(1, Infinity);
  return one.every(name => name.isFree) ? one : place(2, 2 * gap - 10);
}

/** Axes, their names, values, and brushes. */
function drawParallelAxes(context, width, places) {
  const {x, y, gap, top, bottom} = places;
  const names = axisNames(context, width, places);
  names.forEach(name => drawOutlined(context, name.text, name.x, 12 + 15 * name.row, colours.ink, "center"));
  for (const [index, axis] of parallel.axes.entries()) {
    context.strokeStyle = colours.soft;
    context.lineWidth = 1;
    drawRule(context, x(index), top, x(index), bottom);
    const every = Math.ceil(axis.ticks.length / Math.max(2, Math.floor((bottom - top) / 16)));
    for (const {text, place} of axis.ticks.filter((_, tick) => tick % every === 0)) {
      const short = fitting(context, text, Math.min(gap, 110) - 8);
      const half = context.measureText(short).width / 2;
      drawOutlined(context, short, clip(x(index), half + 2, width - half - 2), y(place) + 4, colours.soft, "center");
    }
    drawBrush(context, axis, x(index), y);
  }
}

/** The range that is selected on an axis. */
function drawBrush(context, axis, x, y) {
  const range = state.ranges[axis.id];
  if (!range) return;
  const reach = axis.isKey ? HALF_VALUE : 0;
  const ends = [range[0] - reach, range[1] + reach].map(value => clip(axis.placeOf(value), -0.04, 1.04));
  const [high, low] = [y(Math.max(...ends)), y(Math.min(...ends))];
  context.fillStyle = context.strokeStyle = colours.accent;
  context.globalAlpha = 0.22;
  context.fillRect(x - 10, high, 20, low - high);
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.strokeRect(x - 10, high, 20, low - high);
}

/** All but the hovered run, onto a canvas that is kept. */
function parallelBase(width, height, ratio) {
  const base = document.createElement("canvas");
  [base.width, base.height] = [parallel.canvas.width, parallel.canvas.height];
  const context = base.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  parallel.rows = 1;
  parallel.rows = 1 + Math.max(...axisNames(context, width, parallelPlaces(width, height)).map(name => name.row));
  const places = parallelPlaces(width, height);
  const shown = runs().filter(isVisible);
  for (const run of runs()) if (!isVisible(run)) drawParallelLine(context, places, run, 0.05, 1);
  for (const run of shown) drawParallelLine(context, places, run, strengthAmong(shown.length), 1.1);
  drawParallelAxes(context, width, places);
  const names = parallel.axes.map(axis => axis.name).join(", ");
  const lines = `${formatStep(shown.length)} of ${countOf(runs().length, "line")}`;
  parallel.canvas.setAttribute("aria-label", `Parallel coordinates: ${names}. ${lines} selected`);
  return base;
}

/** The whole picture; what is kept is drawn again only after `redrawParallel`. */
function drawParallel() {
  const {canvas} = parallel;
  if (!parallel.axes.length) return;
  const [context, width, height] = sized(canvas);
  if (!width) return;
  if (parallel.base?.width !== canvas.width || parallel.base.height !== canvas.height) {
    parallel.base = parallelBase(width, height, canvas.width / width);
  }
  context.clearRect(0, 0, width, height);
  context.drawImage(parallel.base, 0, 0, width, height);
  if (state.hovered >= 0) drawParallelLine(context, parallelPlaces(width, height), state.hovered, 1, 3.5);
}

function redrawParallel() {
  parallel.base = null;
  drawParallel();
}

parallel.canvas.setAttribute("role", "img");
on("part", buildParallel);
on("hovered", drawParallel);
on("resized", drawParallel);
for (const what of ["selection", "colours"]) on(what, redrawParallel);
