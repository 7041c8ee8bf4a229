// notice.js: "What to notice": sentences made of facts, with buttons that open a run at the step that they are about.

const STILL = 0.05; // a cost on a plateau changes by no more than this part of it
const FALL = 0.7; // a plateau is left when the cost is below this part of it
const LONG = 0.2; // of a run's steps: a shorter wait is none

/** A run as a button that opens it at a step. */
function runLink(run, at) {
  return h("button", {class: "link", type: "button", click: () => openRun(run, at)}, runAt(run).name);
}

const atStep = at => `at step ${formatStep(at)}`;
/** A text without the full stop at its end. */
const endless = text => text.replace(/[.\s]+$/, "");

/** The steps at which a run has numbers. */
const ownSteps = run => (runAt(run).history ? stepsOf(run).filter(at => at <= runAt(run).last) : []);

/** The entries with the lowest value first; equal ones stay in the order of the runs. */
const sortedBy = (entries, value) => entries.toSorted((a, b) => value(a) - value(b));

/** A sentence that begins with a run and a step. */
const told = (before, run, at, after = ".") => [before, runLink(run, at), `, ${atStep(at)}${after}`];

/** Which runs solve the task: first, last, how many, how many still do at the end. */
function solvedFacts() {
  if (!part().solved) return [];
  const goal = part().solved.words.split(":")[0];
  const found = runs().map(run => ({run, at: ownSteps(run).find(at => isSolved(run, at))}));
  const solved = sortedBy(found.filter(({at}) => at !== undefined), ({at}) => at);
  if (!solved.length) return noneSolvedFacts(goal);
  const [first, last] = [solved[0], solved.at(-1)];
  if (runs().length === 1) return [told(`Solved (${goal}): `, first.run, first.at)];
  const others = solved.filter(({at}) => at === first.at).length - 1;
  const tied = others ? `, like ${countOf(others, "other")}.` : ".";
  const facts = [told(`First to solve it (${goal}): `, first.run, first.at, tied)];
  if (last.at > first.at) facts.push(told("Last to solve it: ", last.run, last.at));
  return [...facts, heldFact(solved), ...neverFacts(solved)];
}

/** How many runs solve the task at some step and how many at the end, and one that lost it. */
function heldFact(solved) {
  const end = part().frames.at(-1);
  const all = countOf(runs().length, "run");
  const lost = solved.filter(({run}) => !isSolved(run, end));
  const isOne = solved.length === 1;
  const everyone = runs().length === 2 ? "Both runs" : `All ${all}`;
  const who = solved.length === runs().length ? everyone : `${formatStep(solved.length)} of ${all}`;
  const solve = isOne ? "solves" : "solve";
  if (!lost.length) return [`${who} ${solve} it, and still ${isOne ? "does" : "do"} at the end.`];
  const {run, at} = lost[0];
  const lostAt = ownSteps(run).find(later => later > at && !isSolved(run, later)) ?? runAt(run).last;
  const held = formatStep(solved.length - lost.length);
  return told(`${who} ${solve} it at some step, ${held} at the end. One run that loses it again: `, run, lostAt);
}

/** How many runs with numbers never solve the task. */
function neverFacts(solved) {
  const known = new Set(solved.map(({run}) => run));
  const never = runs().filter(run => runAt(run).history && !known.has(run));
  if (!never.length) return [];
  const run = never.find(one => runAt(one).outcome !== "diverged") ?? never[0];
  const link = runLink(run, runAt(run).last);
  if (never.length === 1) return [["1 run never solves it: ", link, "."]];
  return [[`${countOf(never.length, "run")} never solve it, such as `, link, "."]];
}

/** The best score where no run solves the task. */
function noneSolvedFacts(goal) {
  let best = null;
  for (const run of runs()) {
    for (const at of ownSteps(run)) {
      const value = score(run, at);
      if (Number.isFinite(value) && (!best || isBetter(value, best.value))) best = {run, at, value};
    }
  }
  if (!best) return [];
  return [told(`No run solves it (${goal}). The best: `, best.run, best.at, `, with ${formatScore(best.value)}.`)];
}

/** The longest stretch of still cost that a run leaves: {run, from, to}, as steps; null without any. */
function plateauOf(run, series) {
  const steps = ownSteps(run);
  const values = historyOf(run, series);
  let longest = null;
  for (let start = 0; start < steps.length; start++) {
    let end = start;
    while (end + 1 < steps.length && Math.abs(values[end + 1] - values[start]) <= STILL * values[start]) end++;
    const wait = steps[end] - steps[start];
    const isLonger = wait >= LONG * steps.at(-1) && wait > (longest ? longest.to - longest.from : 0);
    if (isLonger && isLeft(steps, values, start, end)) longest = {run, from: steps[start], to: steps[end]};
  }
  return longest;
}

