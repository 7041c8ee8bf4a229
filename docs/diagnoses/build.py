"""Writes docs/diagnoses.md: `make reference`. A section for each rule, in the order in which rules are asked."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runner.diagnosis.document import VERSION
from runner.diagnosis.judging import NEAR
from runner.diagnosis.rules import RULES, Rule
from runner.diagnosis.texts import TEXTS

PAGE = Path(__file__).resolve().parents[1] / "diagnoses.md"
ASKED = {
    "all": "every run, also of one that learns",
    "missed": "a run that misses what its data allow",
    "unequal": "a run that misses what its data allow when each class counts the same",
    "learns": "a run that learns",
    "ill": "a run that does not learn its training samples as well as its data allow",
}
HEAD = f"""\
# Why a run does not learn

<!-- Made by docs/diagnoses/build.py from the rules in runner/diagnosis/rules/: `make reference`. -->

    python -m runner.diagnose                          # the newest sweep or run
    python -m runner.diagnose SWEEP --why 3            # all that is known of one run
    python -m runner.diagnose --why 3 --against 7      # what differs from a run that learns; or RUN_ID
    python -m runner.diagnose SWEEP --json found.json  # for programs; - is standard output

A run is compared with what its own data allow: kernel regression, which answers each training sample from the others,
and a linear model. Scores are 0 for the best constant and 1 for perfect: R2 of a regression, balanced accuracy of a
classification, shifted and stretched. A run learns when it comes within {NEAR:g} of what its data allow, beyond what
sampling may take away; then only mistakes in its code are named. Any other run is checked against the rules below, in
this order; the first that holds names the cause.

*Proved* follows from config, data and code alone; *likely* is what a rule says of measured numbers. No fix is trained:
the command that is printed is one to try. Where no rule holds the cause is unknown, and that is said.

Of a sweep the settings are named that explain each cause (`where`): of all rules of at most two conditions, such as
`activation=relu and learning_rate >= 1`, the one that fits best (by F1) of those with p below 0.01 (Fisher's test,
Holm's correction for the number of rules). Numbers are of runs with the cause and runs that learn. Where no rule is
found, and some seeds of a setting fail while others learn, it is the seed; seeds and folds are in no rule.

`--against` sets two runs beside each other: the settings that differ, data, scores, layers and cost, the first step at
which a layer parts (a norm by more than a factor of 3, the share of dead units by more than 0.25), and the reason: the
only setting that differs, or the one that the diagnosis names.

Failed and killed runs are counted, and nothing is said of them. A run stored by an earlier version has no signals; it
is trained again for them, and that is said too; the store stays as it is.

The exit code is 0 when every run that was judged learns or has no known cause (with `--strict` only when all learn), 3
when one does not learn, and 1 after an error.

A rule of your own is a `Rule` in a module of `modules=[...]`: `RULES.register(Rule(...), before="lr_high")`, from
`runner.diagnosis.rules`.

The JSON object has a `version`, which is {VERSION}, `runs`, `causes`, `failures`, and `not_judged`, a count for each
reason. Each run has
`index`, `run_key`, `verdict` (`healthy`, `ill`, `unknown`), `code`, `cause`, `certainty`, `layer`, `step`, `score`,
`allowed`, `evidence` and `symptoms` (each with `signal`, `value`, `threshold`, `where`), `fix` (overrides), and
`experiment`, null as no fix is trained. Each cause has `code`, `cause`, `indices`, `rule` (null where no setting
explains it), `inside` and `outside` (how many of how many), `left_out` (runs inside that have another cause), `p`, and
`draw`, which is `seed` where that explains it. `failures` is the same of all runs that do not learn, for any cause.
"""


def section(rule: Rule) -> str:
    """What is to be known about a cause."""
    text = TEXTS[rule.cause]
    certainty = "proved" if rule.proves else "likely"
    return f"""
## {rule.code} {rule.cause}

{text.words[0].upper()}{text.words[1:]}: {certainty}; asked of {ASKED[rule.asked]}.

- **What it is.** {text.what}
- **How it looks.** {text.looks}
- **How it is found.** {text.found}
- **What to do.** {text.cure}
"""


def document() -> str:
    """The whole page."""
    return HEAD + "".join(map(section, RULES))


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
    print(f"written: {PAGE}")
