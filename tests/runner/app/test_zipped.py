"""Values that belong together: what `NAME=zip(...)` stands for, and what is refused of it."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given
from hypothesis import strategies as st

from runner.app import zipped
from runner.app.grammar import unreadable
from runner.app.zipped import ZipError, parts_of, read_zip, spread
from tests.runner.building import loader

PAIRED = "pair=zip(optimizer=[sgd,adam],learning_rate=[0.1,0.001])"
ROWS = (("optimizer=sgd", "learning_rate=0.1"), ("optimizer=adam", "learning_rate=0.001"))


def rows_of(text: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a zip, as Hydra's own parser has it."""
    loader()
    (override,) = OverridesParser.create().parse_overrides([text])
    assert override.is_discrete_sweep() and override.input_line == text
    return zipped.rows_of(override)


@pytest.mark.parametrize(
    "text",
    [
        PAIRED,
        "pair=zip(optimizer=choice(sgd,adam),learning_rate=choice(0.1,0.001))",
        "pair=zip(\n  optimizer = choice(sgd, adam),\n  learning_rate = [ 0.1, 0.001 ]\n)\n",
    ],
    ids=["lists", "choices", "lines"],
)
def test_a_row_has_the_element_of_every_member_at_its_place(text):
    assert rows_of(text) == ROWS


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("choice([2],[4,4])", ("[2]", "[4,4]")),
        ("[[2],[4,4]]", ("[2]", "[4,4]")),
        ("range(2)", ("0", "1")),
        ("range(0.5,1.5,0.5)", ("0.5", "1.0")),
        ("int(choice(1.0,2.0))", ("1", "2")),
        ("sort(choice(2,1))", ("1", "2")),
        ("tag(mine,choice(2,1))", ("2", "1")),
        ("[null,'a,b=(c']", ("null", "'a,b=(c'")),
        ("[a\\,b,{x: [1,2], y: 3}]", ("a\\,b", "{x:[1,2],y:3}")),
    ],
)
def test_values_of_a_member_are_those_of_hydra(values, expected):
    rows = rows_of(f"z=zip(seeds=[7,8],network.hidden={values})")
    assert tuple(row[1] for row in rows) == tuple(f"network.hidden={one}" for one in expected)


@pytest.mark.parametrize(
    "text", ["seed=1", "a=zip", "a='zip(b=[1])'", "a=choice(1,2)", "zip=3", "~seed", "a=zipped(b=[1])"]
)
def test_any_other_override_is_hydra_s(text):
    assert read_zip(text) is None
    assert spread([text]) == [text]


def test_zips_can_be_replaced_by_what_they_set():
    assert spread(["seed=1", PAIRED, "data=xor"]) == ["seed=1", *ROWS[0], "data=xor"]


