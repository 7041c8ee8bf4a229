// main.js: start the page, or say in a sentence why it cannot be shown; keys, the address, data sets.

const [FORMAT, VERSION] = ["small-network-runner.explore", 1];
let isReading = false; // the address changes the page, not the page the address

/** Say why there is nothing to see, and which command makes the page again. */
const refuse = sentence => {
  const again = typeof meta.again === "string" ? meta.again : "python -m runner.explore";
  const title = h("h1", {}, "This page cannot be shown");
  const why = h("p", {role: "alert"}, `${sentence} Make it again with`);
  by("refused").replaceChildren(title, why, h("p", {}, h("code", {}, again)));
  by("refused").hidden = false;
};

/** Why the description cannot be shown; "" where it can. */
const complaint = () => {
  if (meta.format !== FORMAT) return "This page does not hold a sweep, or its description is damaged.";
  if (meta.version !== VERSION) return `This page is in version ${meta.version} of its format, not ${VERSION}.`;
  return meta.parts.some(({runs: all}) => all.length) ? "" : "This sweep has no runs.";
};

/** Decode the numbers of a data script, and let go of its text. */
const read = async (name, width) => {
  const script = document.querySelector(`#numbers-${name}`);
  const numbers = await decoded(script.textContent, width, meta.encoding.deflated);
  script.remove();
  return numbers;
};

// ---- The address: #t=STEP&run=INDEX&part=PART ----

const writeAddress = () => {
  if (isReading || window.location.protocol === "about:") return; // a frame in a notebook has no address of its own
  const parts = [`t=${step()}`];
  if (state.opened >= 0 && !isAlone()) parts.push(`run=${runAt(state.opened).index}`);
  if (state.part) parts.push(`part=${state.part}`);
  window.history.replaceState(null, "", `#${parts.join("&")}`);
};

/** The data set and place of the run with this index in the sweep; [-1, -1] without one. */
const findRun = index => {
  for (const [i, {runs: all}] of meta.parts.entries()) {
    const run = all.findIndex(one => one.index === index);
    if (run >= 0) return [i, run];
  }
  return [-1, -1];
};

const readAddress = () => {
  const asked = new URLSearchParams(location.hash.slice(1));
  const number = name => (/^\d+$/.test(asked.get(name) ?? "") ? Number(asked.get(name)) : -1);
  const [found, run] = number("run") < 0 ? [-1, -1] : findRun(number("run"));
  const chosen = found >= 0 ? found : number("part");
  isReading = true;
  if (chosen >= 0 && chosen < meta.parts.length && chosen !== state.part) showPart(chosen);
  if (number("t") >= 0) goToStep(number("t"));
  if (run >= 0) openRun(run);
  isReading = false;
};

// ---- Data sets ----

const buildParts = () => {
  by("parts").hidden = meta.parts.length < 2;
  meta.parts.forEach(({label}, i) => {
    const radio = h("input", {type: "radio", name: "part", value: i, checked: i === 0});
    radio.addEventListener("change", () => showPart(i));
    by("parts").append(h("label", {}, radio, label));
  });
};

/** One run has no wall: its detail view is the page. */
const standAlone = () => {
  by("alone").append(by("detail"));
  by("detail").classList.add("alone");
  by("wall-section").hidden = by("cards").hidden = by("chips").hidden = true;
  change("opened", {opened: 0});
};

// ---- Keys ----

const KEYS = {
  " ": () => play(!state.playing),
  ",": () => pauseAt(state.frame - 1),
  ".": () => pauseAt(state.frame + 1),
  0: () => pauseAt(0),
  9: () => pauseAt(lastFrame()),
};

const pressed = event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const {key, target} = event;
  const isField = target.closest("select, textarea, input:not([type=range], [type=radio], [type=checkbox])");
  const isTurning = state.opened >= 0 && !isAlone() && !target.closest("input") && /^Arrow(Left|Right)$/.test(key);
  if (isTurning) openNext(key === "ArrowLeft" ? -1 : 1);
  else if (isField || !(key in KEYS) || (key === " " && target.closest("button, summary, input"))) return;
  else KEYS[key]();
  event.preventDefault();
};

const listen = () => {
  listenToWall();
  listenToTime();
  listenToDetail();
  listenToAxes();
  document.addEventListener("keydown", pressed);
  addEventListener("hashchange", readAddress);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    change("colours");
  });
  new ResizeObserver(() => change("resized")).observe(by("page"));
};

on("part", () => {
  for (const radio of by("parts").querySelectorAll("input")) radio.checked = Number(radio.value) === state.part;
});
on("rest", writeAddress);
on("opened", writeAddress);

const start = async () => {
  const problem = complaint();
  if (problem) return refuse(problem);
  try {
    [weights, curves, samples] = await Promise.all([
      ...["weights", "curves", "samples"].map(name => read(name, meta.encoding[name])),
    ]);
  } catch (error) {
    return refuse(error.message);
  }
  by("page").hidden = false;
  readColours();
  buildParts();
  buildAbout();
  listen();
  state.frame = lastFrame();
  change("part");
  change("colours");
  if (isAlone()) standAlone();
  readAddress();
  change("frame");
  document.documentElement.dataset.ready = "1";
};

start();
