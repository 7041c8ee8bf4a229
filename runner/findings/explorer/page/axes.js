// axes.js: what all charts share: axes with round numbers, lines, and labels at the ends of lines that do not overlap.

const CHART_FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const LABEL_HEIGHT = 14;
const MANY_LINES = 300; // from here on thin lines are solid: dashes take twice the time, and nobody sees them

/** Round numbers from low to high, about `count` of them. */
function linearTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].find(times => times * unit >= rough * 0.99) * unit;
  const first = Math.ceil(low / size - 1e-9);
  const length = Math.max(0, Math.floor(high / size + 1e-9) - first + 1);
  return Array.from({length}, (_, place) => Number(((first + place) * size).toPrecision(12)));
}

/** Powers of ten from low to high, where there is room with 2 and 5 times them, else fewer; few decades as others. */
function logTicks(low, high, count) {
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({length: Math.ceil(Math.log10(high)) - from + 1}, (_, place) => from + place);
  const isWithin = value => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const ticksOf = times => powers.flatMap(power => times.map(time => Number(`${time}e${power}`))).filter(isWithin);
  const many = ticksOf([1, 2, 5]);
  if (many.length < 2) return linearTicks(low, high, count);
  if (many.length <= count) return many;
  const tens = ticksOf([1]);
  if (tens.length < 2) return many;
  const every = Math.ceil(tens.length / count);
  return tens.filter((_, place) => place % every === 0);
}

/** 0 and powers of ten: for steps of which the first ones tell most. */
const earlyTicks = (low, high) => {
  const powers = Math.floor(Math.log10(Math.max(1, high))) + 1;
  return [0, ...Array.from({length: powers}, (_, power) => 10 ** power)];
};

const SCALES = {
  linear: {place: value => value, ticks: linearTicks},
  log: {place: Math.log10, ticks: logTicks},
  early: {place: Math.log1p, ticks: earlyTicks},
};

/** An axis from low to high: `at(value)` is its place in pixels, from start to end and, for what is outside, beyond. */
function axisOf([low, high], kind, start, end, count) {
  const {place, ticks} = SCALES[kind];
  const [from, to] = [place(low), place(high)];
  const at = value => {
    const share = (place(value) - from) / (to - from || 1);
    return start + clip(share, -50, 50) * (end - start);
  };
  return {at, ticks: ticks(low, high, count)};
}

/** The lowest and the highest of the finite values, with room around; null without any. */
function rangeOf(values, isLog) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return null;
  if (isLog) return low < high ? [low / 1.1, high * 1.1] : [low / 2, high * 2];
  const room = 0.03 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low - room, high + room];
}

/** A chart in a canvas: {context, x, y, box} for the ranges of its axes; `right` is the room for labels at the end. */
function plotOf([context, width, height], xs, ys, {xKind = "linear", yKind = "linear", right = 8, top = 8} = {}) {
  context.font = CHART_FONT;
  const bottom = height - 20;
  const y = axisOf(ys, yKind, bottom, top, Math.max(2, Math.floor((bottom - top) / 32)));
  const left = 10 + Math.max(...y.ticks.map(tick => context.measureText(formatNumber(tick)).width), 12);
  const end = Math.max(left + 20, width - right);
  const x = axisOf(xs, xKind, left, end, Math.max(2, Math.floor((end - left) / 70)));
  return {context, x, y, box: {left, right: end, top, bottom, width, height}};
}

/** Numbers and thin lines of both axes; a number that would touch the one before is left out. */
function drawAxes({context, x, y, box}) {
  context.font = CHART_FONT;
  context.strokeStyle = colours.line;
  context.fillStyle = colours.soft;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of y.ticks) {
    drawRule(context, box.left, y.at(tick), box.right, y.at(tick));
    context.fillText(formatNumber(tick), box.left - 5, y.at(tick));
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  let free = -Infinity;
  for (const tick of x.ticks) {
    const half = context.measureText(formatStep(tick)).width / 2;
    const middle = Math.min(x.at(tick), box.width - half);
    if (middle - half < free) continue;
    context.fillText(formatStep(tick), middle, box.height - 5);
    free = middle + half + 8;
  }
  context.textAlign = "right";
  if (box.width - context.measureText("steps").width > free) context.fillText("steps", box.width, box.height - 5);
}

