"""What a sweep leaves, for programs: what it found, why runs do not learn, where it is kept, and how to resume it."""

import json

from runner.base import answer
from runner.conduct.delivery import Delivery
from runner.findings.document import sweep_of
from runner.runs.documents.causes import Diagnosis
from runner.runs.documents.sweeps import Paths


def tell(delivery: Delivery) -> None:
    """Add it to the answer of the command, where that is asked for."""
    folder, publisher = delivery.sweep.folder, delivery.publisher
    answer.add("sweep", lambda: sweep_of(publisher.findings))
    answer.add("paths", lambda: Paths.model_validate({"folder": str(folder.path), **publisher.paths()}))
    if content := publisher.explainer.content:
        answer.add("diagnosis", lambda: Diagnosis.model_validate(json.loads(content)))
    answer.add("resume", lambda: folder.resume_command if folder.is_unfinished else None)
