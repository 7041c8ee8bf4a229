// panels.js: what stands in the panels of the wall at a step, and how people move in it. Only panels near the screen
// are drawn, small while the time moves and larger when it rests; the others follow when they come near.

const [SMALL, LARGE, LARGEST] = [32, 64, 96]; // points of a picture along one side
const WIDE = 90; // pixels from which a panel gets the most points
const BUDGET = 12; // milliseconds of drawing between two frames of the screen when the time rests
const WORDS = {diverged: "diverged", pruned: "pruned", failed: "failed", killed: "killed"};
const drawn = {panels: 0}; // pictures drawn so far
let looks = 0; // how often colours or sizes have changed: pictures from before are drawn again
let isResting = false;

const nearness = new IntersectionObserver(entries => {
  for (const {target, isIntersecting} of entries) {
    const run = Number(target.dataset.run);
    const panel = wall.panels.get(run);
    if (!panel || panel.element !== target) continue;
    panel.isNear = isIntersecting;
    if (isIntersecting) updatePanel(run);
  }
  if (isResting) refine();
}, {rootMargin: "120px"});

/** The word over a run's picture at a step; "" for none. */
const wordOf = (run, at) => {
  const {outcome} = runAt(run);
  if (outcome === "failed") return "failed";
  const hasNone = whyNoPicture(run) !== "";
  if (hasNone) return outcome === "killed" ? "killed" : "no picture";
  if (weightsAt(run, at) < 0) return "not yet";
  if (!hasEnded(run, at)) return "";
  return WORDS[outcome] ?? "ended";
};

const isBare = (run, at) => whyNoPicture(run) !== "" || weightsAt(run, at) < 0;

/** The step from which a run is seen to be ill: that of the evidence, or its end where all of it is the evidence. */
const illFrom = run => runAt(run).ill_step ?? runAt(run).last;

/** The cause why a run is ill at a step, null where it is not or not yet. */
const causeAt = (run, at) => {
  const {cause} = runAt(run);
  return cause >= 0 && at >= illFrom(run) ? part().causes[cause] : null;
};

/** What a panel says to those who do not see it. */
const labelOf = (run, at) => {
  const {name, error} = runAt(run);
  const cause = causeAt(run, at);
  const word = wordOf(run, at);
  const value = score(run, at);
  const parts = [`${part().score.label} ${formatScore(value)}`];
  if (!Number.isFinite(value)) parts.length = 0;
  if (isSolved(run, at)) parts.push("solved");
  if (word) parts.push(word === "no picture" ? `no picture: ${whyNoPicture(run)}` : word);
  if (error) parts.push(error);
  if (cause) parts.push(`${cause.flaw ? "flaw" : "ill"}: ${cause.text}`);
  if (!isVisible(run)) parts.push("not in the selection");
  return `${name}: ${parts.join(", ")}`;
};

/** Show a run at the step of now; a picture that would be the same is not drawn again. */
const updatePanel = (run, size = SMALL) => {
  const panel = wall.panels.get(run);
  const {element, canvas, word} = panel;
  const at = step();
  const text = wordOf(run, at);
  const {classList} = element;
  if (word.textContent !== text) word.textContent = text;
  classList.toggle("solved", isSolved(run, at));
  classList.toggle("bare", isBare(run, at));
  classList.toggle("ended", text === "ended");
  classList.toggle("ill", causeAt(run, at) !== null);
  element.style.setProperty("--v", goodness(score(run, at)).toFixed(3));
  const start = isBare(run, at) ? -1 : weightsAt(run, at);
  const picture = `${start} ${looks}`;
  if (panel.picture === picture && panel.size >= size) return;
  drawPicture(canvas, run, at, size);
  Object.assign(panel, {picture, size});
  drawn.panels += 1;
};

const drawWall = () => {
  for (const [run, {isNear}] of wall.panels) if (isNear) updatePanel(run);
};

