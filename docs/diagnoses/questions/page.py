"""The section of docs/diagnoses.md about the public questions, from questions.yaml and answers.json."""

import json
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
HEAD = """
## Public questions, answered

Networks about which people asked in public, typed as they were written; where the data were not published there is a
stand-in. Each run is diagnosed, then trained with the fix that is named, and so on. Scores: 0 is the best constant, 1
is perfect. A cause is *right* where an analysis of the published program has it too. Each line is `python -m runner
TYPED`, then `python -m runner.diagnose`; what was typed is in
[questions.yaml](diagnoses/questions/questions.yaml), `make questions` asks them all again.

| network | what was seen | what is found | fix that is named | score | right |
|---|---|---|---|---|---|
"""


def section() -> str:
    """The whole section."""
    asked = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))["questions"]
    found = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
    return HEAD + "".join(_rows(*pair) for pair in zip(asked, found, strict=True))


def _rows(question: dict[str, Any], answer: dict[str, Any]) -> str:
    steps, cures = answer["steps"], answer["cures"]
    cells = [_cells(step, question.get("there", [])) for step in steps]
    cells += [
        ["as published answers cure it: " + found, *rest] for found, *rest in (_cells(cure, []) for cure in cures)
    ]
    first = [[question["name"], question["seen"]], *[["", ""]] * (len(cells) - 1)]
    return "".join(f"| {' | '.join([*left, *right])} |\n" for left, right in zip(first, cells, strict=True))


def _cells(step: dict[str, Any], there: list[str]) -> list[str]:
    """What is found, the fix, the score, and whether the cause is right."""
    if "refused" in step:
        return [f"refused: {step['refused'].partition(';')[0]}", "", "", "yes"]
    score = f"{_number(step['score'])} of {_number(step['allowed'])}"
    if step["verdict"] == "healthy" and not step["cause"]:
        return ["learns", "", score, "yes"]
    if step["verdict"] == "unknown":
        return ["no known cause", "", score, "no"]
    cause = f"[{step['code']}](#{step['code'].lower()}-{step['cause']}) {step['cause']}, {step['certainty']}"
    fix = f"`{' '.join(step['fix'])}`" if step["fix"] else ""
    return [cause, fix, score, "yes" if step["cause"] in there else "no"]


def _number(score: float | str | None) -> str:
    """A score to two digits; 1 where it is not known what the data allow, as with the four points of XOR."""
    return "1" if score is None else "diverged" if isinstance(score, str) else f"{score:.2f}"
