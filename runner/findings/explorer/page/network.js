// network.js: the network of the opened run: a picture of what each unit says, lines for the weights between them.

const MOST_UNITS = 12; // drawn of a layer
const THUMBNAIL = 28; // points of a unit's picture along one side
const diagram = {net: -1, part: -1, units: [], pointed: null};

// ---- The diagram ----

const nameOf = (net, layer, k) => {
  if (layer === 0) return part().inputs[k] ?? `input ${k + 1}`;
  if (layer < net.sizes.length - 1) return net.sizes.length > 3 ? `unit ${layer}.${k + 1}` : `unit ${k + 1}`;
  return net.sizes[layer] > 1 ? (part().classes[k] ?? `output ${k + 1}`) : "output";
};

const activationOf = (net, layer) => {
  if (layer === 0) return "inputs";
  return net.activations[layer - 1]?.name ?? net.output;
};

/** Make the elements of a network's units; they stay while runs of the same structure are opened. */
const buildNetwork = net => {
  const box = by("network");
  const canvas = h("canvas", {class: "edges", "aria-hidden": "true"});
  const most = Math.min(MOST_UNITS, Math.max(...net.sizes));
  box.replaceChildren(canvas);
  box.style.setProperty("--most", most);
  diagram.units = net.sizes.map((size, l) => {
    const shown = Math.min(size, MOST_UNITS);
    const units = Array.from({length: shown}, (_, k) => {
      const picture = h("canvas", {"aria-hidden": "true"});
      const caption = h("span", {"aria-hidden": "true"});
      return {l, k, picture, caption, element: h("div", {class: "unit", role: "img"}, picture, caption)};
    });
    const column = h("div", {class: "layer"}, h("span", {class: "layer-name soft"}, activationOf(net, l)));
    column.append(h("div", {class: "units"}, ...units.map(({element}) => element)));
    if (size > shown) column.append(h("span", {class: "left soft"}, `${size - shown} more not shown`));
    box.append(column);
    return units;
  });
  for (const unit of diagram.units.flat()) {
    unit.element.addEventListener("pointerenter", () => point(unit));
    unit.element.addEventListener("pointerleave", () => point(null));
  }
};

/** Show the numbers of a unit, and its lines alone. */
const point = unit => {
  diagram.pointed = unit;
  drawNetwork();
};

/** A unit's bias and the weights of its lines, in words. */
const wordsOf = (net, start, {l, k}, condition) => {
  if (l === 0) return nameOf(net, 0, k);
  const [from, size, before] = [layerStart(net, start, l), net.sizes[l], net.sizes[l - 1]];
  const lines = Array.from({length: Math.min(before, MOST_UNITS)}, (_, j) => (
    `${nameOf(net, l - 1, j)} ${formatNumber(weights[from + j * size + k])}`
  ));
  const bias = net.bias ? `bias ${formatNumber(weights[from + before * size + k])}; ` : "";
  return `${nameOf(net, l, k)}${condition ? `, ${condition}` : ""}: ${bias}weights ${lines.join(", ")}`;
};

/** What a unit says over the points of the picture: colours from low to high, or a line. */
const drawUnit = (canvas, values, name) => {
  const [context, width, height] = sized(canvas);
  const isShare = ["sigmoid", "softmax", "clipped_softmax"].includes(name);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const [middle, half] = isShare ? [0.5, 0.5] : [0, name === "tanh" ? 1 : largest];
  context.clearRect(0, 0, width, height);
  if (part().kind !== "curve") {
    paintValues(context, values, THUMBNAIL, width, height, middle, half);
    const isCrossed = name !== "inputs" && values.some(value => value < middle); // not where a rectifier is at rest
    if (isCrossed) contour(context, values, THUMBNAIL, width, height, middle, 1, UNBENT[name]);
    return;
  }
  context.beginPath();
  values.forEach((value, i) => {
    context.lineTo((i / (values.length - 1)) * width, height / 2 - ((value - middle) / half) * height * 0.42);
  });
  context.strokeStyle = `rgb(${colours.low})`;
  context.lineWidth = 2;
  context.stroke();
};

