// wall.js: one small picture for each run, in rows and columns by two settings, the seeds side by side in a cell.
// What stands in the panels is in panels.js.

const SEEDS_SHOWN = 5; // in a cell
const MOST_PANELS = 400; // without pages
const MOST_LARGE = 24; // panels of a cell that is a wall of its own
const [SMALLEST, GAP] = [38, 5]; // pixels: the side of a panel at least, and between panels as in page.css
const [SMALL_TOP, LARGE_TOP, HEIGHT] = [56, 132, 440]; // pixels: the side at most, by how many rows share the height
const isPhone = matchMedia("(max-width: 700px)");
const wall = {panels: new Map(), cell: null, page: -1}; // panels by run; the cell that is a wall of its own

const hasWall = () => part().kind !== "none" && runs().length > 1;
const keyAt = index => part().keys[index];
const isSingle = () => isPhone.matches && (by("one-a-cell").checked || largestCell() === 1);

/** The swept settings that are neither rows nor columns nor replicates. */
const otherKeys = () => part().keys.map((_, i) => i).filter(i => !part().layout.includes(i) && !keyAt(i).replicate);

/** All cells of the wall: "row,column" -> runs. */
const cells = () => remember("cells", () => {
  const found = new Map();
  for (const run of runs()) {
    const place = part().layout.map(key => runAt(run).k[key] ?? 0).join();
    found.set(place, [...(found.get(place) ?? []), run]);
  }
  return found;
});

const largestCell = () => remember("largest cell", () => Math.max(...[...cells().values()].map(cell => cell.length)));

/** The setting that the wall has pages by, -1 for none. */
const pageKey = () => remember("page key", () => {
  if (isList()) return -1;
  const others = otherKeys().filter(key => keyAt(key).values.length > 1);
  return others.length && (runs().length > MOST_PANELS || largestCell() > SEEDS_SHOWN) ? others[0] : -1;
});

const isOnPage = run => pageKey() < 0 || wall.page < 0 || runAt(run).k[pageKey()] === wall.page;

/** Whether there are neither rows nor columns though settings differ, as in a search: a list of all runs. */
const isList = () => part().layout.every(key => key < 0) && otherKeys().length > 0;

/** The runs by their final score, best first; last those without one. */
const ranked = cell => [...cell].sort((a, b) => {
  const [x, y] = [finalScore(a), finalScore(b)];
  return (Number.isFinite(y) - Number.isFinite(x)) || (part().score.higher ? y - x : x - y) || a - b;
});

/** Of many runs the best, the worst and those at the quartiles of the final score; of few all. */
const chosenOf = cell => {
  if (cell.length <= (isSingle() ? 1 : SEEDS_SHOWN)) return cell;
  const all = ranked(cell);
  if (isSingle()) return [all[cell.length >> 1]];
  return Array.from({length: SEEDS_SHOWN}, (_, i) => all[Math.round((i * (cell.length - 1)) / (SEEDS_SHOWN - 1))]);
};

/** What a cell holds, in words. */
const cellName = (row, column) => {
  const [rowKey, columnKey] = part().layout;
  const names = [[rowKey, row], [columnKey, column]].filter(([key]) => key >= 0);
  return names.map(([key, value]) => `${keyAt(key).name} ${keyAt(key).values[value]}`).join(", ");
};

/** Which seed (and fold) each run has, and all of them: the same seed has the same place in every cell. */
const places = () => remember("places", () => {
  const replicates = part().keys.map((_, i) => i).filter(i => keyAt(i).replicate);
  const of = runs().map(run => replicates.map(key => runAt(run).k[key]).join());
  return {of, all: [...new Set(of)]};
});

// ---- Building ----

const heading = (key, value) => (key < 0 ? [] : [h("span", {class: "key"}, keyAt(key).name), ` ${value}`]);

const panelOf = run => {
  const canvas = h("canvas", {"aria-hidden": "true"});
  const word = h("span", {class: "word", "aria-hidden": "true"});
  const level = h("i", {class: "level", "aria-hidden": "true"});
  const element = h("div", {class: "panel", role: "gridcell", tabindex: "-1", "data-run": run}, canvas, level, word);
  wall.panels.set(run, {element, canvas, word, isNear: false, picture: ""});
  return element;
};

/** A cell of the wall: its panels in the order of the seeds, and a button where not all are shown. */
const cellOf = (row, column) => {
  const [, columnKey] = part().layout;
  const all = (cells().get([row, column].join()) ?? []).filter(isOnPage);
  const shown = chosenOf(all);
  const name = h("span", {class: "cell-name", "aria-hidden": "true"});
  if (columnKey >= 0) name.append(...heading(columnKey, keyAt(columnKey).values[column]));
  const cell = h("div", {class: "cell", role: "presentation", "data-cell": `${row},${column}`}, name);
  for (const run of shown) {
    const panel = panelOf(run);
    if (all.length <= SEEDS_SHOWN) panel.dataset.place = places().all.indexOf(places().of[run]);
    cell.append(panel);
  }
  const left = all.length - shown.length;
  if (left && !isSingle()) {
    const open = h("button", {class: "link more", type: "button", tabindex: "-1"}, `${left} more`);
    open.setAttribute("aria-label", `${left} more runs: ${cellName(row, column)}`);
    open.addEventListener("click", () => showCell([row, column]));
    cell.append(h("div", {class: "more-cell", role: "gridcell"}, open));
  }
  return cell;
};

const valuesOf = key => (key < 0 ? [""] : keyAt(key).values);

