"""Overrides that do not follow Hydra's grammar, and what may be wrong with them."""

import re

from runner.app.zipped import ZipError, read_zip
from runner.base.errors import Problem, nearest

QUOTES = "'\""
CLOSED_BY = {"(": ")", "[": "]", "{": "}", "'": "'", '"': '"'}
NAMES = {")": "parenthesis", "]": "bracket", "}": "brace", "'": "quote", '"': "quote"}
EXAMPLES = {
    "range": "range(5) or range(1,10,2)",
    "choice": "choice(1,2,3)",
    "interval": "interval(0,1)",
    "zip": "zip(data=[xor,sine],learning_rate=[0.5,0.1])",
}
CALL = re.compile(r"(\w+)\(.*\)")


def unreadable(override: str) -> Problem:
    """A message that an override does not follow Hydra's grammar, with what may be missing."""
    return Problem(f"the override {override!r}", f"cannot be read; {_why(override)}")


def _why(override: str) -> str:
    """What is open or missing in an override, or else its value in the quotes that a shell and Hydra need."""
    key, sign, value = override.partition("=")
    if not sign:
        return f"it needs the form key=value, such as {key.strip() or 'seed'}=VALUE"
    if (key, value) != (key.strip(), value.strip()):
        return f"leave out the spaces: {key.strip()}={value.strip()}"
    if problem := _unpaired(value):
        return problem
    try:
        read_zip(override)
    except ZipError as error:
        return str(error)
    if value.strip(",") and (value.startswith(",") or value.endswith(",") or ",," in value):
        return "a value is missing beside a comma"
    called = CALL.fullmatch(value)
    if called and (meant := nearest(called[1], EXAMPLES, most=1)):
        return f"write for example {key}={EXAMPLES[meant[0]]}"
    return f"""quotes may help: '{key}="{value}"'"""


def _unpaired(value: str) -> str:
    """What is opened and not closed, or the other way round; empty where nothing is."""
    expected: list[str] = []
    for letter in re.sub(r"\\.", "", value):
        if expected and letter == expected[-1]:
            expected.pop()
        elif expected and expected[-1] in QUOTES:
            continue
        elif letter in CLOSED_BY:
            expected.append(CLOSED_BY[letter])
        elif letter in CLOSED_BY.values():
            return f"a {NAMES[letter]} is closed that was not opened: {letter}"
    return f"a {NAMES[expected[-1]]} is not closed: {expected[-1]} is missing" if expected else ""
