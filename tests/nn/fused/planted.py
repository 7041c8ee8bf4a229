"""Bugs to be planted in the compiled engine: each is a mistake that its author could have made.

Every one changes one function. The tests beside this file must see them with the comparison of the first update
switched off, as that would hide what only it has seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.fused import compiling, emitting, engine, grouping, operations, placing, writing
from nn.fused.emitting import Emitter
from nn.fused.engine import Engine
from nn.fused.recording import Recorded
from nn.fused.tape import Operation, Rows
from nn.registry import Array
from nn.step import Given

BUGS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {}


def bug(plant: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    """A bug, under the name of the function that plants it."""
    BUGS[plant.__name__] = plant
    return plant


def around(patch: pytest.MonkeyPatch, owner: Any, name: str, wrong: Callable[..., Any]) -> None:
    """Put `wrong(right, *arguments)` in the place of a function."""
    right = getattr(owner, name)
    patch.setattr(owner, name, lambda *arguments, **options: wrong(right, *arguments, **options))


def computes(patch: pytest.MonkeyPatch, name: str, wrong: Callable[[Emitter, Sequence[Any]], Any]) -> None:
    """Another code for an elementwise operation."""

    def compute(right: Any, emitter: Emitter, asked: str, values: Sequence[Any]) -> Any:
        return wrong(emitter, values) if asked == name else right(emitter, asked, values)

    around(patch, Emitter, "compute", compute)


def is_given(patch: pytest.MonkeyPatch, change: Callable[[Given], Given]) -> None:
    """Updates are handed something else than they are given."""
    around(patch, Engine, "_run", lambda right, self, update, given: right(self, update, change(given)))


@bug
def a_sum_from_its_last_term(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, body: Any, operation: Operation, *rest: Any) -> Any:
        last = operation.terms - 1
        inputs = (
            replace(one, first=one.first + one.each * last, each=-one.each) if isinstance(one, Rows) else one
            for one in operation.inputs
        )
        return right(body, replace(operation, inputs=tuple(inputs)), *rest)

    around(patch, writing.Body, "_sums", wrong)


@bug
def a_sum_from_its_first_term_instead_of_zero(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, body: Any, operation: Operation, *rest: Any) -> Any:
        with pytest.MonkeyPatch.context() as inside:
            around(inside, Emitter, "splat", lambda right, emitter, value: right(emitter, value or -0.0))
            return right(body, operation, *rest)

    around(patch, writing.Body, "_sums", wrong)


@bug
def products_that_are_not_rounded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compiling, "fuses_products", lambda dtype: True)


@bug
def a_sum_that_does_not_step_along_its_right_factor(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, rows: Any, terms: Any, axis: int) -> Any:
        found = right(rows, terms, axis)
        return replace(found, each=0) if axis == 1 and isinstance(found, Rows) else found

    around(patch, operations, "_every", wrong)


@bug
def the_last_run_of_the_tail_forgotten(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, made: Array, arrays: Sequence[Array]) -> None:
        last = [rows[:, -1].copy() for rows in arrays]
        right(made, arrays)
        for rows, before in zip(arrays, last, strict=True):
            if rows.shape[1] % made.shape[2] > 1:
                rows[:, -1] = before

    around(patch, engine, "from_blocks", wrong)


@bug
def no_copy_of_an_operand_that_overlaps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Recorded, "is_at", lambda self, other: True)


@bug
def a_state_that_is_not_stored(patch: pytest.MonkeyPatch) -> None:
    around(patch, grouping, "_outlives", lambda right, buffer: buffer.role != "state" and right(buffer))


@bug
def samples_of_the_first_batch_for_all(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, self: Engine, ready: Any, given: Given) -> None:
        if ready.samples[0] is None or ready.samples[0].shape != given.x.shape:
            right(self, ready, given)

    around(patch, Engine, "_take_samples", wrong)


@bug
def settings_of_the_first_runs_for_those_that_stay(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, self: Engine, *arguments: Any) -> Any:
        runs, self._runs = self._runs, np.arange(len(self._runs))
        try:
            return right(self, *arguments)
        finally:
            self._runs = runs

    around(patch, Engine, "_prepared", wrong)


@bug
def the_rate_of_the_step_before(patch: pytest.MonkeyPatch) -> None:
    is_given(patch, lambda given: given._replace(rates=np.concatenate([given.rates[:1], given.rates[:-1]])))


@bug
def one_rate_for_all_steps(patch: pytest.MonkeyPatch) -> None:
    is_given(patch, lambda given: given._replace(rates=np.broadcast_to(given.rates[:1], given.rates.shape)))


@bug
def masks_of_dropout_in_another_order(patch: pytest.MonkeyPatch) -> None:
    is_given(patch, lambda given: given if given.masks is None else given._replace(masks=given.masks[:, ::-1]))


@bug
def batches_that_start_a_sample_early(patch: pytest.MonkeyPatch) -> None:
    is_given(patch, lambda given: given._replace(starts=[max(0, start - 1) for start in given.starts]))


@bug
def costs_of_all_steps_in_one_place(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writing, "OF_STEPS", tuple(name for name in writing.OF_STEPS if name != "cost"))


@bug
def costs_from_the_last_step_to_the_first(patch: pytest.MonkeyPatch) -> None:
    around(patch, Engine, "_run", lambda right, *arguments: right(*arguments)[::-1])


@bug
def a_difference_the_other_way_round(patch: pytest.MonkeyPatch) -> None:
    computes(patch, "subtract", lambda emitter, values: emitter.builder.fsub(values[1], values[0]))


@bug
def a_choice_the_other_way_round(patch: pytest.MonkeyPatch) -> None:
    right = Emitter.compute
    computes(patch, "where", lambda emitter, values: right(emitter, "where", (values[0], values[2], values[1])))


@bug
def a_negative_as_a_difference_from_zero(patch: pytest.MonkeyPatch) -> None:
    computes(patch, "negative", lambda emitter, values: emitter.builder.fsub(emitter.splat(0.0), values[0]))


@bug
def a_clip_that_makes_a_bound_of_what_is_no_number(patch: pytest.MonkeyPatch) -> None:
    def clip(emitter: Emitter, values: Sequence[Any]) -> Any:
        (value, least, most), builder = values, emitter.builder
        above = builder.select(builder.fcmp_ordered(">", value, least), value, least)
        return builder.select(builder.fcmp_ordered("<", above, most), above, most)

    computes(patch, "clip", clip)


@bug
def a_comparison_that_takes_equal_numbers_in(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(emitting.COMPARED, "greater", ">=")


@bug
def memory_given_back_at_once(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, scratch: Any, size: int) -> int:
        first: int = right(scratch, size)
        scratch.give(first, size)
        return first

    around(patch, placing._Scratch, "take", wrong)


@bug
def operations_in_one_loop_that_disturb_each_other(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(grouping, "_is_disturbed", lambda first, second: False)


@bug
def settings_of_runs_that_are_not_alike_taken_for_each_other(patch: pytest.MonkeyPatch) -> None:
    def unique(right: Any, *arguments: Any, **options: Any) -> Any:
        found, one_of, place = right(*arguments, **options)
        return found, one_of, place[::-1]

    def wrong(right: Any, *arguments: Any) -> Any:
        with pytest.MonkeyPatch.context() as inside:
            around(inside, np, "unique", unique)
            return right(*arguments)

    around(patch, Engine, "_stepwise", wrong)


@bug
def the_number_of_the_step_before_in_a_correction(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, self: Engine, ready: Any, given: Given) -> Any:
        return right(self, ready, given._replace(first=max(0, given.first - 1)))

    around(patch, Engine, "_stepwise", wrong)


@bug
def a_largest_value_without_the_last(patch: pytest.MonkeyPatch) -> None:
    def wrong(right: Any, calls: Any, operation: Operation, *rest: Any) -> None:
        right(calls, replace(operation, terms=max(1, operation.terms - 1)), *rest)

    around(patch, writing._Calls, "_reduce", wrong)


@bug
def only_parameters_packed_again(patch: pytest.MonkeyPatch) -> None:
    around(patch, engine, "to_blocks", lambda right, arrays, made: right(arrays[:1], made))
