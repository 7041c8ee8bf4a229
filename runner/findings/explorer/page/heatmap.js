// heatmap.js: a table of the median score at the step for each pair of values of the two layout keys.

const [SLIM, BROAD] = [4, 8]; // columns: with more the table gets a wider card, or a line of its own
let heatCells = []; // [{button, runs, chosen, name}]; chosen: {key index: value index} of the cell

/** The keys of rows and columns, as indices; a single one is that of the rows. */
const heatKeys = () => part().layout.filter(key => key >= 0);

/** Build the table: a button in each cell. */
function buildHeatmap() {
  const [rowKey, columnKey] = heatKeys();
  by("heatmap-card").hidden = rowKey === undefined || runs().length < 2;
  heatCells = [];
  if (by("heatmap-card").hidden) return;
  const columns = columnKey === undefined ? [-1] : [...part().keys[columnKey].values.keys()];
  const rows = part().keys[rowKey].values.map((text, row) => {
    const cells = columns.map(column => heatCell(column < 0 ? {[rowKey]: row} : {[rowKey]: row, [columnKey]: column}));
    return h("tr", {}, h("th", {scope: "row"}, text), ...cells);
  });
  by("heatmap").style.setProperty("--columns", columns.length);
  by("cards").classList.toggle("broad", columns.length > SLIM);
  by("cards").classList.toggle("broadest", columns.length > BROAD);
  by("heatmap-title").textContent = `Median ${part().score.label} now`;
  by("heatmap").replaceChildren(h("table", {}, heatHead(rowKey, columnKey), h("tbody", {}, ...rows)));
  drawHeatmap();
}

/** The head of the table: the names of both keys, and the values of the columns' key. */
function heatHead(rowKey, columnKey) {
  const {keys} = part();
  if (columnKey === undefined) {
    return h("thead", {}, h("tr", {}, h("th", {scope: "col"}, keys[rowKey].name), h("th", {scope: "col"}, "median")));
  }
  const {name, values} = keys[columnKey];
  const first = [h("th", {scope: "col", rowspan: 2}, keys[rowKey].name)];
  first.push(h("th", {scope: "colgroup", colspan: values.length}, name));
  return h("thead", {}, h("tr", {}, ...first), h("tr", {}, ...values.map(text => h("th", {scope: "col"}, text))));
}

/** The cell of the runs that have these values. */
function heatCell(chosen) {
  const pairs = Object.entries(chosen);
  const name = pairs.map(([key, value]) => `${part().keys[key].name} ${part().keys[key].values[value]}`).join(", ");
  const members = runs().filter(run => pairs.every(([key, value]) => runAt(run).k[key] === value));
  const cell = {runs: members, chosen, name};
  cell.button = h("button", {type: "button", click: () => brushCell(cell)});
  heatCells.push(cell);
  return h("td", {}, members.length ? cell.button : "");
}

/** Whether the selection is, of the layout keys, this cell alone. */
const isBrushed = ({chosen}) => Object.entries(chosen).every(([key, value]) => {
  return state.chosen[key]?.size === 1 && state.chosen[key].has(value);
});

/** Select the runs of a cell, or all again. */
function brushCell(cell) {
  const none = isBrushed(cell);
  const sets = Object.entries(cell.chosen).map(([key, value]) => [key, new Set(none ? [] : [value])]);
  chooseValues(Object.fromEntries(sets));
}

/** The runs of a cell that have what is selected of all but the keys of the table. */
function heatRuns({runs: members, chosen}) {
  const others = Object.entries(state.chosen).filter(([key]) => !(key in chosen));
  const own = heatKeys().map(key => part().keys[key].key);
  const axes = Object.keys(state.ranges).filter(axis => !own.includes(axis));
  return members.filter(run => (
    others.every(([key, values]) => values.has(runAt(run).k[key])) && axes.every(axis => isWithin(run, axis))
  ));
}

/** Medians at the step: text, colour and words of all cells. */
function drawHeatmap() {
  for (const cell of heatCells) {
    const {button, name} = cell;
    const members = heatRuns(cell);
    const value = medianAt(members, part().score_series, !part().score.higher, step());
    const colour = blended(colours.mid, colours.low, Number.isFinite(value) ? 0.95 * goodness(value) : 0);
    button.style.background = `rgb(${colour})`;
    button.style.color = luminance(colour) > 0.179 ? "#000" : "#fff";
    button.textContent = heatText(value);
    button.setAttribute("aria-pressed", String(isBrushed(cell)));
    button.setAttribute("aria-label", `${name}: ${heatWords(members, value)}`);
    button.title = heatWords(members, value);
  }
}

/** A median in few signs; a cross where most runs have diverged, a dash where none has a number. */
function heatText(value) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return "×";
  if (part().score.share) return value.toFixed(2);
  return Math.abs(value) >= 0.01 && Math.abs(value) < 1000 ? value.toPrecision(3) : formatNumber(value);
}

/** The median and how many runs it is of, with those that failed or diverged. */
function heatWords(members, value) {
  const diverged = members.filter(run => hasDiverged(run, step())).length;
  const failed = members.filter(run => ["failed", "killed"].includes(runAt(run).outcome)).length;
  const median = Number.isFinite(value) ? formatScore(value) : "none";
  const words = [`median ${scoreWord()} ${median} of ${countOf(members.length, "run")}`];
  if (diverged) words.push(`${formatStep(diverged)} diverged`);
  if (failed) words.push(`${formatStep(failed)} failed`);
  return members.length ? words.join(", ") : "no run";
}

/** A colour between two, each [r, g, b]. */
const blended = (from, to, share) => from.map((value, channel) => Math.round(value + (to[channel] - value) * share));

/** The relative luminance of a colour [r, g, b], 0 to 1: black on it is easier to read than white above 0.179. */
function luminance(colour) {
  const [red, green, blue] = colour.map(value => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

on("part", buildHeatmap);
for (const what of ["frame", "selection", "colours"]) on(what, drawHeatmap);
