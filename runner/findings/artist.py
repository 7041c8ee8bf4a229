"""The pictures of the runs on one data set, and what each of them shows."""

from collections.abc import Callable, Sequence
from functools import cached_property

from runner.base.console import count
from runner.base.texts import short
from runner.findings.numbers.baselines import baselines_of
from runner.findings.numbers.curves import MAX_SETTINGS, curves, runs_to_show, strips
from runner.findings.numbers.data_sets import wrong_with
from runner.findings.numbers.effects import Effect, effects, pairs, profiles
from runner.findings.numbers.fits import fits_of
from runner.findings.numbers.scores import chosen_on, common_score, told_on
from runner.findings.numbers.seen import seen_of
from runner.findings.sketch import Sketch, sketch_of
from runner.runs.data import Prepared
from runner.runs.overrides import settings_in, short_names, swept_keys
from runner.runs.result import RunResult

MAX_NAME = 60
MAX_KEYS = 4  # named in a title
FEW_KEYS = 3  # from which on lines through all of them show what heatmaps do not
FEW_SETTINGS = 4  # whose best and worst runs are shown too
CURVES = "thick: median; shaded: the middle half of the runs; thin: single runs"
DataOf = Callable[[RunResult], Prepared | None]


class Artist:
    """Sketches the pictures of runs on one data set, one method each, which returns None if there is nothing to show.

    `about` ends the titles if a sweep has several data sets. For a search, the effect of each key is shown elsewhere,
    because the settings still in the race are not a grid.
    """

    def __init__(
        self, results: Sequence[RunResult], keys: Sequence[str], about: str, data_of: DataOf, is_search: bool = False
    ) -> None:
        varying = swept_keys([result.overrides for result in results])
        self._results, self._keys = results, [key for key in keys if key in varying]
        self._about, self._data_of, self._is_search = about, data_of, is_search

    @property
    def pictures(self) -> dict[str, Callable[[], Sketch | None]]:
        """The sketch function of each file, in the order of a report."""
        by_key = {"effects": self.effects, "heatmaps": self.heatmaps, "profiles": self.profiles}
        return {
            "scores": self.scores, "curves": self.curves, **({} if self._is_search else by_key), "fits": self.fits,
            "data": self.data,
        }  # fmt: skip

    def _title(self, what: str) -> str:
        """The question that a picture answers: `Training cost by activation and hidden (xor)`."""
        names = list(short_names(settings_in(self._keys)).values())
        if len(names) > MAX_KEYS:
            names = [f"{len(names)} keys"]
        by = f" by {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}" if names else ""
        return f"{what}{by}{self._about}"

    def _note(self, shown: int, n_settings: int, rest: str = "") -> str:
        """How many runs there are, and of how many settings the best are shown."""
        some = f"the best {shown} of {n_settings} settings" if n_settings > shown else ""
        return "; ".join(part for part in (count(len(self._results), "run"), some, rest) if part)

    def scores(self) -> Sketch | None:
        """Every run's final score, with the baselines."""
        score = common_score(self._results)
        found = strips(self._results, self._keys, score)
        if not any(strip.values for strip in found):
            return None
        shown, told = found[:MAX_SETTINGS], f"final {told_on(self._results)}{score}"
        baselines = [one for one in baselines_of(self._results) if one.score == score]
        title = self._title(f"F{told[1:]}")
        return sketch_of("draw_scores", shown, score, told, baselines, title, self._note(len(shown), len(found)))

    def curves(self) -> Sketch:
        """Training cost over the steps."""
        shown, n_settings = curves(self._results, self._keys)
        note = self._note(len(shown), n_settings, CURVES if len(self._results) > n_settings else "")
        return sketch_of("draw_curves", shown, self._title("Training cost"), note)

    @cached_property
    def _effects(self) -> tuple[list[Effect], str]:
        return effects(self._results, self._keys)

    @property
    def _has_grid(self) -> bool:
        """Whether there are two keys, and a run that finished."""
        found, _ = self._effects
        return len(found) > 1 and any(effect.means for effect in found)

    @property
    def _score(self) -> str:
        """What effects are on, in words."""
        return f"final {chosen_on(self._results)}{self._effects[1]}"

    def effects(self) -> Sketch | None:
        """The effect of each swept key, if there are several: a single key's effect shows in the scores."""
        if not self._has_grid:
            return None
        found, score = self._effects
        return sketch_of(
            "draw_effects", found, score, self._score, f"What each key does to the {self._score}{self._about}"
        )

    def heatmaps(self) -> Sketch | None:
        """The joint effect of every two keys."""
        found, score = self._effects
        grids = pairs(self._results, found, score) if self._has_grid else []
        if not grids:
            return None
        return sketch_of("draw_heatmaps", grids, score, f"What two keys together do to the {self._score}{self._about}")

    def profiles(self) -> Sketch | None:
        """The joint effect of all keys, if there are more than a heatmap can show."""
        found, score = self._effects
        if not self._has_grid or len(found) < FEW_KEYS:
            return None
        return sketch_of(
            "draw_profiles", profiles(self._results, found, score), score, self._title(f"Mean {self._score}")
        )

    def fits(self) -> Sketch | None:
        """What the networks learned from their data."""
        runs, n_settings = runs_to_show(self._results, self._keys, FEW_SETTINGS)
        there = [(one, data) for one in runs if (data := self._data_of(one.result))]
        if not there:
            return None
        fits = fits_of([(one.result, data) for one, data in there])
        n_shown = len({one.label for one, _ in there})
        found = list(zip([one for one, _ in there], fits, strict=True))
        note = self._note(n_shown, n_settings)
        return sketch_of("draw_fits", found, self._title("What the networks learned"), note, len(found) > n_shown)

    def data(self) -> Sketch | None:
        """The data to be learned."""
        one = next((result for result in self._results if result.data), None)
        data = self._data_of(one) if one else None
        if one is None or data is None:
            return None
        name = self._about or f": {short(one.spec.data.name, MAX_NAME)}"
        wrong = "".join(f", {key}={value:g}" for key, value in wrong_with(one.spec).items())
        return sketch_of("draw_data", seen_of(data), f"The data{name}", f"seed {one.spec.data_seed}{wrong}")
