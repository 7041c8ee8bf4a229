"""The section of docs/diagnoses.md about the public questions, from questions.yaml and answers.json."""

import json
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
HEAD = """
## Public questions, answered

Networks that people asked about in public, typed in as they were described; a stand-in replaces data that were not
published. Each network is trained and diagnosed with `--confirm`, then the suggested fix is added, and so on until
nothing is found. Scores are those of the typed run, with what its data allow: 0 is the best constant, 1 is perfect.
*Published* says whether an analysis of the published program names this cause too. Each line is `python -m runner
TYPED`, then `python -m runner.diagnose --confirm`; [questions.yaml](diagnoses/questions/questions.yaml) has what was
typed, and `make questions` repeats all of it.

| network | symptom | diagnosis | suggested fix | effect on fresh seeds | score | published |
|---|---|---|---|---|---|---|
"""


def section() -> str:
    """The whole section."""
    asked = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))["questions"]
    found = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
    return HEAD + "".join(_rows(*pair) for pair in zip(asked, found, strict=True))


def _rows(question: dict[str, Any], answer: dict[str, Any]) -> str:
    cells = [_cells(step, question.get("there", [])) for step in answer["steps"]]
    if answer["cures"] and all(cure["verdict"] == "healthy" for cure in answer["cures"]):
        cells[-1][0] += "; the published cure learns" if cells[-1][0] != "learns" else ", as does the published cure"
    first = [[question["name"], question["seen"]], *[["", ""]] * (len(cells) - 1)]
    return "".join(f"| {' | '.join([*left, *right])} |\n" for left, right in zip(first, cells, strict=True))


def _cells(step: dict[str, Any], there: list[str]) -> list[str]:
    """What is found, the fix, what it does, the score, and whether the cause is known."""
    if "refused" in step:
        return [f"refused: {step['refused'].partition(';')[0]}", "", "", "", "yes"]
    score = f"{_number(step['score'])} of {_number(step['allowed'])}"
    said = step.get("confirmed", step)
    if said["verdict"] == "healthy" and not said["cause"]:
        return ["learns", "", "", score, ""]
    if said["verdict"] == "unknown":
        return ["no known cause", "", _effect(said["experiment"]), score, ""]
    cause = f"[{said['code']}](#{said['code'].lower()}-{said['cause']}) {said['cause']}, {said['certainty']}"
    fix = f"`{' '.join(said['fix'])}`" if said["fix"] else ""
    return [cause, fix, _effect(said.get("experiment")), score, "yes" if said["cause"] in there else "no"]


def _effect(tried: dict[str, Any] | None) -> str:
    """What a fix has done on the seeds on which it was tried."""
    if tried is None or tried["why_not"]:
        return "not tried"
    if not tried["fresh"]:
        return "no help on the seed of the run"
    before, after = ("none" if one is None else f"{one:.3g}" for one in (tried["before"], tried["after"]))
    change = f"{tried['metric']} {before} -> {after}, better in {tried['helped']} of"
    return f"{change} {len(tried['seeds'])}{'' if tried['has_helped'] else ', not enough'}"


def _number(score: float | str | None) -> str:
    """A score to two digits; 1 where it is not known what the data allow, as with the four points of XOR."""
    return "1" if score is None else "diverged" if isinstance(score, str) else f"{score:.2f}"