REFUSED = {
    "pair=zip(optimizer=[sgd,adam],learning_rate=[1])": "equally many values: optimizer has 2, learning_rate has 1",
    "pair=zip(optimizer=[sgd,adam])": "it needs two members, or more",
    "pair=zip()": "each member needs a key and its values",
    "pair=zip([sgd,adam],learning_rate=[1,2])": "each member needs a key and its values",
    "pair=zip(a=[1,2],b=[1,2],)": "each member needs a key and its values",
    "pair=zip(a=[1,2],a=[1,2])": "its member a is there twice",
    "pair=zip(a=[],b=[])": "its member a has no values",
    "pair=zip(a=range(0),b=range(0))": "its member a has no values",
    "pair=zip(a=[1,2],b=interval(0,1))": "its member b needs values as in",
    "pair=zip(a=[1,2],b=3)": "its member b needs values as in",
    "pair=zip(a=[1,2],b=glob(*))": "its member b needs values as in",
    "pair=zip(a=[1,2],b=shuffle(choice(1,2)))": "its member b is shuffled",
    "pair=zip(a=[1,2],b=shuffle(range(2)))": "its member b is shuffled",
    "pair=zip(a=[1,2],b=zip(c=[1,2],d=[1,2]))": "its member b is a zip itself",
    "pair=zip(a=[1,2],b=zip(c=[1,2]))": "it needs two members",
    "pair=zip(a=[1,2],b=[choice(1,2),3])": "its member b has a list with choice(1,2), which is not a single value",
    "pair=zip(a=[1,2],b=choice())": "its member b=choice() cannot be read itself",
    "pair=shuffle(zip(a=[1,2],b=[1,2]))": "a zip is not shuffled",
    "=zip(a=[1,2],b=[1,2])": "a zip needs a name of its own, one word, got ''",
    "a.b=zip(a=[1,2],b=[1,2])": "a zip needs a name of its own, one word, got 'a.b'",
    "+pair=zip(a=[1,2],b=[1,2])": "a zip needs a name of its own, one word, got '+pair'",
    "pair=zip(+a=[1,2],b=[1,2])": "its member +a is not a plain key",
    "pair=zip(a@b=[1,2],b=[1,2])": "its member a@b is not a plain key",
    "pair=zip(hydra.job.num=[1,2],b=[1,2])": "its member hydra.job.num is the same for all jobs",
    "pair=zip(hydra/launcher=[a,b],b=[1,2])": "its member hydra/launcher is the same for all jobs",
    "pair=zip(executor=[process,dask],b=[1,2])": "its member executor is the same for all jobs",
    "pair=zip(modules=[[a],[b]],b=[1,2])": "its member modules is the same for all jobs",
    "pair=zip(seed=[1,2],b=[1,2])": "its member seed crosses with every setting",
    "pair=zip(a=[1,2],data.fold=range(2))": "its member data.fold crosses with every setting",
}


@pytest.mark.parametrize(("text", "told"), REFUSED.items(), ids=REFUSED)
def test_what_a_zip_cannot_be_is_refused_with_the_override_and_the_member(text, told):
    with pytest.raises(ZipError):
        read_zip(text)
    problem = str(unreadable(text))
    assert problem.startswith(f"the override {text!r} cannot be read; ") and told in problem


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pair=zip(a=[1,2],b=[1,2]", "a parenthesis is not closed: ) is missing"),
        ("pair=zip(a=[1,2],b=[1,2)", "a parenthesis is closed that was not opened: )"),
        ("pair=zip(a=[1,2],b=[1,'2])", "a quote is not closed: ' is missing"),
        ("pair=Zip(a=[1,2],b=[1,2])", "write for example pair=zip("),
        ("pair =zip(a=[1,2],b=[1,2])", "leave out the spaces: pair=zip("),
    ],
)
def test_what_is_not_closed_or_misspelt_is_said_as_of_any_override(text, told):
    assert told in str(unreadable(text))


BRACKETS = {"(": ")", "[": "]", "{": "}"}
PLAIN = st.text(st.characters(exclude_characters="'\"\\,()[]{}", exclude_categories=("Cs",)), max_size=4)
QUOTED = st.tuples(st.sampled_from("'\""), st.text("a,()[]{}= ", max_size=5)).map(
    lambda one: f"{one[0]}{one[1]}{one[0]}"
)
ESCAPED = st.sampled_from(["\\,", "\\(", "\\]", "\\'", "\\\\"])
NESTED = st.recursive(
    PLAIN | QUOTED | ESCAPED,
    lambda inner: st.tuples(st.sampled_from("([{"), st.lists(inner, max_size=3)).map(
        lambda one: f"{one[0]}{','.join(one[1])}{BRACKETS[one[0]]}"
    ),
    max_leaves=8,
)
PART = st.lists(NESTED, max_size=3).map("".join)


@given(st.lists(PART, min_size=1, max_size=5))
@example(["a=[1,2]", "b='c,d'", "e=\\,", ""])
def test_parts_are_split_at_the_commas_between_them_alone(parts):
    assert parts_of(",".join(parts)) == parts


@given(st.text())
def test_no_sign_is_lost_whatever_the_text(text):
    assert ",".join(parts_of(text)) == text
