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

/** Which runs reach the threshold: first, last, how many, how many hold it. */
function solvedFacts() {
  if (!part().solved) return [];
  const goal = part().solved.words.split(":")[0];
  const reached = runs().map(run => ({run, at: ownSteps(run).find(at => isSolved(run, at))}));
  const solved = sortedBy(reached.filter(({at}) => at !== undefined), ({at}) => at);
  if (!solved.length) return noneSolvedFacts(goal);
  if (runs().length === 1) return [told(`Reaches ${goal}: `, solved[0].run, solved[0].at)];
  const [first, last] = [solved[0], solved.at(-1)];
  const others = solved.filter(({at}) => at === first.at).length - 1;
  const tied = others ? `, like ${countOf(others, "other")}.` : ".";
  const facts = [told(`First to reach ${goal}: `, first.run, first.at, tied)];
  if (last.at > first.at) facts.push(told("Last to reach it: ", last.run, last.at));
  return [...facts, heldFact(solved), ...neverFacts(solved)];
}

/** How many runs reach the threshold at some step and how many have it at the end, and one that lost it. */
function heldFact(solved) {
  const end = part().frames.at(-1);
  const all = countOf(runs().length, "run");
  const lost = solved.filter(({run}) => !isSolved(run, end));
  if (!lost.length && solved.length === runs().length) return [`All ${all} reach it, and have it at the end.`];
  const reach = solved.length === 1 ? "reaches" : "reach";
  const held = formatStep(solved.length - lost.length);
  const text = `${formatStep(solved.length)} of ${all} ${reach} it at some step, ${held} at the end.`;
  if (!lost.length) return [text];
  const {run, at} = lost[0];
  const lostAt = ownSteps(run).find(later => later > at && !isSolved(run, later)) ?? runAt(run).last;
  return [`${text} Lost again, for one: `, runLink(run, lostAt), `, ${atStep(lostAt)}.`];
}

/** How many runs with numbers never reach the threshold. */
function neverFacts(solved) {
  const reached = new Set(solved.map(({run}) => run));
  const never = runs().filter(run => runAt(run).history && !reached.has(run));
  if (!never.length) return [];
  const last = run => runAt(run).last;
  const run = never.find(one => runAt(one).outcome !== "diverged") ?? never[0];
  if (never.length === 1) return [["1 run never reaches it: ", runLink(run, last(run)), "."]];
  return [[`${countOf(never.length, "run")} never reach it, such as `, runLink(run, last(run)), "."]];
}

/** The best score where no run reaches the threshold. */
function noneSolvedFacts(goal) {
  let best = null;
  for (const run of runs()) {
    for (const at of ownSteps(run)) {
      const value = score(run, at);
      if (Number.isFinite(value) && (!best || isBetter(value, best.value))) best = {run, at, value};
    }
  }
  if (!best) return [];
  return [told(`No run reaches ${goal}. The best: `, best.run, best.at, `, with ${formatScore(best.value)}.`)];
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
    const stepOf = run => runAt(run).ill_step ?? runAt(run).last;
    const run = sortedBy(ill, stepOf)[0];
    const link = runLink(run, stepOf(run));
    const where = ill.length === 1 ? " See " : " First seen in ";
    return [[`${countOf(ill.length, "run")}: ${endless(cause.text)}.${where}`, link, `, ${atStep(stepOf(run))}.`]];
  });
}

/** Runs that ended in numbers that are not finite, and runs without numbers. */
function endedFacts() {
  const having = outcome => runs().filter(run => runAt(run).outcome === outcome);
  const diverged = sortedBy(having("diverged"), run => runAt(run).last);
  const facts = [];
  if (diverged.length) {
    const {last} = runAt(diverged[0]);
    const text = diverged.length === 1 ? "1 run diverges: " : `${countOf(diverged.length, "run")} diverge, first `;
    facts.push([text, runLink(diverged[0], last), `, after step ${formatStep(last)}.`]);
  }
  for (const outcome of ["failed", "killed"]) {
    const ended = having(outcome);
    if (!ended.length) continue;
    const {error, last} = runAt(ended[0]);
    const verb = outcome === "failed" ? "failed" : ended.length === 1 ? "was killed" : "were killed";
    const which = ended.length === 1 ? ": " : ", such as ";
    const text = `${countOf(ended.length, "run")} ${verb}${which}`;
    facts.push([text, runLink(ended[0], last), error ? ` (${endless(error.split("\n")[0])}).` : "."]);
  }
  return facts;
}

/** The dead units of a run when it ends: {run, layer, share, from}, of the layer that has most; null without any. */
function deadUnitsOf(run) {
  let most = null;
  signalLines(run, "dead").forEach(({values, place}) => {
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
  const facts = [...solvedFacts(), ...plateauFacts(), ...endedFacts(), ...causeFacts(), ...deadFacts()];
  by("notices-section").hidden = facts.length === 0;
  by("notices").replaceChildren(...facts.map(parts => h("li", {}, ...parts)));
}

on("part", buildNotices);
