"""Writes docs/diagnoses.md: `make reference`. A section for each rule, in the order in which rules are asked."""

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
    "missing": "a run that misses what its data allow",
    "worsened": "a run that does not learn, or was far better on the way",
    "neglecting": "a run that misses what its data allow when each class counts the same",
    "learning": "a run that learns",
    "every": "every run",
}
HEAD = f"""\
# Why a run does not learn

<!-- Made by docs/diagnoses/build.py from the rules in runner/diagnosis/rules/: `make reference`. -->

    python -m runner.diagnose                          # the newest sweep or run
    python -m runner.diagnose SWEEP --why 3            # all that is known of one run
    python -m runner.diagnose --why 3 --against 7      # what differs from a run that learns; or RUN_ID
    python -m runner.diagnose SWEEP --confirm          # trains the fixes, and says how much they help
    python -m runner.diagnose SWEEP --json found.json  # for programs: its part `diagnosis`; - is standard output
    python -m runner.diagnose --config data=xor network.hidden=[]  # before training; also with -m, --config-dir

A run is compared with what its own data allow: kernel regression, which answers each training sample from the others,
and a linear model; where another run of the sweep on the same data, with the same class weights, reaches more, they
allow that. Scores are 0 for the best constant and 1 for perfect: R2 of a regression, balanced accuracy of a
classification, shifted and stretched. A run learns when it comes within {NEAR:g} of what its data allow, beyond what
sampling may take away; then only those of the rules below are asked that say so, such as those for mistakes in its
code. Any other run is checked against all of them, in this order; the first that holds names the cause.

Each section ends with a command that trains a run with its cause; `python -m runner.diagnose` then names it.

*Proved* follows from config, data and code alone; *likely* is what a rule says of measured numbers; *confirmed* is a
cause whose fix was trained and helps. Without `--confirm` no fix is trained: the command that is printed is one to try.
Where no rule holds the cause is unknown, and that is said.

Before a run or a sweep trains, in `dry_run=true` and with `--config`, the rules that need no trained weights are asked
ahead, with stricter limits where a run may still learn: a line for each cause says which runs have it, and what to try.
Nothing is refused and no number changes. What may be intended is a note and no warning: `fault=`, `init=constant`,
`test.margin=`, and all of a case or a named sweep. At most {MOST_SETTINGS} settings are looked at. Large data are not,
and components of your own only with `--config`. `diagnose=off` looks at nothing. With `--config` the exit code is 3
where there is a warning.

With `--confirm` fixes are trained, setting by setting; runs that differ only in seed and fold are one setting.
What makes a setting of the sweep learn that differs in one value comes first; then the fixes of the named cause, of
causes that look like it, and going without L2, clipping and a schedule: the first of each cause before the second of
any, on the seeds of {MOST_OWN} of its runs at most. Where none of them helps, what was confirmed for other settings of
the sweep is tried too, and the first fixes of further causes. Then the best of those that help, {MOST_FIXES} at most,
are trained on fresh seeds, each beside the run as it is: of {FRESH} seeds that no run of the sweep has, on up to
{MOST_FRESH} that fail, or on all where some of them learn. Those that fail count.
A fix helps on a seed where the score rises by more than {LEAST:g}, or by {MISSING:.0%} of what it misses where that is
less; on fresh seeds also by more than {ERRORS:g} standard errors of its mean over them. A score below that of a
constant counts as a constant's. A fix is confirmed where it helps on at least {MOST:.0%} of the fresh seeds that fail,
of {FEWEST_FRESH} at least, and, where others learn anyway, harms so few of these that chance does not explain it (p at
most {LUCK:g}, McNemar's exact test). Where only chance is left to exclude, {FRESH} more fresh seeds are trained,
without the fix and with it. Numbers are of the middle seed.
Of a fix that helps, and leaves a run that does worse than the data allow, that is said: diagnose the run with the fix.

- Where only the fix of a look-alike helps, that is the cause.
- Where the fix of the named cause leaves a run that does not learn, the fix of what is then its cause is tried together
  with it, and both causes are named. What cures alone is not called one of two.
- Where the fix of the named cause helps on at least {SOME:.0%} of the fresh seeds, and too few to be confirmed, the
  cause of those that then fail is looked for in the same way: without a bias XOR is learned by no seed, with one two
  units still end in a trap at times. If nothing confirms it, the named cause stays likely.
- Where all that was trained fails, the cause is unknown again, with what was tried; no fix that has failed is left to
  try. What is proved stays proved, and its fix the one to try: other causes show when it is gone.
- Another seed is a fix where at least {LEARN:.0%} of the fresh seeds learn and are better than the run; where another
  cause was named, the middle one must be better too. More units then cure a trap; where fewer seeds learn, there are
  too few units. A run whose cost still falls clearly (by more than {STEADILY:.0%} in the last fifth of training) is not
  corrected to a trap.

A setting takes {MOST_STACKS} stacked trainings at most, and nothing is stored. Ctrl-C keeps, and prints, what is known
so far.

Of a sweep the settings are named that explain each cause (`where`): of all rules of at most two conditions, such as
`activation=relu and learning_rate >= 1`, the one that fits best (by F1) of those with p below 0.01 (Fisher's test,
Holm's correction for the number of rules). Numbers are of runs with the cause and runs that learn. Where no rule is
found, and some seeds of a setting fail while others learn, that is said; seeds and folds are in no rule.
Evidence that is beyond a limit has it beside it: `above 4`, `below 0.25`. A number without a limit is a plain fact.
Where ten or more of the sweep's healthy runs on the same data can be measured, and the number is outside the range from
their 5th to their 95th percentile, the end of the range on its side is given too.

A run that falls short of what its data allow *does not learn*; *does worse than the data allow* where it reaches more
than {HALF:.0%} of that; or *learns only its training samples*, where it does well on these. What the data allow is
called `X or better` where the run itself is better than the reference. Where the cause is that rare classes are
answered too seldom, the data allow what they do with each class counted the same.

`--against` sets two runs beside each other: the settings that differ, data, scores, layers and cost, the first step at
which a layer parts (a norm by more than a factor of 3, the share of dead units by more than 0.25), and the reason: the
only setting that differs, or the one that the diagnosis names.

A run that does not learn says so when it ends, with its cause and a command to try; a sweep has a line for each cause.
In {100 * SHARE:g} % of its processor time it compares the runs on {MOST_DATA} samples at most, the first
{MOST_OF_SETTING} of each data set, with what these allow, and judges {MOST_OF_SETTING} of those that do worse for each
of {MOST_JUDGED} settings; then as many of the others, with which something may be wrong all the same: a mistake in the
code, a class that is never answered. How many do worse does not depend on the time; the line below the causes has the
command for all. `diagnose=off` or `quiet=true` leaves all of this out. The runs get tags, their parent `diagnosis.json`
and `diagnosis.summary`; the report shows them directly under the answer. With `diagnose=confirm` fixes are trained too;
Ctrl-C then ends these alone: results, tags and what is confirmed so far are kept, and the exit code is 130.

Failed and killed runs are counted, and nothing is said of them. Nor is it of a run whose data have changed, or of
which a part or a rule of your own raises an exception or ends the program: it cannot be judged, and all others are. A
run stored by an earlier version has no signals; it is trained again for them, and that is said too; the store stays as
it is.

The exit code is 0 when every run that was judged learns or has no known cause (with `--strict` only when all learn), 3
when one does not learn, and 1 after an error or where no run could be judged.

`--without D507,no_bias` leaves causes out, by code or by name: the next one that holds is named, or none. So does
`RULES.silence(["D507", "no_bias"])` in a module of `modules=[...]`.

A rule of your own is a module in the folder that you start from, or of an installed package:

{indent(OWN.read_text(encoding="utf-8"), "    ")}
and `python -m runner.diagnose modules=[my_rules]` asks it, at its place:

    does not learn: the cost has a spike (likely, X1)
       evidence  largest training cost / first: 1,590 (above 10)
       to try    python -m runner ... training.clip_norm=1
       more      wiki/spikes.md, X1

A rule sees a run as a `Subject`: its `spec`, `data`, `history`, the scores `s` (on other samples) and `st` (on training
samples), and what `reference.score` says the data allow. A number of `Evidence` is bad above its threshold, or below it
with `side="below"`. A rule that raises an exception ends the diagnosis with its name. A rule is
asked of runs that are `failing`, unless it has another `asked`:

{NEWLINE.join(f"- `{asked}`: {runs}" for asked, runs in ASKED.items())}

A run that a rule holds for is ill; with `spares=True` one that learns gets the cause too, and stays healthy.

The JSON object has a `version`, which is {VERSION}, `runs`, `causes`, `failures`, and `not_judged`, a count for each
reason. Each run has
`index`, `run_key`, `verdict` (`healthy`, `ill`, `unknown`), `shortfall` (how it falls short, in the words above; null
where it learns), `code`, `cause`, `second_cause` (whose fix is part of that of two causes), `certainty`, `layer`,
`step`, `score`, `allowed`, `evidence` and `symptoms` (each with `signal`, `value`, `where`, and `threshold` and `side`,
`above` or `below`, which are null where the value is beyond no limit), `fix` (overrides),
`experiment` and `tried`, a list of experiments. An experiment has `overrides`, `seeds`, `fresh` (whether these are no
seeds of the sweep), `metric`, `before` and `after` (of the middle seed, null where nothing finite came out), `helped`
(seeds), `has_helped`, `learn_without` (fresh seeds besides that learn as they are), `why_not`, where it could not be
trained, and `reach` (of the middle seed with the fix: `enough` where it learns, `short`, or `nothing`).
`experiment` is the one that has confirmed the fix, or the last that was trained; null without `--confirm`.
Each cause has `code`, `cause`, `indices`, `rule` (null where no setting
explains it), `inside` and `outside` (how many of how many), `left_out` (runs inside that have another cause), `p`, and
`draw`, which is `seed` where that explains it. `groups` are its runs as people see them, each with `certainty`,
`indices` and the `fix` of the first run. `healthy` has
the percentiles (`low`, `high`) of evidence in that many healthy `runs`. `failures` is the same of all runs that do not
learn, for any cause, without `healthy`.
"""


def section(rule: Rule) -> str:
    """What is to be known about a cause."""
    text = TEXTS[rule.cause]
    certainty = "proved" if rule.proves else "likely"
    stays = ", which stays healthy" if rule.asked == "learning" else "; one that learns stays healthy"
    return f"""
## {rule.code} {rule.cause}

{text.words[0].upper()}{text.words[1:]}: {certainty}; asked of {ASKED[rule.asked]}{stays * rule.spares}.

- **What it is.** {text.what}
- **How it looks.** {text.looks}
- **How it is found.** {text.found}
- **What to do.** {text.cure}

A run that has it:

{indent(NEWLINE.join(text.shows), "    ")}
"""


def document() -> str:
    """The whole page."""
    return HEAD + "".join(map(section, RULES)) + public_questions()


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
    print(f"written: {PAGE}")
