"""Asks every public question of docs/diagnoses.md with the real commands, and keeps what they say: `make questions`.

Each run is diagnosed and its fixes are tried; the one that is named is typed, and so on until the network learns or
nothing more is known.
"""

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from docs.diagnoses.questions.tables import write_tables
from runner.runs.commands import with_fix
from tests.end_to_end.program import ROOT, make_store, run_runner, said

FOLDER = ROOT / "docs" / "diagnoses" / "questions"
QUESTIONS: dict[str, Any] = yaml.safe_load((FOLDER / "questions.yaml").read_text(encoding="utf-8"))
ASKED: list[dict[str, Any]] = QUESTIONS["questions"]
ANSWERS = FOLDER / "answers.json"
PARTS = "asked_parts.py"
MOST = 4  # runs, one after another
WORDS = ("verdict", "code", "cause", "certainty", "fix")
NUMBERS = ("score", "allowed")
FAST = ("tracking.plots=none", "tracking.report=false", "tracking.models=none")  # they change no number


def overrides(typed: str) -> list[str]:
    """The overrides of a line of questions.yaml."""
    return shlex.split(typed.replace("PLAIN", QUESTIONS["plain"]))


def prepare(folder: Path) -> None:
    """Writes all that the questions need into a folder: their tables, and their parts."""
    folder.mkdir(exist_ok=True)
    write_tables(folder)
    (folder / PARTS).write_text((FOLDER / PARTS).read_text(encoding="utf-8"), encoding="utf-8")


def diagnosed(folder: Path, typed: Sequence[str]) -> dict[str, Any]:
    """Train a run and say why it does not learn: the WORDS and NUMBERS of its diagnosis, or why it was `refused`.

    Of a run that does not learn there is also what is said after its fixes were trained, as `confirmed`.
    """
    done = run_runner(*typed, *FAST, cwd=folder)
    if done.returncode:
        return {"refused": done.stderr.removeprefix("error: This run cannot start:\n  - ").strip()}
    modules = [one for one in typed if one.startswith("modules=")]
    found = _asked(folder, *modules, words=(*WORDS, *NUMBERS))
    if found["verdict"] != "healthy":
        found["confirmed"] = _asked(folder, *modules, "--confirm", words=(*WORDS, "experiment"))
    return found


def _asked(folder: Path, *arguments: str, words: Sequence[str]) -> dict[str, Any]:
    done = run_runner(*arguments, "--json", "-", cwd=folder, module="runner.diagnose", timeout=900)
    assert done.returncode in (0, 3), said(done)
    (found,) = json.loads(done.stdout)["diagnosis"]["runs"]
    return {word: found[word] for word in words}


def fix_of(step: dict[str, Any]) -> list[str]:
    """The fix that is named of a run in the end."""
    return list(step.get("confirmed", step).get("fix", []))


def answered(question: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What is said of a question's network, of those that its fixes make of it, and of its cures."""
    prepare(folder)
    make_store(folder)
    typed = overrides(question["typed"])
    steps = [diagnosed(folder, typed)]
    while len(steps) < MOST and fix_of(steps[-1]):
        typed = list(with_fix(tuple(typed), tuple(fix_of(steps[-1]))))
        steps.append(diagnosed(folder, typed))
    cures = [diagnosed(folder, overrides(cure)) for cure in question.get("cures", [])]
    print(
        question["name"], [(step.get("cause"), step.get("confirmed", step).get("cause")) for step in steps], flush=True
    )
    return {"name": question["name"], "steps": steps, "cures": cures}


def keep(answer: dict[str, Any]) -> None:
    """Writes an answer into its place among those that are known already."""
    known = json.loads(ANSWERS.read_text(encoding="utf-8")) if ANSWERS.exists() else []
    answers = {one["name"]: one for one in [*known, answer]}
    kept = [answers[one["name"]] for one in ASKED if one["name"] in answers]
    ANSWERS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main(words: Sequence[str]) -> None:
    """Ask all questions, or those with one of some words in their names, as many at a time as there are processors."""
    asked = [one for one in ASKED if not words or any(word in one["name"] for word in words)]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        make_store(Path(name))
        for answer in pool.map(answered, asked, [Path(name) / str(number) for number in range(len(asked))]):
            keep(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
