"""Racing spends exactly its budget, compares settings on the same seeds, and confirms on others."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest

from runner.runs.role import Role
from runner.runs.search_settings import ConfirmSettings, RandomSearch, SearchSettings, TpeSearch
from runner.search.courses import course_of
from runner.search.racing import FEWEST_TO_CONFIRM, Course, Trial, generations, race, rehearsed, rungs
from runner.search.samplers import RandomSampler
from tests.runner.search.spaces import LOG_RATE, space_of

SPACE = space_of(LOG_RATE, "activation=tanh,relu,elu", digits=6)
SEARCHES = (RandomSearch(), TpeSearch())
SIZES = (*range(1, 201), 300)


def rate_of(setting: tuple[str, ...]) -> float:
    return float(setting[0].partition("=")[2]) if setting else 1.0


def driven(course: Course, loss: Callable[[Trial], float]) -> tuple[list[list[Trial]], list[tuple[str, ...]]]:
    """The batches of a course whose runs have these losses, and the settings that it returns."""
    batches = [next(course)]
    try:
        while True:
            batches.append(course.send([loss(one) for one in batches[-1]]))
    except StopIteration as ended:
        return batches, ended.value


def cost(ladder: list[tuple[int, int]]) -> int:
    """Runs in all: a setting keeps those of earlier rungs."""
    before = [0, *(seeds for _, seeds in ladder)]
    return sum(settings * (seeds - old) for (settings, seeds), old in zip(ladder, before, strict=False))


def roles(trials: list[Trial]) -> dict[Role, list[Trial]]:
    found = defaultdict(list)
    for one in trials:
        found[one.role].append(one)
    return found


@pytest.mark.parametrize("seeds", range(1, 18))
def test_rungs_use_exactly_all_runs(seeds):
    for runs in SIZES:
        for left in (1, 5):
            found = rungs(runs, seeds, left)
            assert cost(found) == runs, (runs, left, found)
            assert found[-1][1] <= seeds


def test_each_rung_has_about_half_of_the_settings_and_twice_the_seeds():
    assert rungs(240, 16, 5) == [(80, 1), (40, 2), (20, 4), (10, 8), (5, 16)]
    for runs in range(20, 201):
        for (n, seeds), (fewer, more) in pairwise(rungs(runs, 16, 5)):
            assert more == 2 * seeds
            assert fewer <= max(5, n // 2)


def test_a_small_space_begins_with_more_seeds_and_never_takes_more_runs():
    for runs in range(1, 201):
        for most in (1, 2, 6, 20):
            found = rungs(runs, 16, 1, most)
            assert cost(found) <= runs and found[0][0] <= most
    assert rungs(100, 16, 1, 6) == [(6, 16)]
    assert rungs(60, 16, 1, 6) == [(6, 6), (3, 12), (1, 16)]


@pytest.mark.parametrize("search", SEARCHES, ids=lambda one: one.name)
@pytest.mark.parametrize("over", ["mean", "median", "worst"])
def test_a_search_trains_exactly_its_runs_whatever_its_scores(search: SearchSettings, over: str):
    for runs in (1, 2, 3, 7, 29, 30, 31, 59, 119, 120, 121, 150, 200, 300):
        settings = search.model_copy(update={"runs": runs, "over_seeds": over})
        batches, _ = driven(course_of(settings, SPACE, with_default=True), lambda one: rate_of(one.setting))
        assert sum(map(len, batches)) == runs


def test_a_random_search_trains_exactly_its_runs_and_confirms_from_120_on():
    for runs in SIZES:
        found = roles(rehearsed(course_of(RandomSearch(runs=runs), SPACE, with_default=True)))
        assert sum(map(len, found.values())) == runs
        confirms = {Role.CHOOSE: 60, Role.CONFIRM: 12, Role.DEFAULT: 12}
        wanted = confirms if runs >= FEWEST_TO_CONFIRM == 120 else {}
        assert {role: len(some) for role, some in found.items() if role is not Role.SEARCH} == wanted


@pytest.mark.parametrize("size", [2, 7, 30])
def test_generations_train_exactly_their_runs(size):
    for runs in SIZES:
        for seeds in (1, 16):
            course = generations(RandomSampler(SPACE, 0), runs, SPACE.replicates[:seeds], size, "mean")
            assert len(rehearsed(course)) == runs


@pytest.mark.parametrize("confirm", [(0, 12), (1, 6), (3, 20), (40, 12)])
def test_the_budget_is_exact_for_other_finals_and_too_large_a_one_is_left_out(confirm):
    settings, seeds = confirm
    for runs in (100, 120, 150, 300, 600, 1000):
        search = RandomSearch(runs=runs, confirm=ConfirmSettings(settings=settings, seeds=seeds))
        found = roles(rehearsed(course_of(search, SPACE, with_default=True)))
        assert sum(map(len, found.values())) == runs
        fresh = (settings * (settings > 1) + 2) * seeds
        assert (Role.CONFIRM in found) == (settings > 0 and runs >= max(120, fresh + settings))


def test_no_run_is_asked_for_twice():
    for search in SEARCHES:
        trials = rehearsed(course_of(search, SPACE, with_default=True))
        assert len({(one.setting, one.replicate) for one in trials}) == len(trials)


@pytest.mark.parametrize("search", SEARCHES, ids=lambda one: one.name)
@pytest.mark.parametrize("typed", ["seed=range(16)", "seed=3,90", "data.fold=range(3)"])
def test_seeds_that_choose_and_seeds_that_confirm_are_their_own(search: SearchSettings, typed: str):
    space = space_of(LOG_RATE, typed)
    found = roles(rehearsed(course_of(search, space, with_default=True)))
    seeds = {role: {one.replicate[-1] for one in some} for role, some in found.items()}
    assert len(seeds[Role.CHOOSE]) == len(seeds[Role.CONFIRM]) == 12
    assert seeds[Role.CONFIRM] == seeds[Role.DEFAULT]
    assert seeds[Role.CHOOSE].isdisjoint(seeds[Role.CONFIRM])
    assert seeds[Role.SEARCH].isdisjoint(seeds[Role.CHOOSE] | seeds[Role.CONFIRM])


@pytest.mark.parametrize("search", SEARCHES, ids=lambda one: one.name)
def test_settings_are_compared_on_the_same_seeds_on_each_rung(search: SearchSettings):
    batches, _ = driven(course_of(search, SPACE, with_default=True), lambda one: rate_of(one.setting))
    seen = defaultdict(list)
    for batch in batches:
        for one in batch:
            seen[one.setting].append(one.replicate)
        so_far = {tuple(seen[one.setting]) for one in batch if one.role is not Role.DEFAULT}
        assert len(so_far) == 1


def test_the_better_half_comes_on():
    course = race(RandomSampler(SPACE, 0), 240, SPACE.replicates, 5, "mean")
    batches, ranked = driven(course, lambda one: rate_of(one.setting))
    running = [list(dict.fromkeys(one.setting for one in batch)) for batch in batches]
    assert list(map(len, running)) == [80, 40, 20, 10, 5]
    for before, after in pairwise(running):
        assert set(after) == set(sorted(before, key=rate_of)[: len(after)])
    assert ranked[:5] == sorted(running[0], key=rate_of)[:5]


def test_more_seeds_overrule_a_lucky_first_one():
    lucky = RandomSampler(SPACE, 0).ask(80)[7]
    course = race(RandomSampler(SPACE, 0), 240, SPACE.replicates, 1, "mean")
    first = SPACE.replicates[0]
    batches, ranked = driven(
        course, lambda one: 0.0 if (one.setting, one.replicate) == (lucky, first) else 2.0 + 9 * (one.setting == lucky)
    )
    assert lucky in {one.setting for one in batches[1]}
    assert lucky not in {one.setting for one in batches[2]}
    assert ranked[0] != lucky


def test_a_third_of_a_generation_gets_four_seeds_and_the_sampler_is_told_all_of_it():
    told = []

    class Listening(RandomSampler):
        def tell(self, scores):
            told.append(scores)

    course = generations(Listening(SPACE, 0), 120, SPACE.replicates, 30, "mean")
    batches, _ = driven(course, lambda one: rate_of(one.setting) + int(one.replicate[0][5:]))
    assert list(map(len, batches)) == [30, 30, 30, 30]
    for (first, second), scores in zip([batches[:2], batches[2:]], told, strict=True):
        better = sorted((one.setting for one in first), key=rate_of)[:10]
        assert {one.setting for one in second} == set(better)
        assert [setting for setting, _ in scores] == [one.setting for one in first]
        for setting, score in scores:
            assert score == pytest.approx(rate_of(setting) + (1.5 if setting in better else 0))


def test_fresh_seeds_choose_and_others_measure_the_chosen_one_beside_the_default():
    def loss(one: Trial) -> float:
        return -rate_of(one.setting) if one.role is Role.CHOOSE else rate_of(one.setting)

    batches, ranked = driven(course_of(RandomSearch(), SPACE, with_default=True), loss)
    *_, choosing, confirming = batches
    finalists = {one.setting for one in choosing}
    assert len(finalists) == 5
    assert ranked[0] == max(finalists, key=rate_of)
    assert {one.setting for one in confirming if one.role is Role.CONFIRM} == {ranked[0]}
    assert {one.setting for one in confirming if one.role is Role.DEFAULT} == {()}


def test_without_a_default_to_compare_with_its_runs_are_not_trained():
    found = roles(rehearsed(course_of(RandomSearch(), SPACE, with_default=False)))
    assert Role.DEFAULT not in found
    assert sum(map(len, found.values())) == 300 - 12
