// curves.js: cost or score of all runs over the steps, drawn once and kept; what moves is drawn over it.

const EXPLODED = 3; // times its first value: an error above that is cut off
const NEAR = 14; // pixels between the pointer and a line that it means
const allCurves = {
  canvas: document.querySelector("canvas#curves"),
  base: document.createElement("canvas"),
  plot: null,
  shows: "cost",
};

const COST_WORDS = {train: "training cost", validation: "validation cost", test: "test cost"};
/** What a person calls a series of costs such as "test/cost". */
const costWord = series => COST_WORDS[series.split("/")[0]] ?? series;

/** What a person calls the score, with the samples that it is measured on. */
const scoreWord = () => {
  const {label, on: samples} = part().score;
  return label.includes(samples) ? label : `${samples} ${label}`;
};

const isCostShown = () => allCurves.shows === "cost";
const shownSeries = () => (isCostShown() ? part().cost_series : part().score_series);
const shownWord = () => (isCostShown() ? costWord(part().cost_series) : scoreWord());
/** Whether low is good: such numbers span decades, and may explode. */
const isErrorShown = () => isCostShown() || !part().score.higher;
const stepsOf = run => meta.steps[runAt(run).history.steps];
/** The names of the lines' colours; of one colour it is that of the only median. */
const colourNames = () => (part().colour < 0 ? ["median"] : part().keys[part().colour].values);

/** The values of a run that say how far the axis reaches, (some of points,). */
function valuesInRange(run, series, isError) {
  const values = historyOf(run, series).filter(Number.isFinite);
  const worst = isError ? EXPLODED * values[0] : part().score.worst ?? values[0] - 1;
  return values.filter(value => (isError ? value <= worst : value >= worst));
}

/** What the y axis shows of all runs: {range, kind}; range is null without numbers. */
function curveScale() {
  const [series, isError] = [shownSeries(), isErrorShown()];
  return remember(`scale of ${series}`, () => {
    const all = runs().flatMap(run => Array.from(valuesInRange(run, series, isError)));
    const isLog = isError && all.some(value => value > 0);
    return {range: rangeOf(all, isLog), kind: isLog ? "log" : "linear"};
  });
}

/** Set colour, dashes and width for the line of a run. */
function useRunLine(context, run, width) {
  useLine(context, colourOf(run), width);
  if (runs().length > MANY_LINES) context.setLineDash([]);
}

/** The line of one run. */
function drawRunLine(plot, run, width) {
  if (!runAt(run).history) return;
  useRunLine(plot.context, run, width);
  drawValues(plot, stepsOf(run), historyOf(run, shownSeries()));
}

/** A cross where a run diverged. */
function drawRunEnd(plot, run) {
  const {outcome, last} = runAt(run);
  const value = outcome === "diverged" ? history(run, shownSeries(), last) : NaN;
  if (!Number.isFinite(value)) return;
  useLine(plot.context, colourOf(run), 1.5);
  drawCross(plot, last, value);
}

