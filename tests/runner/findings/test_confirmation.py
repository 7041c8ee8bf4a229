"""What the report says of fresh seeds and of a search: its rows against numbers that the test works out itself."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from runner.findings.confirmation import confirmation
from runner.findings.findings import Findings
from runner.findings.render import page_of
from runner.findings.search_history import search_history
from runner.findings.section import Section
from runner.findings.sections import settings
from runner.findings.sketch import Sketch
from runner.runs.outcome import Outcome
from runner.runs.role import Role
from tests.runner.building import trained_all
from tests.runner.findings.searches import FRESH, cost_of, final, race, search_of
from tests.runner.findings.test_drawing import plan_of

BEST = "lr=0.03 hidden=[2]"


def only(sections: list[Section]) -> Section:
    (found,) = sections
    return found


def mean(place: int, seeds: range) -> str:
    return f"{np.mean([cost_of(place, seed) for seed in seeds]):.4g}"


def test_every_column_of_a_confirmation_is_of_one_set_of_seeds() -> None:
    grid = [replace(one, rung=0) for one in race() if one.rung == 0]
    table = only(confirmation(search_of(grid, final()))).table
    assert table and table.names == [
        "setting", "searched, 1 seed", f"chose, {FRESH} seeds", f"confirmed, {FRESH} seeds", "95 % interval",
    ]  # fmt: skip
    names = [row[0] for row in table.rows]
    assert names[0] == BEST and set(names) == {BEST, "lr=0.01 hidden=[4]", "lr=0.05 hidden=[4]"}
    places = {BEST: 3, "lr=0.01 hidden=[4]": 2, "lr=0.05 hidden=[4]": 4}
    for row in table.rows:
        assert row[1:3] == [mean(places[row[0]], range(1)), mean(places[row[0]], range(10, 10 + FRESH))]
    assert [row[3] for row in table.rows] == [mean(3, range(20, 20 + FRESH)), "", ""]


def test_the_chosen_setting_stands_beside_the_default_on_the_same_seeds() -> None:
    sweep = search_of(race(), final())
    found, table = sweep.confirmed, only(confirmation(sweep)).table
    assert found and table and found.against_default
    low, high = found.interval
    assert table.rows[0][-1] == f"{low:.4g} to {high:.4g}"
    default, difference, chance = table.footer
    assert default == ["the default setting", "", "", f"{found.value + 0.05:.4g}", ""]
    assert (difference[0], difference[3]) == ("gain over the default setting", "0.05") and chance[
        3
    ] == f"{found.against_default.p:.3g}"


def test_a_setting_with_the_scores_of_the_default_is_not_the_default() -> None:
    fresh = [replace(one, history={name: [0.1, 0.1] for name in one.history}) for one in final()]
    sweep = search_of(race(), fresh)
    table = only(confirmation(sweep)).table
    assert table and table.footer[0][0] == "the default setting" and table.footer[2][3] == "1"
    assert any(one.startswith("No setting can be distinguished from the default setting") for one in sweep.headline)
    same = [replace(one, role=Role.DEFAULT) for one in final(default=False) if one.role is Role.CONFIRM]
    both = only(confirmation(search_of(race(), [*(one for one in final() if one.role is Role.CHOOSE), *same])))
    assert "It is the default setting." in both.note and both.table and not both.table.footer


def test_settings_that_were_searched_on_unequal_seeds_say_on_how_many() -> None:
    table = only(confirmation(search_of(race(), final()))).table
    assert table and table.names[1] == "searched"
    assert [row[1] for row in table.rows if row[0] == BEST] == [f"{mean(3, range(4))} on 4 seeds"]
    assert [row[1] for row in table.rows if row[0] == "lr=0.05 hidden=[4]"] == [f"{mean(4, range(2))} on 2 seeds"]


def test_a_note_says_how_the_numbers_came_about() -> None:
    note = only(confirmation(search_of(race(), final()))).note
    assert note == (
        f"The best 3 of 8 settings were trained on fresh seeds, which chose {BEST}; 6 seeds that took no part in any "
        "choice say how good it is, beside the default setting on the same ones. "
        "Numbers are the mean rmse of a setting's seeds."
    )
    alone = only(confirmation(search_of(race(), final(default=False))))
    assert "default" not in alone.note and alone.table and not alone.table.footer


def test_a_search_without_fresh_seeds_says_so_and_how_to_have_them_and_a_grid_says_nothing() -> None:
    found = only(confirmation(search_of(race())))
    assert found.table is None and "Nothing is confirmed" in found.note
    assert found.commands == ["python -m runner.confirm 2026_a"]
    assert confirmation(search_of(race(), space=())) == search_history(search_of(race(), space=())) == []


def test_the_section_of_a_search_has_its_space_and_what_was_dropped() -> None:
    found = only(search_history(search_of(race(), final())))
    assert found.title == "The search" and found.table
    assert found.table.rows == [
        ["learning_rate", "tag(log,interval(0.001,1))", "0.03"], ["network.hidden", "[2],[4]", "[2]"],
    ]  # fmt: skip
    assert found.note == "16 runs: 8 settings on 1 seed, 4 of them on 2, 2 on 4. 6 settings dropped on fewer seeds."
    assert [one.name for one in found.pictures] == ["search.png", "slices.png"]


def test_a_search_without_a_score_and_a_data_set_with_one_setting_have_no_section() -> None:
    failed = [replace(one, outcome=Outcome.FAILED, history={}, data=None) for one in race()]
    assert search_history(search_of(failed)) == []
    one_setting = [one for one in race() if one.overrides == race()[3].overrides]
    assert search_history(search_of(one_setting)) == []


def test_which_keys_matter_says_how_that_was_found_with_optuna_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("optuna")
    for by, share in (
        ("by PED-ANOVA of Optuna", "best 10 % of the settings"),
        ("Optuna, which is not", "the variance"),
    ):
        found = only(search_history(search_of(race(16))))
        (picture,) = [one for one in found.pictures if one.name == "importance.png"]
        assert isinstance(picture.drawing, Sketch)
        _, label, _, note = picture.drawing.arguments
        assert by in note and share in label and "16 settings on 1 to 4 seeds" in note
        assert found.table and all(row[3].endswith(" %") for row in found.table.rows)
        monkeypatch.setitem(sys.modules, "optuna", None)


def test_a_contour_is_drawn_over_two_numbers_of_ten_settings() -> None:
    space = ("learning_rate=tag(log,interval(0.001,1))", "network.hidden=int(interval(1,64))")
    for n, is_drawn in ((8, False), (16, True)):
        results = [
            replace(one, overrides=tuple(text.replace("[", "").replace("]", "") for text in one.overrides))
            for one in race(n)
        ]
        names = [one.name for one in only(search_history(search_of(results, space=space))).pictures]
        assert ("contour.png" in names) is is_drawn


def test_the_table_of_settings_compares_those_that_are_left_and_says_how_many_are_not() -> None:
    sweep = search_of(race(), final())
    sweep.__dict__["pictures"] = {}
    found = only(settings(sweep))
    assert found.table and sorted(row[0] for row in found.table.rows) == ["0.01", "0.03"]
    assert found.note.startswith("6 settings dropped on fewer seeds: in comparison.csv and runs.csv of the sweep. ")


@pytest.fixture(scope="module")
def small() -> Findings:
    """A search of twelve settings that were trained, four of which on a second seed."""
    rates = (0.01, 0.03, 0.05, 0.1, 0.2, 0.4)
    jobs = [("data=sine", f"learning_rate={rate}", f"network.hidden=[{n}]") for rate in rates for n in (1, 2)]
    jobs = [(*job, "seed=0") for job in jobs] + [(*job, "seed=1") for job in jobs[-4:]]
    results = trained_all(plan_of(*jobs, first=("training.epochs=40",)))
    raced = [replace(one, overrides=job, rung=n // 12) for n, (one, job) in enumerate(zip(results, jobs, strict=True))]
    return search_of(raced, space=("learning_rate=interval(0.01,1)", "network.hidden=[1],[2]"))


def test_pictures_of_a_search_compare_what_is_left_and_none_takes_its_numbers_for_a_grid(small: Findings) -> None:
    assert list(small.pictures) == ["scores.png", "curves.png", "fits.png", "data.png"]
    assert small.pictures["scores.png"].note.startswith("8 runs")
    grid = replace(small, about=replace(small.about, space=()))
    assert {"effects.png", "heatmaps.png"} <= set(grid.pictures)


def test_the_report_of_a_search_is_the_same_bytes_twice(small: Findings) -> None:
    page = page_of(small)
    assert page == page_of(replace(small))
    titles = ("Confirmed on fresh seeds", "Settings, best first", "The search")
    places = [page.index(f"<h2>{title}</h2>") for title in titles]
    assert places == sorted(places)
    for caption in ("The search, run by run", "by each key", "Which keys matter to the"):
        assert caption in page[places[2] :]
