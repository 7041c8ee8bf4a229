"""`python -m runner.report SWEEP OTHER`: several sweeps in one report."""

from dataclasses import replace
from pathlib import Path

from runner.findings.findings import Findings, joined
from runner.findings.render import write_report


def test_several_sweeps_are_compared_with_the_sweep_as_a_key(loaded: Findings, tmp_path: Path) -> None:
    other = replace(loaded, about=replace(loaded.about, name="the other"), parent_id="other")
    both = joined([loaded, other])
    assert both.keys == ["sweep", *loaded.keys]
    assert both.runs["sweep"].tolist() == [loaded.about.name] * 20 + ["the other"] * 20
    page = write_report(both, tmp_path, "html").read_text()
    assert "<td>the other</td><td>tanh</td>" in page
    assert joined([loaded, loaded]) is loaded, "a sweep that is named twice is included once"


def test_two_sweeps_of_one_name_stay_apart_and_their_sweep_is_no_longer_a_setting(loaded: Findings) -> None:
    named = [replace(one, overrides=("sweep=activations", *one.overrides)) for one in loaded.results]
    one = replace(loaded, results=named)
    other = replace(one, about=replace(one.about, sweep_id="later"), parent_id="other")
    both = joined([one, other])
    assert both.runs["sweep"].tolist() == [loaded.about.sweep_id] * 20 + ["later"] * 20


def test_data_sets_whose_names_make_one_file_name_have_pictures_of_their_own(loaded: Findings) -> None:
    runs = [
        replace(one, spec=one.spec.model_copy(update={"data": one.spec.data.model_copy(update={"name": name})}))
        for one, name in zip(loaded.results, ["a_b", "a-b"] * (len(loaded.results) // 2), strict=True)
        if one.spec.data.name == "quadrants"
    ]
    endings = [one.ending for one in replace(loaded, results=runs).parts]
    assert endings == ["-a-b", "-a-b-1"]