/** The median of a series over runs at a step; those that diverged are worse than all others. NaN without any value. */
function medianAt(chosen, series, isError, at) {
  const worst = isError ? Infinity : -Infinity;
  const values = chosen.map(run => (hasDiverged(run, at) ? worst : history(run, series, at)));
  const sorted = values.filter(value => !Number.isNaN(value)).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (!sorted.length) return NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Medians of the visible runs of each colour: [{text, place, values}], values at part().frames. */
function medianLines() {
  const shown = runs().filter(isVisible);
  const [series, isError] = [shownSeries(), isErrorShown()];
  return colourNames().flatMap((text, place) => {
    const chosen = shown.filter(run => colourOf(run) === place);
    if (!chosen.length) return [];
    return [{text, place, values: part().frames.map(at => medianAt(chosen, series, isError, at))}];
  });
}

/** A bold line for each median, its name at its end. */
function drawMedians(plot, lines) {
  const {context} = plot;
  for (const {place, values} of lines) {
    useLine(context, place, 5);
    context.strokeStyle = colours.card;
    drawValues(plot, part().frames, values);
    useLine(context, place, 2.6);
    drawValues(plot, part().frames, values);
  }
  context.setLineDash([]);
  const lastOf = values => heightOf(plot, values.findLast(Number.isFinite));
  const nameOf = ({text, values}) => (Number.isFinite(values.at(-1)) ? text : `${text} ×`); // most have diverged
  const ends = lines.map(line => ({text: nameOf(line), place: line.place, y: lastOf(line.values)}));
  drawEndLabels(plot, ends.filter(label => Number.isFinite(label.y)));
}

/** A dashed line at the score that counts as solved, where it is the same for all runs. */
function drawThreshold({context, y, box}) {
  if (part().solved?.series !== shownSeries() || new Set(runs().map(goalOf)).size > 1) return;
  const height = y.at(goalOf(0));
  context.strokeStyle = colours.good;
  context.lineWidth = 1;
  context.setLineDash([4, 4]);
  drawRule(context, box.left, height, box.right, height);
}

/** How strong the line of one among `count` runs is. */
const strengthAmong = count => (count > 300 ? 0.12 : count > 100 ? 0.22 : count > 20 ? 0.38 : 0.6);

/** All that does not move, onto the kept canvas. */
function drawCurvesBase(width, height, ratio) {
  const {base, canvas} = allCurves;
  [base.width, base.height] = [canvas.width, canvas.height];
  const context = base.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const {range, kind} = curveScale();
  const right = roomFor(context, colourNames().map(name => `${name} ×`), width / 4);
  const ends = [part().frames[0], part().frames.at(-1)];
  const plot = plotOf([context, width, height], ends, range ?? [1, 10], {yKind: kind, right});
  allCurves.plot = plot;
  const shown = runs().filter(isVisible);
  const lines = range ? medianLines() : [];
  describeCurves(shown.length, lines);
  if (!range) return drawOutlined(context, "no numbers", width / 2, height / 2, colours.soft, "center");
  drawAxes(plot);
  context.globalAlpha = 0.07;
  for (const run of runs()) if (!isVisible(run)) drawRunLine(plot, run, 1);
  context.globalAlpha = strengthAmong(shown.length);
  for (const run of shown) drawRunLine(plot, run, 1.2);
  context.globalAlpha = 0.8;
  for (const run of shown) drawRunEnd(plot, run);
  context.globalAlpha = 1;
  drawThreshold(plot);
  drawMedians(plot, lines);
}

/** The chart in words, for who does not see it. */
function describeCurves(count, lines) {
  const show = isCostShown() ? formatNumber : formatScore;
  const textOf = value => (Number.isFinite(value) ? show(value) : "diverged");
  const ends = lines.map(({text, values}) => `${text} ${textOf(values.at(-1))}`).join(", ");
  const head = `${shownWord()} over the steps, ${countOf(count, "line")}`;
  allCurves.canvas.setAttribute("aria-label", ends ? `${head}; medians at the end: ${ends}` : `${head}; no numbers`);
}

/** The value at a step of a visible run that still trains, else NaN. */
const trainingValue = (run, at) => (isVisible(run) && !hasEnded(run, at) ? history(run, shownSeries(), at) : NaN);

/** The line at the step, a dot for each run that still trains, and the hovered run with its name. */
function drawCurvesOverlay(context) {
  const {plot} = allCurves;
  const over = {...plot, context};
  drawStepLine(over, step(), colours.ink);
  for (const run of runs()) {
    const value = trainingValue(run, step());
    if (!Number.isFinite(value)) continue;
    context.fillStyle = colours.cycle[colourOf(run) % colours.cycle.length];
    context.beginPath();
    context.arc(plot.x.at(step()), heightOf(plot, value), 2.2, 0, 7);
    context.fill();
  }
  if (state.hovered < 0 || !runAt(state.hovered).history) return;
  drawRunLine(over, state.hovered, 3.5);
  drawRunEnd(over, state.hovered);
  context.setLineDash([]);
  const show = isCostShown() ? formatNumber : formatScore;
  const text = `${runAt(state.hovered).name}: ${show(history(state.hovered, shownSeries(), step()))}`;
  const {left, right, top} = plot.box;
  drawOutlined(context, fitting(context, text, right - left), right, top + 8, colours.ink, "right");
}

/** The whole chart; what is kept is drawn again only after `redrawCurves`. */
function drawCurves() {
  const {canvas, base} = allCurves;
  const [context, width, height] = sized(canvas);
  if (!width) return;
  const isKept = allCurves.plot && base.width === canvas.width && base.height === canvas.height;
  if (!isKept) drawCurvesBase(width, height, canvas.width / width);
  context.clearRect(0, 0, width, height);
  context.drawImage(base, 0, 0, width, height);
  if (curveScale().range) drawCurvesOverlay(context);
}

const redrawCurves = () => {
  allCurves.plot = null;
  drawCurves();
};

/** The visible run whose line is next to the pointer, -1 where none is near. */
function runNear({offsetX, offsetY}) {
  const {plot} = allCurves;
  if (!plot || !curveScale().range) return -1;
  const away = at => Math.abs(plot.x.at(at) - offsetX);
  const at = part().frames.reduce((a, b) => (away(b) < away(a) ? b : a));
  let [nearest, least] = [-1, NEAR];
  for (const run of runs()) {
    const distance = Math.abs(heightOf(plot, trainingValue(run, at)) - offsetY);
    if (distance < least) [nearest, least] = [run, distance];
  }
  return nearest;
}

/** Radio buttons for cost and score, where a run has both. */
function buildCurveChoice() {
  const {series, cost_series, score_series} = part();
  const hasBoth = score_series !== cost_series && series.includes(score_series);
  const radio = (value, text) => {
    const checked = value === "cost";
    return h("label", {}, h("input", {type: "radio", name: "curve", value, checked, change: showCurves}), text);
  };
  const legend = h("legend", {class: "unseen"}, "The curves show");
  const choices = [radio("cost", costWord(cost_series)), radio("score", scoreWord())];
  by("curves-note").replaceChildren(hasBoth ? h("fieldset", {class: "curve-choice"}, legend, ...choices) : "");
  by("curves-title").textContent = hasBoth ? "Over the steps, medians bold" : capital(costWord(cost_series));
  allCurves.shows = "cost";
  redrawCurves();
}

function showCurves({target}) {
  allCurves.shows = target.value;
  redrawCurves();
}
const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

allCurves.canvas.setAttribute("role", "img");
allCurves.canvas.addEventListener("pointermove", event => {
  const run = runNear(event);
  if (run !== state.hovered) change("hovered", {hovered: run});
});
allCurves.canvas.addEventListener("pointerleave", () => change("hovered", {hovered: -1}));
allCurves.canvas.addEventListener("click", event => {
  const run = runNear(event);
  if (run >= 0) openRun(run, step());
});
on("part", buildCurveChoice);
on("frame", drawCurves);
on("hovered", drawCurves);
on("resized", drawCurves);
for (const what of ["selection", "colours"]) on(what, redrawCurves);
