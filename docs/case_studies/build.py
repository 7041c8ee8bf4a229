"""Runs the sweeps of the case studies and writes their pages from what they measured: `make case-studies`.

docs/case-studies.md leads to a page for each case. The texts are the Jinja templates beside this file; numbers, tables
and pictures in them come from the results.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs.case_studies.done import ROOT, Done, final_of, numbered, spread_of
from runner.plan.expectations import evaluate, selected
from runner.runs.identity import code_digest
from runner.runs.overrides import settings_in, settings_of
from runner.runs.result import RunResult

HERE = Path(__file__).resolve().parent
DONE, INDEX = "done.json", "case-studies.md.j2"
SHOWN = {"fits": "Predictions by setting", "scores": "Final scores by setting", "curves": "Training cost"}


class Builder:
    """Runs sweeps when a template asks for them, each once; `work` holds their store and results."""

    def __init__(self, work: Path, output: Path, overrides: Sequence[str]) -> None:
        self._work, self._output, self._overrides = work, output, list(overrides)
        self._done: dict[str, Done] = {}
        work.mkdir(parents=True, exist_ok=True)

    def sweep(self, name: str) -> Done:
        """The sweep's results; it is run unless `work` has those of the same settings and the same numeric code."""
        if name not in self._done:
            record, made_of = self._work / name / DONE, _made_of(name, self._overrides)
            told = json.loads(record.read_text()) if record.exists() else {}
            if told.get("made_of") != made_of:
                told = {"made_of": made_of, "seconds": self._run(name, record.parent)}
                record.write_text(json.dumps(told))
            self._done[name] = Done(name, record.parent / "sweep", told["seconds"])
        return self._done[name]

    def _run(self, name: str, folder: Path) -> float:
        """Run a sweep in a folder of its own; returns the seconds that took."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        into = f"hydra.sweep.dir={name}/sweep"
        command = [sys.executable, "-m", "runner", "-m", f"sweep={name}", into, *self._overrides]
        print("python -m runner", *command[3:5], *self._overrides, flush=True)
        started = time.monotonic()
        done = subprocess.run(command, cwd=self._work, env=_environment(self._work), capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\n{name} failed")
        return time.monotonic() - started

    def reference(self, case: str) -> str:
        """A table of a case's systems: what was measured here beside the reference."""
        rows = ["| | system | measure | sweep | measured | reference |", "|---|---|---|---|---|---|"]
        rows += [self._row(entry) for entry in _reference()[case]]
        return "\n".join(rows)

    def _row(self, entry: dict[str, Any]) -> str:
        measured, reference, agrees = self.compared(entry)
        what = entry.get("metric") or f"share {entry['share']}"
        tick = "✓" if agrees else "**✗**"
        return f"| {tick} | {entry['system']} | {what} | {entry['sweep']} | {measured} | {reference} |"

    def compared(self, entry: dict[str, Any]) -> tuple[str, str, bool]:
        """One line of reference.yaml: measured, reference, and whether they agree."""
        done, runs = self.sweep(entry["sweep"]), entry["runs"]

        def value(function: str, what: str) -> float:
            return evaluate(f"{function}({what}, {runs})", done.results, done.keys)

        if "share" in entry:
            share = value("share", entry["share"])
            return f"{share:.2f}", f"{entry['reference']:.2f}", abs(share - entry["reference"]) <= 0.1
        low, middle, high = (value(function, entry["metric"]) for function in ("lowest", "median", "highest"))
        told = " / ".join(numbered(number) for number in (low, middle, high))
        if "about" in entry:
            about = entry["about"]
            return told, f"about {about:g}", abs(middle - about) <= 0.25 * abs(about)
        least, _, most = entry["reference"]
        return told, " / ".join(numbered(number) for number in entry["reference"]), least <= round(middle, 4) <= most

    def show(self, page: Path, name: str, metrics: Sequence[str] = (), pictures: Sequence[str] = ("scores",)) -> str:
        """A sweep as Markdown for a page: question, command, verdict, a table over its settings, and pictures."""
        done = self.sweep(name)
        runs, seconds = len(done.results), f"{done.seconds:.0f}"
        lines = [f"**{done.header.question}** {runs} runs in {seconds} s:", "", f"    {done.header.command}", ""]
        if done.verdicts:
            lines += ["| expected | measured | |", "|---|---|---|"]
            said = {True: "yes", False: "**no**", None: "not judged"}
            lines += [f"| {one.sentence} | {one.numbers} | {said[one.holds]} |" for one in done.verdicts]
            lines.append("")
        if metrics:
            lines += [*self._settings(done, metrics), ""]
        drawn = [one for kind in pictures for one in done.pictures if one.partition("-")[0] == kind]
        lines += [f"![{_caption(name, one)}]({self.picture(page, name, one)})\n" for one in drawn]
        return "\n".join(lines)

    def _settings(self, done: Done, metrics: Sequence[str]) -> list[str]:
        """One row per setting: minimum / median / maximum of each metric over the seeds."""
        keys = settings_in(done.keys)
        groups: dict[tuple[str, ...], list[RunResult]] = {}
        for result in done.results:
            given = settings_of(result.overrides)
            groups.setdefault(tuple(given.get(key, "") for key in keys), []).append(result)
        rows = [f"| {' | '.join((*keys, *metrics))} |", "|---" * (len(keys) + len(metrics)) + "|"]
        for values, members in groups.items():
            cells = [spread_of([final_of(result, metric) for result in members]) for metric in metrics]
            rows.append(f"| {' | '.join((*values, *cells))} |")
        return rows

    def picture(self, page: Path, name: str, kind: str) -> str:
        """Draw one of a sweep's pictures into the folder of all; its path relative to a page."""
        file = self._output.parent / "images" / "case-studies" / f"{name}-{kind}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.sweep(name).pictures[kind])
        return Path(os.path.relpath(file, page.parent)).as_posix()

    def speed(self) -> str:
        """Seconds per run of the systems that the reference timed as plain loops."""
        rows = ["| system | sweep | loop, s per run | here, s per run | ratio |", "|---|---|---|---|---|"]
        for entry in (entry for entries in _reference().values() for entry in entries if "seconds" in entry):
            done = self.sweep(entry["sweep"])
            loop, own = entry["seconds"], _seconds_of_a_run(done, entry["runs"])
            rows.append(f"| {entry['system']} | {entry['sweep']} | {loop:g} | {own:.3g} | {_ratio(loop / own)} |")
        return "\n".join(rows)

    def systems(self) -> str:
        """One line per case: how many of its rows agree with the reference."""
        rows = ["| | case | rows that agree with the reference |", "|---|---|---|"]
        for case, entries in _reference().items():
            agree = sum(self.compared(entry)[2] for entry in entries)
            rows.append(f"| {'✓' if agree == len(entries) else '**✗**'} | {case} | {agree} of {len(entries)} |")
        return "\n".join(rows)

    def write(self) -> None:
        """Render all pages: each template is one, in a folder beside the page that leads to them."""
        templates, undefined = jinja2.FileSystemLoader(HERE), jinja2.StrictUndefined
        environment = jinja2.Environment(loader=templates, undefined=undefined, keep_trailing_newline=True)
        for name in environment.list_templates(extensions=["j2"]):
            page = self._output if name == INDEX else self._output.with_suffix("") / name.removesuffix(".j2")
            names = {"show": partial(self.show, page), "picture": partial(self.picture, page)}
            names |= {"reference": self.reference, "systems": self.systems, "speed": self.speed}
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(environment.get_template(name).render(**names), encoding="utf-8")
            print(f"written: {page}")


