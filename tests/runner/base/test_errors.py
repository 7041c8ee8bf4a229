"""Problems in words: each with key, message and origin, once, and not more than anybody can read."""

import pytest

from runner.base.errors import FEW, MAX_JOBS_NAMED, MAX_LINES, Problem, RunsFailed, UserError, nearest, refuse, unknown


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("seed", "must be >= 0, got -1"), "seed must be >= 0, got -1"),
        (Problem("seed", "must be >= 0, got -1", "from the override seed=-1"), "seed must be >= 0, got -1"),
        (Problem("seed", "must be >= 0, got -1", "from the override +seed=-1"), "seed must be >= 0, got -1"),
        (Problem("data", "is missing", "from the override ~data"), "data is missing (from the override ~data)"),
        (Problem("a[0]", "is bad", "from the override a=[1,2]"), "a[0] is bad (from the override a=[1,2])"),
        (Problem("loss", "=half_mse does not fit", "from x"), "loss=half_mse does not fit (from x)"),
    ],
)
def test_a_problem_reads_as_a_sentence(problem, text):
    assert str(problem) == text


def test_one_run_is_refused_with_its_problems_and_no_job_numbers():
    error = refuse({0: [Problem("a", "is bad"), Problem("b", "is worse")]}, 1)
    assert isinstance(error, UserError)
    assert str(error) == "This run cannot start:\n  - a is bad\n  - b is worse"


def test_several_jobs_are_refused_together_and_equal_problems_are_said_once():
    a, b = Problem("a", "is bad", "from x"), Problem("b", "is worse")
    error = refuse({0: [a], 2: [b, a], 5: [a]}, 9)
    assert str(error).splitlines() == [
        "3 of 9 jobs cannot run, so nothing was trained:",
        "  - a is bad (from x) [jobs 0, 2, 5]",
        "  - b is worse [job 2]",
    ]


def test_the_same_problem_of_different_origin_is_said_for_each():
    error = refuse({0: [Problem("a", "is bad", "from x")], 1: [Problem("a", "is bad", "from y")]}, 2)
    assert len(str(error).splitlines()) == 3


@pytest.mark.parametrize(
    ("jobs", "rest"), [(MAX_JOBS_NAMED, ""), (MAX_JOBS_NAMED + 1, " and 1 more"), (37, " and 33 more")]
)
def test_only_a_few_jobs_are_named(jobs, rest):
    named = ", ".join(str(job) for job in range(MAX_JOBS_NAMED))
    text = str(refuse({job: [Problem("a", "is bad")] for job in range(jobs)}, 100))
    assert text.splitlines()[1] == f"  - a is bad [jobs {named}{rest}]"


@pytest.mark.parametrize(("problems", "last"), [(MAX_LINES, None), (MAX_LINES + 1, 1), (500, 500 - MAX_LINES)])
def test_only_a_limited_number_of_problems_is_listed(problems, last):
    text = str(refuse({0: [Problem(f"key{i}", "is bad") for i in range(problems)]}, 1))
    lines = text.splitlines()[1:]
    assert lines[:MAX_LINES] == [f"  - key{i} is bad" for i in range(MAX_LINES)]
    assert lines[MAX_LINES:] == ([] if last is None else [f"  - ... and {last} more problems"])


def test_an_unknown_name_is_answered_with_the_nearest_and_all_known_ones_where_they_are_few():
    assert unknown("tnah", ["relu", "tanh"]) == "is unknown: 'tnah' (did you mean tanh?); known are relu, tanh"
    assert unknown("zzz", ["relu", "tanh"]) == "is unknown: 'zzz'; known are relu, tanh"
    told = unknown("epoch", ["epochs"], what="is not a setting")
    assert told == "is not a setting (did you mean epochs?); known are epochs"
    assert unknown(None, ["a"]) == "is unknown: None; known are a"
    assert unknown("a", []) == "is unknown: 'a'"


MANY = ["xor_bias", "xor_width", "xor_rate", "xor_depth", *(f"sine_{place}" for place in range(FEW))]


def test_of_many_names_the_three_nearest_are_said_and_the_command_that_lists_all():
    told = unknown("xor_bais", MANY, "python -m x")
    assert told == "is unknown: 'xor_bais' (did you mean xor_bias or xor_rate?); python -m x lists all"
    assert unknown("qqq", MANY, "python -m x") == "is unknown: 'qqq'; python -m x lists all"
    assert unknown("qqq", MANY) == "is unknown: 'qqq'"
    assert unknown("qqq", MANY, meant=["depth"]) == "is unknown: 'qqq' (did you mean depth?)"


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("XOR_BIAS", "xor_bias"),
        ("sin", f"sine_{FEW - 1}"),
        ("--xor-bias", "xor_bias"),
        ("xo", None),
        ("", None),
        (None, None),
    ],
)
def test_names_are_near_whatever_their_case_and_where_they_only_begin_so(given, near):
    assert nearest(given, MANY, most=1) == ([near] if near else [])


def test_a_users_mistake_and_a_failed_run_are_told_apart():
    assert not issubclass(UserError, RunsFailed)
    assert not issubclass(RunsFailed, UserError)
