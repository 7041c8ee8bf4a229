"""What may be an axis of a space beside plain keys, and what may not."""

import pytest

from runner.base.errors import UserError
from tests.runner.search.spaces import RATE, space_of


def refused(*typed: str) -> str:
    with pytest.raises(UserError) as caught:
        space_of(*typed)
    return str(caught.value)


def test_a_row_of_a_zip_is_one_value_of_a_space_whose_option_decides_which_keys_are_left_out():
    zipped = "pair=zip(optimizer=[sgd,momentum],learning_rate=[0.5,0.1])"
    space = space_of("optimizer.momentum=interval(0.5,0.9)", zipped)
    assert space.setting((0.7, 0)) == ("optimizer=sgd", "learning_rate=0.5")
    assert space.setting((0.7, 1)) == ("optimizer.momentum=0.7", "optimizer=momentum", "learning_rate=0.1")


@pytest.mark.parametrize(
    "typed",
    ["data=xor,sine", "data.noise=interval(0,0.3)", "test.margin=0,0.1", "pair=zip(data=[xor,sine],seed=[0,1])"],
)
def test_what_makes_another_data_set_is_not_searched_as_scores_are_compared_on_one(typed: str) -> None:
    typed = typed.replace("seed=[0,1]", "learning_rate=[0.1,1]")
    assert "makes another data set" in refused(typed, RATE)


def test_how_rows_are_prepared_is_searched_like_any_other_setting() -> None:
    assert [axis.key for axis in space_of("data.standardize=true,false").axes] == ["data.standardize"]
