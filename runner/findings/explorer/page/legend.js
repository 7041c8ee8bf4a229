// legend.js: what the page is about, in a sentence, and what the colours and signs of its pictures mean.

/** Corners of the classes' signs, for radius 1: circle, triangle, square, diamond, triangle upside down, plus. */
const SHAPES = [
  [],
  [[0, -1.25], [1.2, 0.95], [-1.2, 0.95]],
  [[-0.95, -0.95], [0.95, -0.95], [0.95, 0.95], [-0.95, 0.95]],
  [[0, -1.35], [1.1, 0], [0, 1.35], [-1.1, 0]],
  [[-1.2, -0.95], [1.2, -0.95], [0, 1.25]],
  [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4],
    [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
];

/** The path of a class's sign of radius r around a point. */
const sign = (context, kind, x, y, r) => {
  const corners = SHAPES[kind % SHAPES.length];
  context.beginPath();
  if (!corners.length) context.arc(x, y, r, 0, 7);
  for (const [across, down] of corners) context.lineTo(x + r * across, y + r * down);
  context.closePath();
};

/** A small canvas that `draw(context, width, height)` fills, with its words. */
const legendItem = (words, draw) => {
  const canvas = h("canvas", {"aria-hidden": "true"});
  return {element: h("span", {}, canvas, words), draw: () => draw(...sized(canvas))};
};

const plainColour = colour => (context, width, height) => {
  context.fillStyle = colour();
  context.fillRect(0, 0, width, height);
};

/** A class's colour with its sign on it. */
const classItem = (name, index) => legendItem(name, (context, width, height) => {
  plainColour(() => classColour(index))(context, width, height);
  sign(context, index, width / 2, height / 2, 3.6);
  context.fillStyle = colours.card;
  context.fill();
});

const lineItem = (words, colour, lineWidth, dash = []) => legendItem(words, (context, width, height) => {
  context.clearRect(0, 0, width, height);
  context.beginPath();
  context.moveTo(0, height / 2);
  context.lineTo(width, height / 2);
  context.strokeStyle = colour();
  context.lineWidth = lineWidth;
  context.setLineDash(dash);
  context.stroke();
});

const rampItem = words => legendItem(words, (context, width, height) => {
  const gradient = context.createLinearGradient(0, 0, width, 0);
  for (const [at, name] of [[0, "low"], [0.5, "mid"], [1, "high"]]) gradient.addColorStop(at, `rgb(${colours[name]})`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
});

const edgeItem = words => lineItem(words, () => colours.edge, 2);

const itemsOf = () => {
  const {kind, classes, range: [low, high], target, truth} = part();
  if (kind === "curve") {
    const lines = [lineItem("network", () => `rgb(${colours.low})`, 3)];
    if (truth) lines.push(lineItem("truth, without noise", () => colours.soft, 1.5, [4, 3]));
    return lines;
  }
  if (kind === "surface") {
    const ramp = rampItem(`${target}, ${formatNumber(low)} to ${formatNumber(high)}`);
    return [ramp, edgeItem("at a quarter, half and three quarters of the range")];
  }
  if (kind === "none") return [];
  return [...classes.map(classItem), edgeItem("decision boundary")];
};

/** Where the inputs that are not shown stand, in words. */
const restOfRow = () => {
  const {axes, inputs, base} = part();
  const rest = inputs.map((name, d) => `${name} ${formatNumber(base[d])}`).filter((_, d) => !axes.includes(d));
  return rest.slice(0, 5).join(", ") + (rest.length > 5 ? ", …" : "");
};

/** Whether a run was done before the last step of the page. */
const hasStopped = run => wordOf(run, part().frames.at(-1)) === "ended";

/** The sentences of the legend: axes, slices, and signs that need words. */
const sentencesOf = () => {
  const {kind, axes, inputs, target} = part();
  if (kind === "none") return [];
  const [x, y] = axes.map(axis => inputs[axis]);
  const sentences = [`Horizontal axis: ${x}; vertical: ${kind === "curve" ? target : y}.`];
  if (isSlice()) sentences.push(`A slice through the median row: ${restOfRow()}.`);
  if (kind === "regions" && !hasTwoClasses()) sentences.push("Paler: less certain.");
  if (part().solved) sentences.push(`Solved: ${part().solved.words}.`);
  const area = part().solved ? "how many networks solve it" : "how good the median network is";
  if (hasWall()) sentences.push(`Green area: ${area}.`);
  if (hasWall() && runs().some(hasStopped)) sentences.push("Ended: training stopped earlier, the picture stays.");
  return sentences;
};

let items = [];

const buildLegend = () => {
  items = itemsOf();
  const text = sentencesOf().join(" ");
  const signs = [];
  if (part().solved) signs.push(h("span", {title: part().solved.words}, h("i", {class: "tick"}), "solved"));
  if (hasWall() && part().causes.length) signs.push(h("span", {}, h("i", {class: "alarm"}), "problem found: click it"));
  by("legend").replaceChildren(...items.map(({element}) => element), ...signs, h("span", {class: "wide"}, text));
};

/** "60 networks 2-4-1 on quadrants, 5 seeds each": what the part holds. */
const summaryOf = () => {
  const {keys, label} = part();
  const used = [...new Set(part().runs.map(run => run.net))].filter(net => net >= 0);
  const structures = [...new Set(used.map(net => meta.nets[net].sizes.join("-")))];
  const shapes = structures.length <= 3 ? structures.join(", ") : `of ${structures.length} structures`;
  const replicates = keys.filter(key => key.replicate);
  const isGrid = runs().length === keys.reduce((product, key) => product * key.values.length, 1); // no search
  const seeds = isGrid ? replicates.map(key => `${key.values.length} ${key.name}s`).join(", ") : "";
  const count = runs().length === 1 ? "One network" : `${formatStep(runs().length)} networks`;
  const {higher, label: name} = part().score;
  const bars = hasWall() ? ` The longer the line under a picture, the ${higher ? "higher" : "lower"} its ${name}.` : "";
  const each = runs().length > 1 && seeds ? `, ${seeds} each` : "";
  return `${count} ${shapes}${label ? ` on ${label}` : ""}${each}.${bars}`;
};

/** What the sweep asks, where nobody has written it down: from the names of its settings. */
const questionOf = () => {
  const swept = part().keys.filter(key => !key.replicate).map(({key}) => key.split(".").at(-1).replaceAll("_", " "));
  const names = swept.map(name => (name === "hidden" ? "hidden layers" : name));
  if (!names.length) return meta.title;
  if (names.length > 3) return "Which settings learn best?";
  const listed = [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
  return `Which ${listed} ${names.length > 1 || /[^as]s$/.test(listed) ? "learn" : "learns"} best?`;
};

/** The inputs that the picture shows, where there are more than two: a choice of both. */
const buildAxes = () => {
  const {choices = [], axes, inputs} = part();
  by("axes").hidden = axes.length < 2 || choices.length < 3;
  [by("across"), by("up")].forEach((select, i) => {
    select.replaceChildren(...choices.map(d => h("option", {value: d, selected: d === axes[i]}, inputs[d])));
  });
};

/** Show other inputs; the one that was chosen twice is exchanged. */
const chooseAxes = changed => {
  const {axes, domains} = part();
  const chosen = [by("across"), by("up")].map(select => Number(select.value));
  if (chosen[0] === chosen[1]) chosen[1 - changed] = axes[changed];
  part().axes = chosen;
  part().domain = chosen.map(axis => domains[axis]);
  buildAxes();
  buildLegend();
  items.forEach(({draw}) => draw());
  change("axes");
};

const listenToAxes = () => {
  [by("across"), by("up")].forEach((select, i) => select.addEventListener("change", () => chooseAxes(i)));
};

const buildHead = () => {
  by("question").textContent = meta.question || questionOf();
  buildAxes();
  by("summary").textContent = summaryOf();
  buildLegend();
};

/** What was left out, and the commands that made the sweep and this page. */
const buildAbout = () => {
  const notes = meta.notes.map(note => h("li", {}, note));
  by("about").replaceChildren(
    h("p", {}, "Every picture is computed here from the stored weights. The page loads nothing."),
    ...(notes.length ? [h("ul", {}, ...notes)] : []),
    h("p", {}, `The sweep ${meta.title} was made by`), commandOf(meta.command),
    h("p", {}, "This page was made by"), commandOf(meta.again),
  );
  by("about").parentElement.open = notes.length > 0;
};

on("part", buildHead);
for (const what of ["colours", "resized"]) on(what, () => items.forEach(({draw}) => draw()));
