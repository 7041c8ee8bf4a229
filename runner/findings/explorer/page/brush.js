// brush.js: selecting runs on the axes of the parallel coordinates, by a drag or a click, or in number fields.

const CLICK = 4; // pixels that a pointer may move in a click
const brush = {axis: null, start: 0, place: 0, isMoved: false, isAsked: false};

/** Select what is in a range of an axis, [low, high] in its own units; null selects all. */
function setRange(axis, range) {
  const {[axis.id]: _, ...others} = state.ranges;
  change("selection", {ranges: range ? {...others, [axis.id]: range} : others});
}

/** The range of an axis between two places from 0 to 1; null where it holds no value. An end of a result is open. */
function rangeBetween(axis, one, other) {
  const [bottom, top] = [Math.min(one, other), Math.max(one, other)];
  if (axis.isKey) {
    const [low, high] = [Math.ceil(axis.valueOf(bottom) - HALF_VALUE), Math.floor(axis.valueOf(top) + HALF_VALUE)];
    return low <= high ? [low, high] : null;
  }
  const worst = axis.isError ? Infinity : -Infinity;
  const values = [bottom < 0.01 ? worst : axis.valueOf(bottom), top > 0.99 ? -worst : axis.valueOf(top)];
  return axis.isError ? values.reverse() : values;
}

/** The place from 0 to 1, along an axis, of a pointer. */
function placeAt({offsetY}) {
  const {top, bottom} = parallelPlaces(parallel.canvas.clientWidth, parallel.canvas.clientHeight);
  return clip((bottom - offsetY) / (bottom - top), 0, 1);
}

/** The axis next to a pointer. */
function axisAt({offsetX}) {
  const {x, gap} = parallelPlaces(parallel.canvas.clientWidth, parallel.canvas.clientHeight);
  return parallel.axes[clip(Math.round((offsetX - x(0)) / gap), 0, parallel.axes.length - 1)];
}

function startBrush(event) {
  if (event.button !== 0 || !parallel.axes.length) return;
  const place = placeAt(event);
  Object.assign(brush, {axis: axisAt(event), start: place, place, from: event.offsetY, isMoved: false});
  parallel.canvas.setPointerCapture(event.pointerId);
}

/** Select while the pointer moves, once for each picture of the screen. */
function moveBrush(event) {
  if (!brush.axis) return;
  brush.place = placeAt(event);
  brush.isMoved ||= Math.abs(event.offsetY - brush.from) > CLICK;
  if (!brush.isMoved || brush.isAsked) return;
  brush.isAsked = true;
  requestAnimationFrame(() => {
    brush.isAsked = false;
    if (brush.axis) setRange(brush.axis, rangeBetween(brush.axis, brush.start, brush.place));
  });
}

/** A click ends a selection, or selects one value of a setting. */
function endBrush(event) {
  const {axis, isMoved, start} = brush;
  if (!axis) return;
  brush.axis = null;
  if (isMoved) setRange(axis, rangeBetween(axis, start, placeAt(event)));
  else if (state.ranges[axis.id]) setRange(axis, null);
  else if (axis.isKey) setRange(axis, rangeBetween(axis, start, start));
}

/** Two number fields for the range of a result. */
function rangeFields(axis) {
  const name = axis.id === FINAL_SCORE ? `final ${scoreWord()}` : axis.name;
  const field = end => {
    return h("input", {type: "number", step: "any", "data-axis": axis.id, "data-end": end, input: () => select()});
  };
  const [low, high] = [field("0"), field("1")];
  const select = () => {
    const range = [low.value === "" ? -Infinity : Number(low.value), high.value === "" ? Infinity : Number(high.value)];
    setRange(axis, range.some(Number.isFinite) ? range.sort((a, b) => a - b) : null);
  };
  return h("fieldset", {}, h("legend", {}, name), h("label", {}, "from ", low), h("label", {}, "to ", high));
}

/** Show the ranges that are selected in the number fields. */
function markRanges() {
  for (const field of by("ranges").querySelectorAll("input")) {
    const value = state.ranges[field.dataset.axis]?.[field.dataset.end];
    if (field !== document.activeElement) field.value = Number.isFinite(value) ? Number(value.toPrecision(4)) : "";
  }
}

parallel.canvas.addEventListener("pointerdown", startBrush);
parallel.canvas.addEventListener("pointermove", moveBrush);
parallel.canvas.addEventListener("pointerup", endBrush);
parallel.canvas.addEventListener("pointercancel", () => (brush.axis = null));
on("selection", markRanges);