def _reference() -> dict[str, list[dict[str, Any]]]:
    return dict(yaml.safe_load((HERE / "reference.yaml").read_text(encoding="utf-8")))


def _caption(name: str, picture: str) -> str:
    """What a picture of a sweep shows, for readers who cannot see it."""
    kind, _, data = picture.partition("-")
    return f"{SHOWN[kind]} of the sweep {name}{f', on {data}' * bool(data)}"


def _ratio(value: float) -> str:
    """Below ten with a decimal: some are slower here, which a whole number would hide."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _seconds_of_a_run(done: Done, runs: str) -> float:
    """The command's time, shared out by the time that each run was in training, for one of the selected runs."""
    chosen, everything = (
        selected(runs, done.results, done.keys),
        sum(result.provenance.seconds for result in done.results),
    )
    return done.seconds * sum(result.provenance.seconds for result in chosen) / everything / len(chosen)


def _made_of(name: str, overrides: Sequence[str]) -> str:
    """Identifies what the numbers of a sweep depend on: its settings, the configs, and the numeric code."""
    settings = yaml.safe_load((ROOT / "sweeps" / f"{name}.yaml").read_text(encoding="utf-8"))
    settings.pop("expect", None)
    configs = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "conf").rglob("*.yaml"))]
    told = json.dumps([settings, configs, list(overrides), code_digest()], default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _environment(work: Path) -> dict[str, str]:
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(work / 'mlflow.db').resolve()}"
    return {**os.environ, "PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": uri}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("outputs/case-studies"), help="store and results of the sweeps"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "case-studies.md")
    parser.add_argument("overrides", nargs="*", help="for every sweep, such as 'seed=range(2)' for a quick look")
    given = parser.parse_args()
    Builder(given.work, given.output, given.overrides).write()


if __name__ == "__main__":
    main()
