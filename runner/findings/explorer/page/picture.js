// picture.js: a network as a picture. A curve of one input, regions of classes, or a surface seen from above, computed
// from the weights at n or n x n points. Arrays are kept and filled again: a slider move draws hundreds of pictures.

const kept = new Map();

/** The array of this name, made once. */
const keep = (name, make) => {
  if (!kept.has(name)) kept.set(name, make());
  return kept.get(name);
};

const isSlice = () => part().axes.length < part().inputs.length;
const hasTwoClasses = () => part().classes.length === 2;

/** The points of the picture in the units of the data, one column for each shown input: (n) or (n * n). */
const gridOf = n => remember(`grid ${n} ${part().axes}`, () => {
  const [[left, right], [bottom, top] = []] = part().domain;
  const along = share => left + (right - left) * share;
  if (part().axes.length === 1) return [Float64Array.from({length: n}, (_, i) => along(i / (n - 1)))];
  const x = Float64Array.from({length: n * n}, (_, i) => along(((i % n) + 0.5) / n));
  const y = Float64Array.from({length: n * n}, (_, i) => top - ((top - bottom) * (Math.floor(i / n) + 0.5)) / n);
  return [x, y];
});

const scaleNames = new WeakMap();

/** The points as a run's network gets them: [input] -> (points). */
const inputsOf = (run, n) => {
  const {scale} = runAt(run);
  if (!scaleNames.has(scale)) scaleNames.set(scale, `${scale.x.join()}/${scale.c.join()}`);
  return remember(`inputs ${n} ${part().axes} ${scaleNames.get(scale)}`, () => {
    const {axes, base, inputs} = part();
    const grid = gridOf(n);
    return inputs.map((_, d) => {
      const shown = axes.indexOf(d);
      const column = shown < 0 ? new Float64Array(grid[0].length).fill(base[d]) : grid[shown];
      return column.map(value => (value - scale.x[d]) / scale.c[d]);
    });
  });
};

/** Why a run has no picture; "" if it has one. */
const whyNoPicture = run => {
  const {net, last, outcome} = runAt(run);
  if (outcome === "failed") return "the run failed";
  if (weightsAt(run, last) < 0) return outcome === "killed" ? "the run was killed" : "its weights were not kept";
  if (isKnown(meta.nets[net])) return "";
  return meta.nets[net].unknown ?? "the page has no formula for its activations";
};

/** All activations of a run at a step over the points, [layer][unit] -> (points); the arrays are used again. */
const layersOf = (run, at, n) => {
  const net = meta.nets[runAt(run).net];
  const X = inputsOf(run, n);
  const layers = keep(`layers ${runAt(run).net} ${X[0].length}`, () => layersFor(net, X[0].length));
  return forward(net, weights, weightsAt(run, at), X, layers);
};

/** Outputs in the units of the targets, (points). */
const inUnits = (values, {ys, yc, log}) => {
  const out = keep(`units ${values.length}`, () => new Float64Array(values.length));
  for (let i = 0; i < values.length; i++) out[i] = log ? Math.exp(values[i] * yc + ys) : values[i] * yc + ys;
  return out;
};

// ---- Colours of pictures ----

let ramp = new Uint32Array(256);
let classRamps = [];

/** A colour between two, as the number that a pixel of an image is. */
const pixelBetween = (from, to, share) => {
  const [r, g, b] = from.map((value, i) => Math.round(value + (to[i] - value) * share));
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
};

on("colours", () => {
  ramp = Uint32Array.from({length: 256}, (_, i) => {
    const u = i / 127.5 - 1;
    return pixelBetween(colours.mid, u < 0 ? colours.low : colours.high, 0.92 * Math.abs(u) ** 0.8);
  });
  classRamps = colours.classes.map(
    rgb => Uint32Array.from({length: 64}, (_, i) => pixelBetween(colours.mid, rgb, 0.3 + (0.6 * i) / 63)),
  );
});