/** Where each unit's picture stands on the canvas of the lines: unit -> {left, right, middle}. */
const placesOf = canvas => {
  const origin = canvas.getBoundingClientRect();
  return new Map(diagram.units.flat().map(unit => {
    const {left, right, top, height} = unit.picture.getBoundingClientRect();
    return [unit, {left: left - origin.left, right: right - origin.left, middle: top + height / 2 - origin.top}];
  }));
};

const drawEdge = (context, from, to, weight, strength) => {
  const half = (from.right + to.left) / 2;
  context.beginPath();
  context.moveTo(from.right, from.middle);
  context.bezierCurveTo(half, from.middle, half, to.middle, to.left, to.middle);
  context.lineWidth = 0.6 + 7 * Math.abs(weight);
  context.strokeStyle = `rgb(${weight < 0 ? colours.low : colours.high})`;
  context.globalAlpha = (0.35 + 0.6 * Math.abs(weight)) * strength;
  context.setLineDash(weight < 0 ? [6, 4] : []);
  context.stroke();
};

/** The weights as lines: as wide as they are large, dashed where they are negative. */
const drawEdges = (net, start) => {
  const canvas = by("network").querySelector(".edges");
  const [context, width, height] = sized(canvas);
  const places = placesOf(canvas);
  context.clearRect(0, 0, width, height);
  let largest = 0;
  for (let i = 0; i < net.parameters; i++) largest = Math.max(largest, Math.abs(weights[start + i]));
  for (const [l, units] of diagram.units.entries()) {
    const from = layerStart(net, start, l);
    for (const unit of units) for (const other of l ? diagram.units[l - 1] : []) {
      const weight = weights[from + other.k * net.sizes[l] + unit.k] / (largest || 1);
      const isOut = diagram.pointed && diagram.pointed !== unit && diagram.pointed !== other;
      drawEdge(context, places.get(other), places.get(unit), weight, isOut ? 0.12 : 1);
    }
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
};

/** Draw the network of the opened run at the step of now; nothing where it is not known. */
const drawNetwork = () => {
  const run = state.opened;
  const start = run < 0 ? -1 : weightsAt(run, step());
  const isShown = start >= 0 && isKnown(meta.nets[runAt(run).net]);
  by("network-section").hidden = !isShown;
  if (!isShown) return;
  const net = meta.nets[runAt(run).net];
  if (diagram.net !== runAt(run).net || diagram.part !== state.part) {
    Object.assign(diagram, {net: runAt(run).net, part: state.part, pointed: null});
    buildNetwork(net);
  }
  const states = statesOf(run, start);
  const layers = part().kind === "none" ? null : layersOf(run, step(), part().kind === "curve" ? 60 : THUMBNAIL);
  for (const unit of diagram.units.flat()) {
    const condition = states[unit.l][unit.k];
    if (layers) drawUnit(unit.picture, layers[unit.l][unit.k], activationOf(net, unit.l));
    unit.caption.textContent = condition || (unit.l === 0 || layers === null ? nameOf(net, unit.l, unit.k) : "");
    unit.element.classList.toggle("marked", Boolean(condition));
    unit.element.setAttribute("aria-label", wordsOf(net, start, unit, condition));
  }
  drawEdges(net, start);
  const {pointed} = diagram;
  by("network-note").textContent = pointed ? pointed.element.getAttribute("aria-label") : noteOf(states.flat());
};

const noteOf = states => {
  const parts = ["Line width: size of a weight; solid positive, dashed negative. Point at a unit for its numbers."];
  if (part().kind === "curve") parts.unshift(`In a unit: its output over ${part().inputs[part().axes[0]]}.`);
  else if (part().kind !== "none") parts.unshift("In a unit: its output over the picture, orange high, blue low.");
  if (states.includes("dead")) parts.push("Dead: hardly any slope for the training samples shown, so it cannot learn.");
  if (states.includes("saturated")) parts.push("Saturated: hardly any slope for 95 % of them, so it learns slowly.");
  return parts.join(" ");
};
