"""What `conf/config.yaml` says of settings beside their values: what each means, and which are for experts.

A key is for experts when it stands between a line `# For experts` and the next empty line. An option, such as an
activation, is when the comment of its group names it after `for experts`; a comment that begins so is about the whole
group. Everything else is ordinary, whatever adds it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from runner.base.paths import CONF

CHOICES = "defaults"  # the key of the groups
_KEY = re.compile(r"( *)(?:- )?(?:override )?([\w/]+):[^#]*(?:# *(.*))?")
_MORE = re.compile(r" +# *(.*)")
_HEADING = re.compile(r" *# For experts")
MARK = "for experts"
_REMARK = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Contents:
    """The comments of a config file by dotted key, and those of these keys that are for experts."""

    told: dict[str, str]
    for_experts: frozenset[str]

    def options_for_experts(self, group: str, options: Iterable[str]) -> set[str]:
        """Those of the options of a group that its comment names for experts."""
        marked = self.told.get(f"{CHOICES}.{group}", "").partition(MARK)[2]
        return set(options) & {one.strip() for one in re.split("[,:;]", _REMARK.sub("", marked))}


def read_contents(text: str) -> Contents:
    """What a config file says of its keys: the comment on a key's line, and on the lines below it."""
    told: dict[str, str] = {}
    for_experts, path, is_below = set[str](), list[tuple[int, str]](), False
    for line in text.splitlines():
        if not line.strip() or _HEADING.fullmatch(line):
            is_below = bool(line.strip())
        elif path and (more := _MORE.fullmatch(line)):
            told[".".join(name for _, name in path)] += f" {more[1]}"
        elif key := _KEY.fullmatch(line):
            depth = len(key[1])
            path = [(above, name) for above, name in path if above < depth] + [(depth, key[2])]
            full = ".".join(name for _, name in path)
            told[full] = key[3] or ""
            for_experts |= {full} if is_below or told[full].startswith(MARK) else set()
    return Contents(told, frozenset(for_experts))


def table_of_contents() -> Contents:
    """What `conf/config.yaml` says."""
    return read_contents((CONF / "config.yaml").read_text(encoding="utf-8"))
