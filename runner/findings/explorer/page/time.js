// time.js: the slider over the steps, with the share of runs that have solved the task as its track, and play.

const [INTERVAL, CALM] = [80, 400]; // milliseconds a frame, and for those who asked for less motion
const REST = 200; // milliseconds without a move after which the time rests
const THUMB = 18; // pixels, as in page.css: the middle of the thumb is half of it from an end of the slider
let resting = 0;
let moved = 0;

const lastFrame = () => part().frames.length - 1;

/** Show a frame of the slider; views that are dear wait for "rest". */
const goToFrame = frame => {
  change("frame", {frame: Math.max(0, Math.min(lastFrame(), frame))});
};

/** Show the first frame at or after a step, and stay there: before it what is said of the step is not yet seen. */
const goToStep = at => {
  const frame = part().frames.findIndex(one => one >= at);
  pauseAt(frame < 0 ? lastFrame() : frame);
};

/** Show the first frame at or after a step: what holds from the step on can be seen there. */
const goPast = at => pauseAt(part().frames.filter(frame => frame < at).length);

const play = isOn => {
  if (isOn && state.frame === lastFrame()) goToFrame(0);
  moved = performance.now();
  change("playing", {playing: isOn});
  if (isOn) requestAnimationFrame(tick);
};

const tick = now => {
  if (!state.playing) return;
  if (now - moved >= (reducedMotion.matches ? CALM : INTERVAL)) {
    moved = now;
    goToFrame(state.frame + 1);
    if (state.frame === lastFrame()) play(false);
  }
  requestAnimationFrame(tick);
};

const pauseAt = frame => {
  if (state.playing) play(false);
  goToFrame(frame);
};

// ---- How far the runs are ----

const visibleRuns = () => runs().filter(isVisible);

/** The selected runs that have numbers; failed and killed ones have none. */
const trainedRuns = () => visibleRuns().filter(run => runAt(run).history);

const medianScore = (chosen, at) => medianAt(chosen, part().score_series, !part().score.higher, at);

/** The track's height at each frame, (frames): the share of runs that have solved it, or how good the median is. */
const track = () => part().frames.map(at => {
  const shown = trainedRuns();
  if (!shown.length) return 0;
  if (part().solved) return shown.filter(run => isSolved(run, at)).length / shown.length;
  return goodness(medianScore(shown, at));
});
let heights = [];

/** How the runs stand at the step of now, in words. */
const standing = () => {
  const shown = trainedRuns();
  const {solved, score: asked} = part();
  if (runs().length === 1) return `${asked.label} ${formatScore(score(0, step()))} now`;
  if (!shown.length) return visibleRuns().length ? "no run was trained" : "no run selected";
  if (!solved) return `median ${asked.label} ${formatScore(medianScore(shown, step()))} now`;
  const count = shown.filter(run => isSolved(run, step())).length;
  const goals = new Set(shown.map(goalOf));
  const goal = asked.higher ? `reach ${formatNumber(solved.value)}` : `are at ${formatNumber(solved.value)} or less`;
  const lost = visibleRuns().length - shown.length;
  const rest = lost ? `, ${lost} failed or killed` : "";
  return `${formatStep(count)} of ${formatStep(shown.length)} ${goals.size > 1 ? "solve it" : goal} now${rest}`;
};

const area = (context, width, bottom) => {
  const inner = width - THUMB;
  context.beginPath();
  context.moveTo(THUMB / 2, bottom);
  heights.forEach((value, i) => {
    context.lineTo(THUMB / 2 + (i / Math.max(1, lastFrame())) * inner, bottom - 1 - value * (bottom - 4));
  });
  context.lineTo(width - THUMB / 2, bottom);
  context.closePath();
};

const drawTrack = () => {
  const [context, width, height] = sized(by("share"));
  const bottom = height - 12;
  const now = THUMB / 2 + (state.frame / Math.max(1, lastFrame())) * (width - THUMB);
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours.line;
  area(context, width, bottom);
  context.fill();
  context.fillRect(THUMB / 2, bottom - 1, width - THUMB, 3);
  context.save();
  context.beginPath();
  context.rect(0, 0, now, height);
  context.clip();
  context.fillStyle = colours.good;
  area(context, width, bottom);
  context.globalAlpha = 0.8;
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = colours.accent;
  context.fillRect(THUMB / 2, bottom - 1, width - THUMB, 3);
  context.restore();
};

/** Show the time on both sliders and in words. */
const drawTime = () => {
  const words = `step ${formatStep(step())}`;
  for (const slider of [by("time"), by("dialog-time")]) {
    slider.max = lastFrame();
    slider.value = state.frame;
    slider.style.setProperty("--done", `${(100 * state.frame) / Math.max(1, lastFrame())}%`);
    slider.setAttribute("aria-valuetext", `${words} of ${formatStep(part().frames.at(-1) ?? 0)}, ${standing()}`);
  }
  by("step").textContent = words;
  by("dialog-step").textContent = words;
  by("count").textContent = standing();
  by("count").title = part().solved?.words ?? "";
  drawTrack();
};

const drawPlay = () => {
  for (const button of [by("play"), by("dialog-play")]) {
    button.classList.toggle("on", state.playing);
    button.setAttribute("aria-label", state.playing ? "pause" : "play");
  }
};

const listenToTime = () => {
  for (const slider of [by("time"), by("dialog-time")]) {
    slider.addEventListener("input", () => pauseAt(Number(slider.value)));
  }
  for (const button of [by("play"), by("dialog-play")]) button.addEventListener("click", () => play(!state.playing));
};

const measure = () => {
  heights = track();
  drawTime();
};

on("frame", () => {
  drawTime();
  clearTimeout(resting);
  resting = setTimeout(() => change("rest"), REST);
});
on("part", measure);
on("selection", measure);
on("playing", drawPlay);
on("colours", drawTrack);
on("resized", drawTrack);
on("rest", () => {
  if (!state.playing) by("status").textContent = `step ${formatStep(step())}, ${standing()}`;
});