/** Whether a cost falls after a plateau, and much faster than on it. */
function isLeft(steps, values, start, end) {
  const until = 2 * steps[end] - steps[start];
  for (let point = end + 1; point < steps.length && steps[point] <= until; point++) {
    if (values[point] <= FALL * values[start]) return true;
  }
  return false;
}

/** The longest wait on a plateau that was left. */
function plateauFacts() {
  const series = part().series.includes("train/cost") ? "train/cost" : part().cost_series;
  const found = runs().map(run => plateauOf(run, series)).filter(Boolean);
  if (!found.length) return [];
  const {run, from, to} = sortedBy(found, plateau => plateau.from - plateau.to)[0];
  const text = `: its ${costWord(series)} stays within 5 % for ${formatStep(to - from)} steps, then falls from step `;
  return [["Longest wait on a plateau: ", runLink(run, to), `${text}${formatStep(to)} on.`]];
}

/** Runs by the cause that they do not learn for: a sentence for each. */
function causeFacts() {
  return part().causes.flatMap((cause, index) => {
    const ill = runs().filter(run => runAt(run).cause === index);
    if (!ill.length) return [];
    const run = sortedBy(ill, illFrom)[0];
    const link = runLink(run, illFrom(run));
    const where = ill.length === 1 ? " See " : " First seen in ";
    return [[`${countOf(ill.length, "run")}: ${endless(cause.text)}.${where}`, link, `, ${atStep(illFrom(run))}.`]];
  });
}

const havingEnded = outcome => runs().filter(run => runAt(run).outcome === outcome);

/** How many runs ended in numbers that are not finite, and the first of them. */
function divergedFacts() {
  const diverged = sortedBy(havingEnded("diverged"), run => runAt(run).last);
  if (!diverged.length) return [];
  const {last} = runAt(diverged[0]);
  const link = runLink(diverged[0], last + 1);
  const after = `after step ${formatStep(last)}`;
  const all = countOf(diverged.length, "run");
  const early = diverged.filter(run => runAt(run).last === last).length;
  if (diverged.length === 1) return [["1 run diverges: ", link, `, ${after}.`]];
  if (early === diverged.length) return [[`${all} diverge ${after}, such as `, link, "."]];
  if (early > 1) return [[`${all} diverge, the first ${formatStep(early)} ${after}, such as `, link, "."]];
  return [[`${all} diverge, first `, link, `, ${after}.`]];
}

/** How many runs failed or were killed, and the first of them. */
function failedFacts() {
  return ["failed", "killed"].flatMap(outcome => {
    const ended = havingEnded(outcome);
    if (!ended.length) return [];
    const {error, last} = runAt(ended[0]);
    const isOne = ended.length === 1;
    const verb = {failed: "failed", killed: isOne ? "was killed" : "were killed"}[outcome];
    const text = `${countOf(ended.length, "run")} ${verb}${isOne ? ": " : ", such as "}`;
    return [[text, runLink(ended[0], last), error ? ` (${endless(error.split("\n")[0])}).` : "."]];
  });
}

/** The dead units of a run when it ends: {run, layer, share, from}, of the layer that has most; null without any. */
function deadUnitsOf(run) {
  let most = null;
  recordedLines(run, "dead").forEach(({values, place}) => {
    const end = values.findLastIndex(Number.isFinite);
    const share = values[end];
    if (!(share > (most?.share ?? 0))) return;
    const first = values.findLastIndex((value, point) => point <= end && !(value >= share)) + 1;
    most = {run, layer: place + 1, share, from: meta.steps[runAt(run).signals.steps][first]};
  });
  return most;
}

/** How many runs end with dead units, and the one with most. */
function deadFacts() {
  const found = runs().map(deadUnitsOf).filter(Boolean);
  if (!found.length) return [];
  const {run, layer, share, from} = sortedBy(found, dead => -dead.share)[0];
  const ends = found.length === 1 ? "1 run ends" : `${countOf(found.length, "run")} end`;
  const isMost = found.filter(dead => dead.share === share).length === 1;
  const which = found.length === 1 ? ": " : isMost ? ", most in " : ", such as ";
  const portion = `${Math.round(100 * share)} % of the units of layer ${layer}`;
  const units = `: ${portion} are dead from step ${formatStep(from)} on.`;
  return [[`${ends} with dead units${which}`, runLink(run, from), units]];
}

/** All sentences of a data set; without any the section is hidden. */
function buildNotices() {
  const facts = [
    ...solvedFacts(), ...plateauFacts(), ...causeFacts(), ...divergedFacts(), ...deadFacts(), ...failedFacts(),
  ];
  by("notices-section").hidden = facts.length === 0;
  by("notices").replaceChildren(...facts.map(parts => h("li", {}, ...parts)));
}

on("part", buildNotices);
