"""What a page has in it, read back as its scripts read it, but in Python."""

import base64
import json
import re
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all

SHORT = ("training.steps=40", "training.evaluations=4", "tracking.plots=none", "workers=1")


def findings(*jobs: str, first: tuple[str, ...] = SHORT) -> Findings:
    """A sweep with these jobs, trained."""
    overrides = [tuple(job.split()) for job in jobs]
    results = trained_all(plan_of(*overrides, first=first))
    return findings_of([replace(one, overrides=given) for one, given in zip(results, overrides, strict=True)])


def findings_of(results: list[RunResult]) -> Findings:
    keys = swept_keys([one.overrides for one in results])
    ids = {one.index: f"run{one.index}" for one in results}
    return Findings(About("name", "", "2026_a", "python -m runner -m data=xor"), results, ids, "parent", keys, {})


def meta_in(page: str) -> dict[str, Any]:
    """The plain data of a page."""
    (text,) = re.findall(r'<script type="application/json" id="meta">(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(text))


def numbers_in(page: str, name: str, width: int = 4) -> NDArray[np.float64]:
    """Some of its numbers."""
    (text,) = re.findall(rf'<script type="text/plain" id="numbers-{name}">(.*?)</script>', page, re.DOTALL)
    return unpacked(text, width)


def unpacked(text: str, width: int) -> NDArray[np.float64]:
    shuffled = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8)
    return shuffled.reshape(width, -1).T.copy().view(f"<f{width}")[:, 0].astype(np.float64)
