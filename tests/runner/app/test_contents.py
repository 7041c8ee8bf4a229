"""What `conf/config.yaml` says of settings, and which of them are for experts."""

import pytest

from runner.app.contents import read_contents, table_of_contents
from runner.app.options import choices, for_experts
from runner.base.paths import CONF
from runner.runs.components import REGISTRIES
from tests.runner.building import config_of

TEXT = """\
# heading
defaults:
  - data: sine   # what
                 # to learn: xor (for a start), sine; for experts: tanh_sine, csv (the old name of table),
                 # step
  - where: here  # for experts, where to: here, there
  - override a/b: c  # for experts: who
a: {}
b:
  c: [1]  # deep
  # For experts
  d: 1    # deeper
          # still
  e: 2

f: 3      # plain
# For experts
g:
  h: 4    # last
"""


def test_comments_are_read_by_key_with_the_lines_below():
    told = read_contents(TEXT).told
    assert told["defaults.data"].startswith("what to learn: xor (for a start), sine; for experts")
    del told["defaults.data"]
    assert told == {
        "defaults": "", "defaults.where": "for experts, where to: here, there", "defaults.a/b": "for experts: who",
        "a": "", "b": "", "b.c": "deep", "b.d": "deeper still", "b.e": "", "f": "plain", "g": "", "g.h": "last",
    }  # fmt: skip


def test_keys_below_a_heading_and_above_the_next_empty_line_are_for_experts():
    assert read_contents(TEXT).for_experts == {"b.d", "b.e", "g", "g.h", "defaults.where", "defaults.a/b"}


@pytest.mark.parametrize(
    ("group", "options", "found"),
    [
        ("data", {"xor", "sine", "tanh_sine", "csv", "table", "step", "new"}, {"tanh_sine", "csv", "step"}),
        ("where", {"here", "there", "elsewhere"}, {"here", "there"}),
        ("loss", {"hinge"}, set()),
    ],
)
def test_options_for_experts_are_those_that_a_comment_names_outside_of_brackets(group, options, found):
    assert read_contents(TEXT).options_for_experts(group, options) == found


def names(lines: str) -> set[str]:
    return {word for line in lines.splitlines() for word in line.split()}


def test_every_option_is_listed_either_first_or_for_experts_and_one_that_nobody_marked_is_ordinary():
    for kind, registry in REGISTRIES.items():
        files = {path.stem for path in (CONF / kind).glob("*.yaml")}
        marked = table_of_contents().options_for_experts(kind, {*registry, *files})
        assert marked <= names(for_experts())
        assert {*registry, *files} - marked <= names(choices())


def test_what_the_published_programs_alone_need_is_for_experts():
    found = names(for_experts())
    assert {"floored_relu", "clipped_softmax", "tanh_matching", "clipped_softmax_cross_entropy", "tanh_sine"} <= found
    assert {"between", "slurm", "cost", "training.l2_of", "test.probes", "tracking.points", "hydra/launcher"} <= found
    assert not {"relu", "sigmoid", "learning_rate", "seed", "network.hidden", "data.label_noise"} & found


def test_what_is_for_experts_has_a_comment_and_is_a_setting():
    contents = table_of_contents()
    assert [key for key in contents.for_experts if not contents.told[key]] == []
    config = config_of()
    for key in contents.for_experts:
        if not key.startswith("defaults."):
            section, _, name = key.rpartition(".")
            assert name in (config[section] if section else config), key