/** Draw n x n colours, computed by pixel(i), over the whole canvas. */
const paint = (context, n, width, height, pixel) => {
  const {image, pixels, canvas} = keep(`image ${n}`, () => {
    const empty = new ImageData(n, n);
    const small = h("canvas", {width: n, height: n});
    return {image: empty, pixels: new Uint32Array(empty.data.buffer), canvas: small};
  });
  for (let i = 0; i < n * n; i++) pixels[i] = pixel(i);
  canvas.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
};

/** Values (n * n) between middle - half and middle + half as colours from low to high. */
const paintValues = (context, values, n, width, height, middle, half) => {
  const factor = 127.5 / half;
  paint(context, n, width, height, i => {
    const u = 127.5 + (values[i] - middle) * factor;
    return ramp[u < 0 ? 0 : u > 255 ? 255 : u | 0];
  });
};

/** An output before its activation: a line between two points then stands right also where it jumps from 0 to 1. */
const within = (value, low, high) => clip(value, low + 1e-12, high - 1e-12);
const logit = value => Math.log(within(value, 0, 1) / (1 - within(value, 0, 1)));
const atanh = value => Math.atanh(within(value, -1, 1));
const UNBENT = {sigmoid: logit, tanh: atanh, softmax: logit, clipped_softmax: logit};
const asIs = value => value;

/** The line where values (n * n) cross a level: marching squares. */
const contour = (context, values, n, width, height, level, lineWidth, unbend = asIs) => {
  const zero = unbend(level);
  const dx = width / n;
  const dy = height / n;
  context.beginPath();
  for (let j = 0; j < n - 1; j++) {
    for (let i = 0; i < n - 1; i++) {
      const at = j * n + i;
      const isAbove = values[at] > level;
      const isBeside = (values[at + 1] > level) === isAbove;
      if (isBeside && (values[at + n] > level) === isAbove && (values[at + n + 1] > level) === isAbove) continue;
      const a = unbend(values[at]) - zero;
      const b = unbend(values[at + 1]) - zero;
      const c = unbend(values[at + n + 1]) - zero;
      const d = unbend(values[at + n]) - zero;
      const x = (i + 0.5) * dx;
      const y = (j + 0.5) * dy;
      const ends = [];
      if ((a > 0) !== (b > 0)) ends.push(x + (dx * a) / (a - b), y);
      if ((b > 0) !== (c > 0)) ends.push(x + dx, y + (dy * b) / (b - c));
      if ((d > 0) !== (c > 0)) ends.push(x + (dx * d) / (d - c), y + dy);
      if ((a > 0) !== (d > 0)) ends.push(x, y + (dy * a) / (a - d));
      for (let q = 0; q + 3 < ends.length; q += 4) {
        context.moveTo(ends[q], ends[q + 1]);
        context.lineTo(ends[q + 2], ends[q + 3]);
      }
    }
  }
  context.strokeStyle = colours.edge;
  context.lineWidth = lineWidth;
  context.stroke();
};

// ---- The kinds of pictures ----

/** The targets that stand for "no" and "yes", as a run's network was trained with them. */
const levelsOf = run => part().levels.map(level => (level - runAt(run).scale.ys) / runAt(run).scale.yc);

/** Two classes: the output, or how far the second of two outputs is above the first. */
const drawTwoClasses = (context, outputs, run, n, width, height, lineWidth) => {
  const [no, yes] = levelsOf(run);
  let unbend = UNBENT[meta.nets[runAt(run).net].output];
  let [values] = outputs;
  let [middle, half] = [(no + yes) / 2, (yes - no) / 2];
  if (outputs.length > 1) {
    values = keep(`difference ${n}`, () => new Float64Array(n * n));
    for (let i = 0; i < n * n; i++) values[i] = outputs[1][i] - outputs[0][i];
    [middle, half, unbend] = [0, Math.abs(yes - no), atanh];
  }
  paintValues(context, values, n, width, height, middle, half);
  contour(context, values, n, width, height, middle, lineWidth, unbend);
};