/** A straight line in the style that the context has. */
function drawRule(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** Set colour and dashes of the place in the cycle, and a width. */
function useLine(context, place, width) {
  context.strokeStyle = colours.cycle[place % colours.cycle.length];
  context.setLineDash(DASHES[place % DASHES.length]);
  context.lineWidth = width;
  context.lineJoin = width > 2 ? "round" : "bevel";
}

/** A line through values (points,) at steps (points,), cut off at the edges; what is not finite is left out. */
function drawValues({context, x, y, box}, steps, values) {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top - 1, box.right - box.left + 1, box.bottom - box.top + 2);
  context.clip();
  context.beginPath();
  for (let point = 0; point < values.length; point++) {
    if (Number.isFinite(values[point])) context.lineTo(x.at(steps[point]), y.at(values[point]));
  }
  context.stroke();
  const only = values.findIndex(Number.isFinite); // one value makes no line
  if (only >= 0 && only === values.findLastIndex(Number.isFinite)) {
    context.fillStyle = context.strokeStyle;
    context.fillRect(x.at(steps[only]) - 3, y.at(values[only]) - 3, 6, 6);
  }
  context.restore();
}

/** A line at a step, with a word at it in one of the rows at the top. */
function drawStepLine({context, x, box}, at, colour, dash = [], word = "", row = 0) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.setLineDash(dash);
  drawRule(context, x.at(at), box.top, x.at(at), box.bottom);
  context.setLineDash([]);
  if (!word) return;
  context.font = CHART_FONT;
  const isLeft = x.at(at) + context.measureText(word).width + 6 > box.right;
  const [across, down] = [x.at(at) + (isLeft ? -4 : 4), box.top + 10 + LABEL_HEIGHT * row];
  drawOutlined(context, word, across, down, colour, isLeft ? "right" : "left");
}

/** Text that stays readable over lines. */
function drawOutlined(context, text, x, y, colour, align) {
  context.font = CHART_FONT;
  context.textAlign = align;
  context.textBaseline = "alphabetic";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = colours.card;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** The height of a value, kept inside the chart. */
const heightOf = ({y, box}, value) => clip(y.at(value), box.top, box.bottom);

/** A cross where a run's numbers end. */
function drawCross(plot, at, value) {
  const {context} = plot;
  const [x, y, size] = [plot.x.at(at), heightOf(plot, value), 3.5];
  context.setLineDash([]);
  drawRule(context, x - size, y - size, x + size, y + size);
  drawRule(context, x - size, y + size, x + size, y - size);
}

/** Labels [{y, ...}] with y moved so that none meet between top and bottom; those without room are left out. */
function spreadLabels(labels, top, bottom) {
  const room = Math.max(1, Math.floor((bottom - top) / LABEL_HEIGHT) + 1);
  const sorted = labels.toSorted((a, b) => a.y - b.y);
  const every = Math.ceil(sorted.length / room);
  const kept = sorted.filter((_, place) => place % every === 0);
  kept.forEach((label, place) => {
    label.y = Math.max(label.y, place ? kept[place - 1].y + LABEL_HEIGHT : top);
  });
  let lowest = bottom;
  for (const label of kept.toReversed()) {
    label.y = Math.min(label.y, lowest);
    lowest = label.y - LABEL_HEIGHT;
  }
  return kept;
}

/** Write labels [{text, y, place}] to the right of a chart, in the colours of their lines. */
function drawEndLabels({context, box}, labels) {
  context.font = `600 ${CHART_FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const label of spreadLabels(labels, box.top + 6, box.bottom - 6)) {
    context.fillStyle = colours.cycle[label.place % colours.cycle.length];
    context.fillText(fitting(context, label.text, box.width - box.right - 6), box.right + 6, label.y);
  }
  context.textBaseline = "alphabetic";
}

/** The text, cut so that it is no wider than `width` pixels in the font of the context. */
function fitting(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length).trimEnd()}…`;
}

/** The room that names need to the right of a chart, at most a part of its width. */
function roomFor(context, names, most) {
  context.font = `600 ${CHART_FONT}`;
  return Math.min(most, 12 + Math.max(0, ...names.map(name => context.measureText(name).width)));
}
