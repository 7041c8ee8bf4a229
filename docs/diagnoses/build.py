"""Writes docs/diagnoses.md: `make reference`. A section for each rule, in the order in which rules are checked."""

import sys
from pathlib import Path
from textwrap import indent

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs.diagnoses.questions.page import section as public_questions
from runner.conduct.explaining import SHARE
from runner.diagnosis.before import MOST as MOST_SETTINGS
from runner.diagnosis.document import VERSION
from runner.diagnosis.effects import ERRORS, LEARN, LEAST, LUCK, MISSING, MOST, SOME
from runner.diagnosis.ending import MOST_DATA, MOST_OF_SETTING
from runner.diagnosis.ending import MOST_SETTINGS as MOST_JUDGED
from runner.diagnosis.fresh import FEWEST_FRESH, FRESH, MOST_FRESH
from runner.diagnosis.inquiry import MOST_FIXES
from runner.diagnosis.judging import NEAR
from runner.diagnosis.repeats import MOST_OWN
from runner.diagnosis.rules import RULES, Rule
from runner.diagnosis.rules.steps import STEADILY
from runner.diagnosis.texts import TEXTS
from runner.diagnosis.trials import MOST_STACKS
from runner.diagnosis.verdicts import HALF

PAGE = Path(__file__).resolve().parents[1] / "diagnoses.md"
NEWLINE = "\n"
OWN = Path(__file__).with_name("my_rules.py")
ASKED = {
    "failing": "a run that does not learn its training samples as well as its data allow",
    "missing": "a run that falls short of what its data allow",
    "worsened": "a run that does not learn, or that was far better earlier in training",
    "neglecting": "a run that falls short of what its data allow with equal class weights",
    "learning": "a run that learns",
    "every": "every run",
}
HEAD = f"""\
# Why a run does not learn

<!-- Made by docs/diagnoses/build.py from the rules in runner/diagnosis/rules/: `make reference`. -->

    python -m runner.diagnose                          # the newest sweep or run
    python -m runner.diagnose SWEEP --why 3            # everything that is known about one run
    python -m runner.diagnose --why 3 --against 7      # what differs from a run that learns; or RUN_ID
    python -m runner.diagnose SWEEP --confirm          # trains the fixes, and reports how much they help
    python -m runner.diagnose SWEEP --json found.json  # for programs: its part `diagnosis`; - is standard output
    python -m runner.diagnose --config data=xor network.hidden=[]  # before training; also with -m, --config-dir

The first part of this page explains how a diagnosis is made. After it, each cause has a section, which ends with a
command that trains a run with that cause. The last section has [public questions](#public-questions-answered) that were
answered this way.

**What the data allow.** A run is compared with the best of three references on its own data: kernel regression, which
predicts each training sample from the others; a linear model; and the other runs of the sweep on the same data with the
same class weights. Scores run from 0 for the best constant to 1 for perfect: R2 for a regression, and for a
classification balanced accuracy, rescaled to that range. A run learns if it comes within {NEAR:g} of what its data
allow, beyond sampling error. Such a run is checked only against the rules that say so below, for example those for bugs
in its code. Any other run is checked against all rules, in the order of this page; the first one that holds names the
cause.

**How certain it is.** A *proved* cause follows from config, data and code alone. A *likely* cause is what a rule
concludes from measured numbers. A *confirmed* cause has a fix that was trained and helps. Without `--confirm` no fix is
trained, and the printed command is a suggestion. If no rule holds, the cause is unknown, and the line says so.

**What the verdicts mean.** A run that falls short of what its data allow *does not learn*. If it reaches more than
{HALF:.0%} of that, it *does worse than the data allow*; if it does well on its training samples, it *learns only its
training samples*. If the run itself is better than the references, the data allow `X or better`. If the cause is that
rare classes are predicted too seldom, what the data allow is computed with equal class weights.

**Before training.** Before a run or a sweep trains, with `dry_run=true` and with `--config`, the program checks the
rules that need no trained weights, with stricter thresholds if a run may still learn. One line per cause says which
runs have it and what to try. Nothing is rejected, and no number changes. What may be intended is a note instead of a
warning: `fault=`, `init=constant`, `test.margin=`, and everything in a case or a named sweep. At most {MOST_SETTINGS}
settings are checked. Large data sets are not, and your own components only with `--config`. `diagnose=off` turns the
checks off. With `--config` the exit code is 3 if there is a warning.

**At the end of a run or a sweep.** A run that does not learn prints its cause and a command to try; a sweep prints one
line per cause. The program takes up to {100 * SHARE:g} % of the sweep's processor time for this. It compares the runs
on at most {MOST_DATA} draws of the data, at most {MOST_OF_SETTING} of each data set, with what these allow. Then it
judges {MOST_OF_SETTING} of the runs that do worse in each of {MOST_JUDGED} settings, and as many of the others, because
these may still have a bug in their code or never predict some class. The number of runs reported to do worse does not
depend on the time limit, and the line below the causes has the command that judges all runs. `diagnose=off` or
`quiet=true` skips all of this. The runs get tags, and their parent gets `diagnosis.json` and the tag
`diagnosis.summary`; the report shows the causes directly below the answer. `diagnose=confirm` also trains fixes. Ctrl-C
then stops only this training: results, tags and everything confirmed so far are kept, and the exit code is 130.

**Training the fixes.** With `--confirm`, fixes are trained one setting at a time; runs that differ only in seed and
fold belong to one setting. The candidates, in this order, are: the change of a single value that makes another setting
of the sweep learn; the fixes of the named cause; the fixes of causes that look similar; and training without L2,
clipping and a schedule. The first fix of each cause comes before the second of any. They are tried on the seeds of at
most {MOST_OWN} runs. If none helps, the fixes that were confirmed for other settings of the sweep are tried, and then
the first fixes of other causes. The best of the fixes that help, at most {MOST_FIXES}, are then trained on fresh seeds,
with and without the fix. Of {FRESH} seeds that no run of the sweep has, up to {MOST_FRESH} that fail are used, or all
of them if some learn; only seeds that fail without the fix count.

A fix helps on a seed if it raises the score by more than {LEAST:g}, or by {MISSING:.0%} of what is missing if that is
less; on fresh seeds also by more than {ERRORS:g} standard errors of the mean gain. Scores below that of a constant
count as the constant's score. A fix is confirmed if it helps on at least {MOST:.0%} of the fresh seeds that fail, of
which there must be at least {FEWEST_FRESH}. If other seeds learn anyway, it must harm so few of them that chance cannot
explain the gain (p at most {LUCK:g}, McNemar's exact test); if only this is in doubt, {FRESH} more fresh seeds are
trained with and without the fix. Reported numbers are those of the median seed. If a fix helps, but the run still does
worse than the data allow, the line says so: diagnose the run with the fix. A setting takes at most {MOST_STACKS}
stacked trainings, and nothing is stored. Ctrl-C keeps and prints what is known so far.

- If only the fix of a similar cause helps, that is the cause.
- If a run with the fix of the named cause still does not learn, the fix of its next cause is tried together with the
  first, and both causes are named, unless the second fix is enough alone.
- If the fix of the named cause helps on at least {SOME:.0%} of the fresh seeds, but on too few to be confirmed, the
  seeds that still fail are diagnosed in the same way. For example, no seed learns XOR without biases; with biases, two
  hidden units still end in a trap on some seeds. If nothing confirms the named cause, it stays likely.
- If everything that was trained fails, the cause is unknown again, and what was tried is listed; a fix that failed is
  not suggested again. A proved cause stays proved, and its fix stays the one to try, because other causes may show once
  it is removed.
- Another seed is a fix if at least {LEARN:.0%} of the fresh seeds learn and are better than the run; if another cause
  was named, the median seed must be better, too. The cause is then a trap, which more units cure; if fewer seeds learn,
  it is too few units. A run whose cost still falls clearly (by more than {STEADILY:.0%} in the last fifth of training)
  is never rediagnosed as a trap.

**Which settings explain a cause.** For a sweep, each cause comes with the settings that explain it (`where`). The
program considers all rules of at most two conditions, such as `activation=relu and learning_rate >= 1`, with p below
0.01 (Fisher's exact test with Holm's correction for the number of rules), and names the one that fits best (by F1). The
counts are those of runs with the cause and of runs that learn. If there is no such rule, and some seeds of a setting
fail while others learn, a line says so; rules never use seeds or folds.

**How evidence is printed.** A value beyond its threshold is printed with it: `above 4`, `below 0.25`. A value without a
threshold is a plain fact. If at least ten healthy runs of the sweep on the same data can be measured, and the value
lies outside their 5th to 95th percentile, the nearer percentile is printed as well.

**Two runs compared.** `--against` compares two runs: settings, data, scores, layers and cost, the first step at which a
layer differs (its norm by more than a factor of 3, or the share of dead units by more than 0.25), and the reason: the
only setting that differs, or the cause that the diagnosis names.

**Runs that are not judged.** Failed and killed runs are only counted. A run cannot be judged if its data have changed,
or if your own component or rule raises an exception or ends the program; all other runs are judged. A run stored by an
earlier version has no signals. It is retrained to get them, and a line says so; the store does not change.

**Exit codes.** 0 if every judged run learns or has no known cause (with `--strict`, only if all learn); 3 if a run does
not learn; 1 after an error, or if no run could be judged.

**Leaving causes out.** `--without D507,no_bias` ignores causes, by code or by name; the next rule that holds names the
cause, if there is one. `RULES.silence(["D507", "no_bias"])` in a module of `modules=[...]` does the same.

**Your own rules.** Your own rule is a module in the working folder or in an installed package:

{indent(OWN.read_text(encoding="utf-8"), "    ")}
and `python -m runner.diagnose modules=[my_rules]` checks it in its place:

    does not learn: the cost has a spike (likely, X1)
       evidence  largest training cost / first: 1,590 (above 10)
       to try    python -m runner ... training.clip_norm=1
       more      wiki/spikes.md, X1

A rule sees a run as a `Subject`: its `spec`, `data`, `history`, the scores `s` (on other samples) and `st` (on training
samples), and in `reference.score` what the data allow. A value of `Evidence` is bad above its threshold, or below it
with `side="below"`. If a rule raises an exception, the diagnosis ends with a message that names the rule. A rule
applies to runs that are `failing`, unless it sets `asked`:

{NEWLINE.join(f"- `{asked}`: {runs}" for asked, runs in ASKED.items())}

A run for which a rule holds is ill. With `spares=True`, a run that learns gets the cause too, but stays healthy.

**In JSON.** The object has a `version` (now {VERSION}), `runs`, `causes`, `failures`, and `not_judged`, a count for
each reason. [reference.md](reference.md#documents-for-programs) lists all fields.

- Each run has `index`, `run_key`, `verdict` (`healthy`, `ill`, `unknown`), `shortfall` (which of the verdicts above;
  null if it learns), `code`, `cause`, `second_cause` (if the fix combines the fixes of two causes), `certainty`,
  `layer`, `step`, `score`, `allowed`, `fix` (overrides), `evidence` and `symptoms`. These two have `signal`, `value`,
  `where`, `threshold` and `side` (`above` or `below`; the last two are null if the value is within its limits).
- `tried` lists the run's experiments, and `experiment` is the one that confirmed the fix, or the last one; null without
  `--confirm`. Each has `overrides`, `seeds`, `fresh` (whether the sweep does not have these seeds), `metric`, `before`
  and `after` (of the median seed; null if not finite), `helped` (number of seeds), `has_helped`, `learn_without`
  (number of further fresh seeds that learn without the fix), `why_not` (if it could not be trained), and `reach` (of
  the median seed with the fix: `enough` if it learns, else `short` or `nothing`).
- Each cause has `code`, `cause`, `indices`, `rule` (null if no setting explains it), `inside` and `outside` (how many,
  out of how many), `left_out` (runs inside that have another cause), `p`, and `draw` (`seed` if the seed explains it).
  `groups` are its runs as printed, each with `certainty`, `indices` and the `fix` of the first run. `healthy` has the
  percentiles (`low`, `high`) of the evidence in this many healthy `runs`.
- `failures` has the same fields, except `healthy`, for all runs that do not learn, whatever the cause.
"""


def section(rule: Rule) -> str:
    """The section about a cause."""
    text = TEXTS[rule.cause]
    certainty = "proved" if rule.proves else "likely"
    stays = ", which stays healthy" if rule.asked == "learning" else "; a run that learns stays healthy"
    return f"""
## {rule.code} {rule.cause}

{text.words[0].upper()}{text.words[1:]}: {certainty}; applies to {ASKED[rule.asked]}{stays * rule.spares}.

- **What it is.** {text.what}
- **How it looks.** {text.looks}
- **How it is found.** {text.found}
- **What to do.** {text.cure}

An example:

{indent(NEWLINE.join(text.shows), "    ")}
"""


def document() -> str:
    """The whole page."""
    return HEAD + "".join(map(section, RULES)) + public_questions()


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
    print(f"written: {PAGE}")
