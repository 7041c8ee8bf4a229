// detail.js: one run, in a dialog over the page, or as the page itself where there is no other: its picture with the
// samples, its network, curves, facts and commands.

const DETAIL = 160; // points of the picture along one side
const [TRAINING, UNUSED] = [0, 3]; // parts of the samples
const MOST_DRAWN = 800; // samples in the picture
const WHERE = {train: "training", validation: "validation", test: "test"};
let opener = null;

const isAlone = () => meta.parts.length === 1 && runs().length === 1;

/** Open a run, at a step or at the first one after it that the slider has. */
const openRun = (run, at) => {
  if (at !== undefined) goPast(at);
  if (!by("dialog").open && !isAlone()) {
    opener = document.activeElement;
    by("dialog").showModal();
  }
  change("opened", {opened: run});
};

/** Open the run before (-1) or after (1) the opened one, among the selected ones where it is one of these. */
const openNext = direction => {
  const all = isVisible(state.opened) ? visibleRuns() : runs();
  openRun(all[(all.indexOf(state.opened) + direction + all.length) % all.length]);
};

/** Go back to the sentence that opened the dialog, or to the panel of the run that was seen last. */
const closed = () => {
  if (by("dialog").open) return; // the event comes late: another run has been opened since
  const panel = wall.panels.get(state.opened)?.element;
  change("opened", {opened: -1});
  if (panel && !(opener?.isConnected && opener.closest("#notices"))) moveTo(panel);
  else opener?.focus();
};

// ---- Text to copy ----

const copy = async (text, button) => {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    getSelection().selectAllChildren(button.previousSibling);
    button.textContent = "press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "copy"), 2000);
};

/** A command, with a button that copies it. */
const commandOf = text => {
  const button = h("button", {class: "quiet", type: "button"}, "copy");
  button.addEventListener("click", () => copy(text, button));
  return h("div", {class: "command"}, h("code", {}, text), button);
};

// ---- The picture ----

/** Samples over the picture: filled in training, hollow elsewhere; faint where the picture is a slice. */
const drawSamples = (canvas, run) => {
  const {input, split} = runAt(run);
  if (input < 0) return;
  const [context, width, height] = sized(canvas);
  const {n, d, at} = meta.inputs[input];
  const {axes: [x, y], domain: [[left, right], [bottom, top] = []], kind} = part();
  const every = Math.ceil(n / MOST_DRAWN);
  context.globalAlpha = isSlice() ? 0.3 : kind === "curve" ? 0.7 : 1;
  context.lineWidth = 1;
  for (let i = 0; i < n; i += every) {
    const role = split < 0 ? TRAINING : samples[meta.splits[split].at + i];
    if (role === UNUSED) continue;
    const target = samples[at + n * d + i];
    const across = ((samples[at + i * d + x] - left) / (right - left)) * width;
    const value = samples[at + i * d + y];
    const down = kind === "curve" ? targetHeight(target, height) : height * (1 - (value - bottom) / (top - bottom));
    drawSample(context, across, down, target, role === TRAINING);
  }
  context.globalAlpha = 1;
};

const drawSample = (context, x, y, target, isTraining) => {
  const {kind, range: [low, high]} = part();
  sign(context, kind === "regions" ? target : 0, x, y, kind === "curve" ? 2.6 : 3.2);
  let colour = colours.ink;
  if (kind === "regions") colour = classColour(target);
  if (kind === "surface") colour = rampColour((target - low) / (high - low));
  const [inside, outside] = isTraining || kind === "surface" ? [colour, colours.card] : [colours.card, colour];
  context.fillStyle = inside;
  context.fill();
  context.strokeStyle = kind === "surface" ? colours.edge : outside;
  context.stroke();
};

/** The colour of a share between 0 and 1, from low to high. */
const rampColour = share => {
  const pixel = ramp[Math.round(255 * clip(share, 0, 1))];
  return `rgb(${pixel & 255}, ${(pixel >> 8) & 255}, ${(pixel >> 16) & 255})`;
};

/** The colour of a class: of two the ends of the ramp, of more their own. */
const classColour = index => {
  if (hasTwoClasses()) return `rgb(${index ? colours.high : colours.low})`;
  return `rgb(${colours.classes[index % colours.classes.length]})`;
};

const drawLargePicture = (run, at) => {
  const canvas = by("picture");
  const hasNone = part().kind === "none";
  const why = hasNone ? part().why : whyNoPicture(run);
  by("picture-box").classList.toggle("bare", hasNone || isBare(run, at));
  const isDrawn = drawPicture(canvas, run, at, DETAIL, true);
  if (isDrawn) drawSamples(canvas, run);
  const word = hasNone ? "no picture" : wordOf(run, at);
  by("picture-word").hidden = !word;
  by("picture-word").textContent = why ? `${word}: ${why}` : word;
  by("save").hidden = by("picture-axes").hidden = !isDrawn;
  const own = isDrawn ? weightsStep(run, at) : at;
  const isOlder = own < Math.min(at, runAt(run).last);
  by("picture-axes").textContent = axesText() + (isOlder ? ` The weights are those of step ${formatStep(own)}.` : "");
  const label = isDrawn ? `What the network says at step ${formatStep(own)}. ${axesText()}` : "no picture";
  canvas.setAttribute("aria-label", label);
};

