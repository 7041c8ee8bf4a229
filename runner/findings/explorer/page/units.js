// units.js: which hidden units are dead or saturated at a step, computed from the weights on the training samples.

const [DEAD, SATURATED, NEARLY_ALL] = [0.01, 0.05, 0.95]; // of the largest slope, as in nn/signals.py; of samples
const MOST_SAMPLES = 2000; // looked at

/** The derivative of each activation at z, where it says a; as in nn/activations.py. */
const SLOPES = {
  sigmoid: (z, a) => a * (1 - a),
  tanh: (z, a) => 1 - a * a,
  relu: z => Number(z > 0),
  floored_relu: (z, a, {floor = 0.001}) => Number(z > floor),
  leaky_relu: (z, a, {slope = 0.01}) => (z > 0 ? 1 : slope),
  elu: (z, a, {alpha = 1}) => (z > 0 ? 1 : a + alpha),
  selu: (z, a) => (z > 0 ? SELU[0] : a + SELU[0] * SELU[1]),
  silu: z => {
    const s = 1 / (1 + Math.exp(-z));
    return s * (1 + z * (1 - s));
  },
  hard_tanh: z => Number(Math.abs(z) < 1),
  sine: z => Math.cos(z),
  softplus: z => 1 / (1 + Math.exp(-z)),
  gelu: z => {
    const c = clip(z, -10, 10);
    const t = tanh(GELU * (c + 0.044715 * c * c * c));
    return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * GELU * (1 + 3 * 0.044715 * c * c);
  },
  identity: () => 1,
};

const hasSlope = ({name}) => Object.hasOwn(SLOPES, name);

/** The largest slope of an activation for |z| <= 10. */
const largestSlope = activation => keep(`slope ${JSON.stringify(activation)}`, () => {
  const z = Float64Array.from({length: 2001}, (_, i) => (i - 1000) / 100);
  const a = z.slice();
  ACTIVATIONS[activation.name](activation)(a);
  return z.reduce((most, value, i) => Math.max(most, Math.abs(SLOPES[activation.name](value, a[i], activation))), 0);
});

/** Training samples as a run's network gets them, [input] -> (n). */
const trainingInputs = run => {
  const {input, split, scale} = runAt(run);
  return remember(`training ${input} ${split} ${scale.x} ${scale.c}`, () => {
    const {n, d, at} = meta.inputs[input];
    const isTraining = i => split < 0 || samples[meta.splits[split].at + i] === 0;
    const all = Array.from({length: n}, (_, i) => i).filter(isTraining);
    const every = Math.ceil(all.length / MOST_SAMPLES);
    const rows = all.filter((_, i) => i % every === 0);
    return scale.x.map((low, k) => Float64Array.from(rows, i => (samples[at + i * d + k] - low) / scale.c[k]));
  });
};

/** Where the weights and biases of a layer begin, after `start`. */
const layerStart = (net, start, layer) => {
  let at = start;
  for (let l = 1; l < layer; l++) at += net.sizes[l] * (net.sizes[l - 1] + (net.bias ? 1 : 0));
  return at;
};

/** Shares of the training samples for which each hidden unit has hardly any slope: [layer][unit] -> {dead, saturated};
 * null where that cannot be known. Layers of inputs and outputs are empty. */
const flatnessOf = (run, start) => {
  const net = meta.nets[runAt(run).net];
  const X = runAt(run).input < 0 ? [] : trainingInputs(run);
  if (start < 0 || !X.length || !X[0].length || !isKnown(net) || !net.activations.every(hasSlope)) return null;
  const layers = keep(`layers ${runAt(run).net} ${X[0].length}`, () => layersFor(net, X[0].length));
  forward(net, weights, start, X, layers);
  const found = net.sizes.map(() => []);
  for (let l = 1; l < net.sizes.length - 1; l++) {
    for (let k = 0; k < net.sizes[l]; k++) found[l].push(flatnessOfUnit(net, start, layers, l, k));
  }
  return found;
};

const flatnessOfUnit = (net, start, layers, l, k) => {
  const [from, size] = [layerStart(net, start, l), net.sizes[l]];
  const z = keep(`z ${layers[l][k].length}`, () => new Float64Array(layers[l][k].length));
  z.fill(net.bias ? weights[from + net.sizes[l - 1] * size + k] : 0);
  addProducts(z, weights, from + k, size, layers[l - 1]);
  const activation = net.activations[l - 1];
  const [slope, largest] = [SLOPES[activation.name], largestSlope(activation)];
  let [dead, saturated] = [0, 0];
  for (let i = 0; i < z.length; i++) {
    const share = Math.abs(slope(z[i], layers[l][k][i], activation)) / largest;
    dead += share < DEAD;
    saturated += share < SATURATED;
  }
  return {dead: dead / z.length, saturated: saturated / z.length};
};

/** For each hidden unit "dead", "saturated" or "": [layer][unit]. */
const statesOf = (run, start) => {
  const word = ({dead, saturated}) => (dead === 1 ? "dead" : saturated >= NEARLY_ALL ? "saturated" : "");
  const found = flatnessOf(run, start);
  return meta.nets[runAt(run).net].sizes.map((size, l) => found?.[l].map(word) ?? Array(size).fill(""));
};

/** The share of units and samples with hardly any slope at each snapshot of a run: [hidden layer] -> (points). */
const saturationOf = run => remember(`saturation ${run}`, () => {
  const {snapshots, net} = runAt(run);
  if (!snapshots || net < 0) return [];
  const at = meta.steps[snapshots.steps].map(step => flatnessOf(run, weightsAt(run, step)));
  const mean = units => units.reduce((sum, {saturated}) => sum + saturated, 0) / units.length;
  const hidden = meta.nets[net].sizes.slice(1, -1);
  return at.includes(null) ? [] : hidden.map((_, l) => Float64Array.from(at, layers => mean(layers[l + 1])));
});