/** Draw the panels near the screen with more points, a few between two frames, until the time moves again. */
const refine = () => {
  const began = performance.now();
  const isLeft = [...wall.panels].some(([run, {isNear, size, canvas}]) => {
    if (!isNear || size >= LARGE) return false;
    if (performance.now() - began > BUDGET) return true;
    updatePanel(run, canvas.clientWidth > WIDE ? LARGEST : LARGE);
    return false;
  });
  if (isResting && isLeft) requestAnimationFrame(refine);
};

const labelPanels = () => {
  for (const [run, {element}] of wall.panels) {
    const label = labelOf(run, step());
    element.setAttribute("aria-label", label);
    element.title = label;
  }
};

const markPanels = () => {
  for (const [run, {element}] of wall.panels) {
    element.classList.toggle("dim", !isVisible(run));
    element.classList.toggle("hot", state.hovered === run);
  }
};

// ---- Pointer and keys ----

const runOf = event => Number(event.target.closest(".panel")?.dataset.run ?? -1);

const hover = run => {
  if (run !== state.hovered) change("hovered", {hovered: run});
};

/** Make this the one panel that Tab stops at, and go to it. */
const moveTo = target => {
  by("wall").querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  target.tabIndex = 0;
  target.focus();
};

/** The neighbour of a panel in the direction of a key, undefined where there is none. */
const neighbour = (from, key) => {
  const elements = [...by("wall").querySelectorAll(".row:not(.head)")];
  const rows = elements.map(row => [...row.querySelectorAll(".panel, .more")]);
  const row = rows.findIndex(row => row.includes(from));
  const place = rows[row].indexOf(from);
  const last = rows[row].length - 1;
  if (key === "Home") return rows[row][0];
  if (key === "End") return rows[row][last];
  if (key === "ArrowLeft" || key === "ArrowRight") return rows[row][place + (key === "ArrowLeft" ? -1 : 1)];
  return closest(rows.flat(), from, key === "ArrowUp" ? -1 : 1);
};

/** The panel above (-1) or below (1) another one that is closest to it. */
const closest = (all, from, direction) => {
  const {left, top} = from.getBoundingClientRect();
  let [best, least] = [undefined, Infinity];
  for (const panel of all) {
    const place = panel.getBoundingClientRect();
    const down = direction * (place.top - top);
    const distance = 10 * down + Math.abs(place.left - left);
    if (down > 8 && distance < least) [best, least] = [panel, distance];
  }
  return best;
};

const listenToWall = () => {
  const element = by("wall");
  element.addEventListener("click", event => {
    if (runOf(event) >= 0) openRun(runOf(event));
  });
  element.addEventListener("pointerover", event => hover(runOf(event)));
  element.addEventListener("pointerleave", () => hover(-1));
  element.addEventListener("focusin", event => hover(runOf(event)));
  element.addEventListener("focusout", () => hover(-1));
  element.addEventListener("keydown", event => {
    const from = event.target.closest(".panel, .more");
    if (!from) return;
    const isOpening = event.key === "Enter" || event.key === " ";
    if (isOpening && runOf(event) >= 0) openRun(runOf(event));
    const to = /^(Arrow|Home|End)/.test(event.key) ? neighbour(from, event.key) : undefined;
    if (to) moveTo(to);
    if (to || (isOpening && runOf(event) >= 0)) event.preventDefault();
    if (isOpening) event.stopPropagation();
  });
  by("back").addEventListener("click", () => showCell(null));
  by("one-a-cell").addEventListener("change", () => showCell(null));
  isPhone.addEventListener("change", () => showCell(null));
  by("pages").addEventListener("change", event => {
    wall.page = Number(event.target.value);
    showCell(wall.cell);
    event.target.focus();
  });
};

on("frame", () => {
  isResting = false;
  drawWall();
});
on("rest", () => {
  isResting = true;
  labelPanels();
  refine();
});
on("selection", () => {
  markPanels();
  labelPanels();
});
on("hovered", markPanels);
for (const what of ["colours", "resized", "axes"]) {
  on(what, () => {
    looks += 1;
    if (hasWall()) arrange();
    drawWall();
    if (isResting) refine();
  });
}
addEventListener("beforeprint", () => {
  for (const run of wall.panels.keys()) updatePanel(run, LARGE);
});