/** Three classes and more: the colour of the largest output, paler where the next one is close to it. */
const drawClasses = (context, outputs, run, n, width, height, lineWidth) => {
  const [no, yes] = levelsOf(run);
  const unit = 63 / Math.abs(yes - no);
  const leads = outputs.map((_, k) => keep(`lead ${k} ${n}`, () => new Float64Array(n * n)));
  const winners = keep(`winners ${n}`, () => new Uint8Array(n * n));
  for (let i = 0; i < n * n; i++) {
    let [first, second, winner] = [-Infinity, -Infinity, 0];
    for (let k = 0; k < outputs.length; k++) {
      const value = outputs[k][i];
      if (value > first) [second, first, winner] = [first, value, k];
      else if (value > second) second = value;
    }
    winners[i] = winner;
    for (let k = 0; k < outputs.length; k++) leads[k][i] = outputs[k][i] - (k === winner ? second : first);
  }
  paint(context, n, width, height, i => {
    const lead = leads[winners[i]][i] * unit;
    return classRamps[winners[i] % classRamps.length][lead < 63 ? lead | 0 : 63];
  });
  for (const winner of new Set(winners)) contour(context, leads[winner], n, width, height, 0, lineWidth, atanh);
};

const drawSurface = (context, outputs, run, n, width, height, lineWidth) => {
  const [low, high] = part().range;
  const [middle, half] = [(low + high) / 2, (high - low) / 2 || 1];
  const values = inUnits(outputs[0], runAt(run).scale);
  paintValues(context, values, n, width, height, middle, half);
  for (const at of [-0.5, 0, 0.5]) {
    contour(context, values, n, width, height, middle + at * half, at ? lineWidth * 0.6 : lineWidth);
  }
};

/** From targets to a height of the canvas, with some air above and below the range. */
const targetHeight = (value, height) => {
  const [low, high] = part().range;
  const air = 0.08 * (high - low || 1);
  return height * (1 - (value - low + air) / (high - low + 2 * air || 1));
};

/** A line through values (n) at even distances. */
const drawLine = (context, values, width, height, colour, lineWidth, dash) => {
  context.beginPath();
  values.forEach((value, i) => context.lineTo((i / (values.length - 1)) * width, targetHeight(value, height)));
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.lineJoin = "round";
  context.stroke();
  context.setLineDash([]);
};

const drawCurve = (context, outputs, run, width, height, isLarge) => {
  const {truth} = part();
  context.fillStyle = colours.shade; // a saved picture has no page under it
  context.fillRect(0, 0, width, height);
  if (truth) {
    const values = samples.subarray(truth.at, truth.at + truth.n);
    drawLine(context, values, width, height, colours.soft, isLarge ? 1.5 : 1, [4, 3]);
  }
  drawLine(context, inUnits(outputs[0], runAt(run).scale), width, height, `rgb(${colours.low})`, isLarge ? 3 : 2, []);
};

/** Draw what a run's network says at a step, at n or n x n points; false where it has no picture. */
const drawPicture = (canvas, run, at, n, isLarge = false) => {
  const [context, width, height] = sized(canvas);
  context.clearRect(0, 0, width, height);
  const {kind} = part();
  if (!width || kind === "none" || whyNoPicture(run) || weightsAt(run, at) < 0) return false;
  const outputs = layersOf(run, at, kind === "curve" ? (isLarge ? 240 : 64) : n).at(-1);
  const lineWidth = isLarge ? 2.2 : 1.2;
  if (kind === "curve") drawCurve(context, outputs, run, width, height, isLarge);
  else if (kind === "surface") drawSurface(context, outputs, run, n, width, height, lineWidth);
  else if (hasTwoClasses()) drawTwoClasses(context, outputs, run, n, width, height, lineWidth);
  else drawClasses(context, outputs, run, n, width, height, lineWidth);
  return true;
};