/** The names of the rows' and columns' settings, for the corner. */
const cornerOf = (rowKey, columnKey, isWide) => {
  if (rowKey < 0) return "";
  return isWide ? `${keyAt(rowKey).name} \\ ${keyAt(columnKey).name}` : keyAt(rowKey).name;
};

const buildRows = () => {
  const [rowKey, columnKey] = part().layout;
  const columns = valuesOf(columnKey);
  const isWide = columns.length > 6;
  const corner = cornerOf(rowKey, columnKey, isWide);
  const head = h("div", {class: "row head", role: "row"});
  if (rowKey >= 0) head.append(h("div", {class: "column-head key", role: "columnheader"}, corner));
  columns.forEach((value, column) => {
    const text = isWide ? [value] : heading(columnKey, columns[column]);
    if (columnKey < 0) text.push(h("span", {class: "unseen"}, "runs"));
    head.append(h("div", {class: "column-head", role: "columnheader"}, ...text));
  });
  const rows = valuesOf(rowKey).map((value, row) => {
    const name = rowKey < 0 ? [] : [h("div", {class: "row-head", role: "rowheader"}, value)];
    return h("div", {class: "row", role: "row"}, ...name, ...columns.map((_, column) => cellOf(row, column)));
  });
  by("wall").append(head, ...rows);
  const longest = Math.max(...[...valuesOf(rowKey), ...corner.split(" \\ ")].map(text => text.length));
  by("wall").style.setProperty("--head", `clamp(56px, ${longest}ch, 150px)`);
  by("wall").style.setProperty("--columns", columns.length);
  by("wall").classList.toggle("headless", rowKey < 0);
};

/** One cell with all its runs, as a wall of its own. */
const buildCell = ([row, column]) => {
  const all = (cells().get([row, column].join()) ?? []).filter(isOnPage);
  const ordered = isList() ? ranked(all) : all;
  const cell = h("div", {class: "cell", role: "presentation"}, ...ordered.map(panelOf));
  by("wall").append(h("div", {class: "row", role: "row"}, cell));
  by("wall").style.setProperty("--own", all.length > MOST_LARGE ? "72px" : "132px");
  const title = [cellName(row, column), `all ${all.length} runs`].filter(Boolean).join(": ");
  by("cell-title").textContent = isList() ? `${title}, the best first` : title;
};

/** Without a wall the runs are opened here by those who do not point at curves; arrows lead from one to the next. */
const runOpener = () => h("button", {class: "link", type: "button", click: () => openRun(0)}, "Open the runs");

const buildWall = () => {
  wall.panels.clear();
  nearness.disconnect();
  by("wall").replaceChildren();
  by("wall-section").hidden = !hasWall();
  by("without").hidden = part().kind !== "none";
  by("without").replaceChildren(part().why, ...(runs().length > 1 ? [" ", runOpener()] : []));
  const cell = wall.cell ?? (isList() ? [0, 0] : null);
  by("back").hidden = !wall.cell;
  by("cell-title").hidden = !cell;
  by("wall").classList.toggle("own", Boolean(cell));
  by("wall").classList.toggle("single", isSingle());
  by("one-a-cell").parentElement.hidden = isList() || largestCell() === 1;
  if (!hasWall()) return;
  if (cell) buildCell(cell);
  else buildRows();
  const [first] = by("wall").querySelectorAll(".panel");
  if (first) first.tabIndex = 0;
  arrange();
  markPanels();
  labelPanels();
  for (const {element} of wall.panels.values()) nearness.observe(element);
};

/** Choose how many panels stand side by side in a cell, so that none is too small. */
const arrange = () => {
  const element = by("wall");
  const columns = valuesOf(part().layout[1]).length;
  const counts = [...element.querySelectorAll(".cell")].map(cell => cell.querySelectorAll(".panel").length);
  const hasPlaces = !isSingle() && Math.max(...counts) <= SEEDS_SHOWN && places().all.length <= SEEDS_SHOWN;
  const most = hasPlaces ? places().all.length : Math.max(1, ...counts);
  const heads = element.querySelector(".row-head")?.offsetWidth ?? 0;
  const width = isPhone.matches ? element.clientWidth : (element.clientWidth - heads) / columns - 14;
  const fitting = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)));
  const across = Math.ceil(most / Math.ceil(most / fitting));
  const rows = wall.cell || isList() ? 1 : valuesOf(part().layout[0]).length * Math.ceil(most / across);
  const top = isPhone.matches ? LARGE_TOP : clip(HEIGHT / rows - 12, SMALL_TOP, LARGE_TOP);
  element.style.setProperty("--across", across);
  element.style.setProperty("--top", `${Math.round(top)}px`);
  element.style.setProperty("--columns-phone", Math.min(columns, 4));
  for (const {element: panel} of wall.panels.values()) {
    panel.style.gridColumn = hasPlaces && across === most ? Number(panel.dataset.place) + 1 : "";
  }
};

const showCell = cell => {
  const before = wall.cell;
  wall.cell = cell;
  buildWall();
  drawWall();
  if (cell) by("wall").querySelector(".panel")?.focus();
  else if (before) by("wall").querySelector(`[data-cell="${before}"] .more`)?.focus();
};

/** The select for the pages: each value of the third setting, or all of them with five runs a cell. */
const buildPages = () => {
  const key = pageKey();
  by("pages-label").hidden = key < 0 || !hasWall();
  wall.page = key < 0 ? -1 : 0;
  if (key < 0) return;
  by("pages-name").textContent = keyAt(key).name;
  const options = keyAt(key).values.map((value, i) => h("option", {value: i}, value));
  by("pages").replaceChildren(...options, h("option", {value: -1}, "all, five runs a cell"));
};

on("part", () => {
  wall.cell = null;
  buildPages();
  buildWall();
});
