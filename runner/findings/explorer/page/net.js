// The forward pass: the formulas and limits of nn/activations.py. Each unit has a Float64Array(n) over the samples.

/** tanh(x) through exp: a quarter of the time of Math.tanh, at most 3e-16 from it. */
const tanh = x => 1 - 2 / (Math.exp(2 * x) + 1);
const clip = (z, low, high) => (z < low ? low : z > high ? high : z);
const LIMIT = 500;
const SELU = [1.0507009873554805, 1.6732632423543772]; // scale and alpha
const GELU = Math.sqrt(2 / Math.PI);

/** Each makes, from an activation's settings, a function that changes the values of a unit (n) in place. */
const ACTIVATIONS = {
  sigmoid: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = 1 / (1 + Math.exp(-z[i]));
  },
  tanh: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = tanh(z[i]);
  },
  relu: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = z[i] < 0 ? 0 : z[i];
  },
  floored_relu: ({floor = 0.001}) => z => {
    for (let i = 0; i < z.length; i++) z[i] = Math.max(clip(z[i], -LIMIT, LIMIT), floor);
  },
  leaky_relu: ({slope = 0.01}) => z => {
    for (let i = 0; i < z.length; i++) z[i] = z[i] < 0 ? slope * z[i] : z[i];
  },
  elu: ({alpha = 1}) => z => {
    for (let i = 0; i < z.length; i++) z[i] = z[i] > 0 ? z[i] : alpha * Math.expm1(z[i]);
  },
  selu: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = SELU[0] * (z[i] > 0 ? z[i] : SELU[1] * Math.expm1(z[i]));
  },
  silu: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = z[i] / (1 + Math.exp(-z[i]));
  },
  hard_tanh: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = clip(z[i], -1, 1);
  },
  sine: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = Math.sin(z[i]);
  },
  softplus: () => z => {
    for (let i = 0; i < z.length; i++) z[i] = Math.max(z[i], 0) + Math.log1p(Math.exp(-Math.abs(z[i])));
  },
  gelu: () => z => {
    for (let i = 0; i < z.length; i++) {
      const c = clip(z[i], -10, 10);
      z[i] = 0.5 * z[i] * (1 + tanh(GELU * (c + 0.044715 * c * c * c)));
    }
  },
  identity: () => () => {},
};
/** Activations of a whole layer, with the limit that they clip at. */
const SOFTMAX = {softmax: Infinity, clipped_softmax: LIMIT};

const hasFormula = name => Object.hasOwn(ACTIVATIONS, name) || Object.hasOwn(SOFTMAX, name);

/** Whether the page has a formula for everything that a network is made of. */
const isKnown = net =>
  !net.unknown && [net.input, net.output, ...net.activations.map(({name}) => name)].every(hasFormula);

/** Softmax over the units of a layer, [unit] -> (n), in place; z is clipped to +-limit. */
const softmax = (units, limit) => {
  for (let i = 0; i < units[0].length; i++) {
    let top = -Infinity;
    let sum = 0;
    for (const unit of units) top = Math.max(top, (unit[i] = clip(unit[i], -limit, limit)));
    for (const unit of units) sum += unit[i] = Math.exp(unit[i] - top);
    for (const unit of units) unit[i] /= sum;
  }
};

/** Put the units of a layer, [unit] -> (n), through an activation, in place. */
const activate = (units, name, settings) => {
  if (Object.hasOwn(SOFTMAX, name)) softmax(units, SOFTMAX[name]);
  else units.forEach(ACTIVATIONS[name](settings));
};

/** Add sum_j w[start + j * stride] * from[j] to z (n); two at a time: a pass over z costs as much as a product. */
const addProducts = (z, w, start, stride, from) => {
  let j = 0;
  for (; j + 1 < from.length; j += 2) {
    const x = from[j];
    const y = from[j + 1];
    const wx = w[start + j * stride];
    const wy = w[start + (j + 1) * stride];
    for (let i = 0; i < z.length; i++) z[i] += wx * x[i] + wy * y[i];
  }
  if (j === from.length) return;
  const x = from[j];
  const wx = w[start + j * stride];
  for (let i = 0; i < z.length; i++) z[i] += wx * x[i];
};

/** Arrays for all activations of a network on n samples, [layer][unit] -> (n), that `forward` fills again and again. */
const layersFor = (net, n) => net.sizes.map(units => Array.from({length: units}, () => new Float64Array(n)));

/**
 * All activations of a network for X, [input] -> (n): [layer][unit] -> Float64Array(n), the input layer first.
 * The parameters are read from w at start. `layers` of an earlier call with this structure and n are filled again.
 */
const forward = (net, w, start, X, layers = layersFor(net, X[0].length)) => {
  if (net.input === "identity") {
    layers[0] = X;
  } else {
    layers[0].forEach((unit, d) => unit.set(X[d]));
    activate(layers[0], net.input, {});
  }
  let at = start;
  for (let l = 1; l < net.sizes.length; l++) {
    const units = layers[l];
    const bias = at + net.sizes[l - 1] * units.length;
    units.forEach((z, k) => {
      z.fill(net.bias ? w[bias + k] : 0);
      addProducts(z, w, at + k, units.length, layers[l - 1]);
    });
    const own = net.activations[l - 1];
    if (own) activate(units, own.name, own);
    else activate(units, net.output, {});
    at = bias + (net.bias ? units.length : 0);
  }
  return layers;
};