/** Which inputs the picture shows, and where the others stand. */
const axesText = () => {
  const {axes, inputs, kind, target} = part();
  const [x, y] = axes.map(axis => inputs[axis]);
  const slice = isSlice() ? ` A slice through the median row: ${restOfRow()}. Samples elsewhere are faint.` : "";
  const marks = kind === "surface" ? " Points: samples." : " Filled: training samples; hollow: others.";
  const outputs = state.opened < 0 || kind === "regions" ? 1 : meta.nets[runAt(state.opened).net]?.sizes.at(-1);
  const first = outputs > 1 ? ` The first of ${outputs} outputs.` : "";
  return `Across ${x}, up ${kind === "curve" ? target : y}.${first}${slice}${marks}`;
};

const savePicture = () => by("picture").toBlob(blob => {
  const name = `${runAt(state.opened).name} step ${step()}`.replace(/[^\w.=+-]+/g, "-");
  const link = h("a", {href: URL.createObjectURL(blob), download: `${name}.png`});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

// ---- Facts ----

/** The score that solves the task for a run: "0.960 or more". */
const goalWords = run => `${formatScore(goalOf(run))} or ${part().score.higher ? "more" : "less"}`;

/** [what, value] for the list of facts at a step. */
const factsOf = (run, at) => {
  const {told, last, restored, id, index, history: stored} = runAt(run);
  const {score_series: scores, cost_series: costs, series, keys} = part();
  const isKept = restored !== null && restored !== last && at >= last;
  const ended = isKept ? `${formatStep(restored)}, whose weights it kept` : `${formatStep(last)}, its last one`;
  const now = at > last || isKept ? ended : `${formatStep(at)} of ${formatStep(last)}`;
  const facts = stored ? [["step", now]] : [];
  for (const name of new Set([scores, costs].map(text => text.split("/")[1]))) {
    for (const [set, word] of Object.entries(WHERE)) {
      if (!stored || !series.includes(`${set}/${name}`)) continue;
      const value = history(run, `${set}/${name}`, at);
      const format = scores.endsWith(`/${name}`) ? formatScore : formatNumber;
      facts.push([`${word} ${name.replaceAll("_", " ")}`, format(value)]);
    }
  }
  if (part().solved) facts.push(["solved from", goalWords(run)]);
  facts.push(["outcome", told]);
  if (restored !== null) facts.push(["kept weights", `of step ${formatStep(restored)}, its best`]);
  for (const [i, key] of keys.entries()) facts.push([key.name, key.values[runAt(run).k[i]]]);
  facts.push(["run", `${index}`]);
  if (id) facts.push(["MLflow run", id]);
  return facts;
};

const drawFacts = (run, at) => {
  by("facts").replaceChildren(...factsOf(run, at).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
};

/** Whose evidence and command a cause has, where several runs share it and this is another one; "" for its own. */
const whoseCause = (run, {runs: [first]}) => {
  if (first === runAt(run).index) return "";
  const [place, found] = findRun(first);
  const {label, runs: all} = meta.parts[place] ?? {};
  const words = [all?.[found].name, place !== state.part && label].filter(Boolean).join(", ");
  return `Evidence and command are those of run ${first}${words ? ` (${words})` : ""}, which has the same cause:`;
};

/** Why the run does not learn, on what evidence, and what to try. */
const drawCause = run => {
  const {cause: index, ill_step: since} = runAt(run);
  by("why").hidden = index < 0;
  if (index < 0) return;
  const {text, settings, evidence, to_try: commands, page, flaw} = part().causes[index];
  const title = flaw ? "What is wrong, though it learns" : "Why it does not learn";
  const parts = [h("h3", {}, title), h("p", {}, h("b", {}, text[0].toUpperCase() + text.slice(1)))];
  if (settings) parts.push(h("p", {class: "soft small"}, settings));
  const whose = whoseCause(run, part().causes[index]);
  if (whose) parts.push(h("p", {class: "soft small"}, whose));
  if (evidence.length) parts.push(h("ul", {}, ...evidence.map(sentence => h("li", {}, sentence))));
  if (since !== null) {
    const jump = h("button", {class: "link", type: "button"}, `show it: it was seen at step ${formatStep(since)}`);
    jump.addEventListener("click", () => goPast(since));
    parts.push(h("p", {}, jump));
  }
  if (commands.length) parts.push(h("p", {class: "soft small"}, "Try:"), ...commands.map(commandOf));
  if (page) parts.push(h("p", {class: "soft small"}, `More in ${page}`));
  by("why").replaceChildren(...parts);
};

// ---- Together ----

/** What changes with the step. */
const drawDetail = () => {
  const run = state.opened;
  if (run < 0) return;
  drawLargePicture(run, step());
  drawNetwork();
  drawFacts(run, step());
  drawRunCurves(run);
  drawRunSignals(run);
};

on("opened", () => {
  const run = state.opened;
  if (run < 0) return;
  by("run-name").textContent = runAt(run).name;
  by("run-name").classList.toggle("unseen", isAlone() && runAt(run).name === by("question").textContent);
  by("run-command").replaceChildren(commandOf(runAt(run).command));
  drawCause(run);
  drawDetail();
});
for (const what of ["frame", "colours", "resized", "axes"]) on(what, drawDetail);
on("part", () => by("dialog").close());

const listenToDetail = () => {
  by("dialog").addEventListener("close", closed);
  by("dialog").addEventListener("click", event => {
    if (event.target === by("dialog")) by("dialog").close();
  });
  by("close").addEventListener("click", () => by("dialog").close());
  by("previous").addEventListener("click", () => openNext(-1));
  by("next").addEventListener("click", () => openNext(1));
  by("save").addEventListener("click", savePicture);
};
