// From text to numbers: base64 of bytes, deflated or not; all first bytes come first, then all second bytes, ...

const DAMAGED = "The numbers in this page are damaged.";
const TOO_OLD = "This browser cannot unpack the numbers in this page. Open it in a browser of 2023 or later.";

/** The bytes of base64 text. */
const bytesOf = text => {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};

/** The bytes that zlib deflated. */
const inflated = async bytes => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/** The bytes in the order of numbers of `width` bytes: byte b of number i is at b * n + i. */
const unshuffled = (bytes, width) => {
  const n = bytes.length / width;
  const plain = new Uint8Array(bytes.length);
  for (let b = 0; b < width; b++) {
    for (let i = 0; i < n; i++) plain[i * width + b] = bytes[b * n + i];
  }
  return plain;
};

/** The number that 16 bits stand for: sign, 5 bits of exponent, 10 of fraction. */
const halfToFloat = bits => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction) : sign * 2 ** -14 * fraction;
};

/** The numbers of a data script; `width`: bytes a number, 2 for halves, 8 for doubles. An Error holds a sentence. */
const decoded = async (text, width, isDeflated) => {
  if (!text.trim()) return new Float32Array(0);
  if (isDeflated && typeof DecompressionStream === "undefined") throw new Error(TOO_OLD);
  let bytes;
  try {
    bytes = bytesOf(text);
    if (isDeflated) bytes = await inflated(bytes);
  } catch {
    throw new Error(DAMAGED);
  }
  if (bytes.length % width) throw new Error(DAMAGED);
  const {buffer} = unshuffled(bytes, width);
  if (width === 8) return new Float64Array(buffer);
  return width === 4 ? new Float32Array(buffer) : Float32Array.from(new Uint16Array(buffer), halfToFloat);
};
