"""The form of the document that `--json` writes."""

import json
import math

import pytest
from pydantic import BaseModel, ValidationError

from runner.runs.documents import causes, sweeps, whole
from runner.runs.documents.parts import Part

PARTS = [one for module in (sweeps, causes, whole) for one in vars(module).values() if isinstance(one, type)]
MODELS = [one for one in dict.fromkeys(PARTS) if issubclass(one, BaseModel) and one is not Part]


def test_every_field_says_what_it_means_and_is_always_there():
    assert len(MODELS) > 20 and all(issubclass(one, Part) for one in MODELS)
    for one in MODELS:
        for name, field in one.model_fields.items():
            assert field.description and (field.is_required() or name == "account"), f"{one.__name__}.{name}"


def test_a_number_is_written_with_every_digit_and_what_is_none_as_null():
    score = sweeps.Score(mean=0.1 + 0.2, std=math.nan, median=math.inf, low=-math.inf, high=5e-324)
    found = json.loads(score.model_dump_json())
    assert found == {"mean": 0.30000000000000004, "std": None, "median": None, "low": None, "high": 5e-324}
    run = dict.fromkeys(sweeps.Run.model_fields, "") | {"index": 0, "overrides": [], "seed": 0, "last_step": 0}
    run |= {"seconds": 1.0, "finals": {"test/cost": math.nan}}
    assert json.loads(sweeps.Run.model_validate(run).model_dump_json())["finals"] == {"test/cost": None}


def test_a_field_that_is_not_named_is_refused():
    with pytest.raises(ValidationError):
        whole.Pictures.model_validate({"added": 1, "lost": {}, "more": 2})
