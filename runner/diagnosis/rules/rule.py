"""What a rule is, and the list of rules in the order in which they are checked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

from runner.base.errors import RAISED, UserError, one_line, unknown, what_raised
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Certainty, Evidence, Overrides
from runner.runs.spec import Spec

Asked = Literal["failing", "missing", "worsened", "neglecting", "learning", "every"]
AS_GOOD = 0.1  # a score that is less than this below another is as good
NEAR_START = 0.25  # the way from the first weights / their size; healthy 5 %: 0.27


@dataclass(frozen=True)
class Rule:
    """One cause and how it is recognised. Rules are checked in order; the first that holds names the cause.

    `when` says whether it holds, `evidence` why, and `fixes` what to try, best first, each as overrides that belong
    together. A cause that the rule `proves` follows from config, data and code alone. `asked` says which runs it
    applies to: those that are `missing` what their data allow; the `failing` ones among these, which do not learn their
    training samples either, or lose more on others than sampling explains; these and those that have `worsened`, which
    were far better earlier; those `neglecting` rare classes, worse than the data allow with equal class weights; those
    that are `learning`, which are all that do not fail; or `every` run. A run for which it holds is ill; if the rule
    `spares` learning runs, these stay healthy. `before` detects the cause before training, without final weights:
    `when`, or evidence of its own, which is empty if nothing shows.
    """

    code: str
    cause: str
    when: Callable[[Subject], bool]
    evidence: Callable[[Subject], Sequence[Evidence]]
    fixes: Callable[[Subject], Sequence[Overrides]] = lambda subject: ()
    proves: bool = False
    asked: Asked = "failing"
    spares: bool = False
    before: bool | Callable[[Subject], Sequence[Evidence]] = False

    def __post_init__(self) -> None:
        """Raises ValueError where it is asked of runs that have no name, and TypeError for parts of another kind."""
        for name in ("code", "cause"):
            if not isinstance(text := getattr(self, name), str) or not text.strip():
                raise TypeError(f"the {name} of a rule must be text, got {text!r}")
        for name in ("when", "evidence", "fixes"):
            if not callable(part := getattr(self, name)):
                raise TypeError(f"{name} of the rule {self.code} {self.cause} must be a function, got {part!r}")
        if self.asked not in get_args(Asked):
            which = f"the rule {self.code} {self.cause} is asked of unknown runs: {{given!r}}"
            raise ValueError(unknown(self.asked, get_args(Asked), what=which))

    @property
    def certainty(self) -> Certainty:
        """The certainty of a cause that no fix has confirmed."""
        return "proved" if self.proves else "likely"

    def foretold(self, subject: Subject) -> Sequence[Evidence]:
        """What shows before training that a run will not learn for this cause; empty if nothing does."""
        if callable(self.before):
            return self.before(subject)
        return self.shown(subject) if self.before and self.when(subject) else ()

    def shown(self, subject: Subject) -> tuple[Evidence, ...]:
        """Its evidence. Raises TypeError if it returns anything else."""
        found = tuple(self.evidence(subject))
        for one in found:
            if not isinstance(one, Evidence):
                raise TypeError(f"evidence must be a list of Evidence(...), got {one!r} in it")
        return found

    def to_try(self, subject: Subject) -> tuple[Overrides, ...]:
        """Its fixes. Raises TypeError for a fix that is not a sequence of overrides."""
        found = tuple(self.fixes(subject))
        for fix in found:
            if isinstance(fix, str) or not all(isinstance(one, str) and "=" in one for one in fix):
                raise TypeError(f'a fix must be a tuple of overrides, such as ("learning_rate=1",), got {fix!r}')
        return tuple(_fitting(tuple(fix), subject.spec) for fix in found)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Raises a UserError that names this rule if its functions raise, or end the program."""
        try:
            yield
        except RAISED as error:
            raise UserError(f"the rule {self.code} {self.cause} cannot be asked: {what_raised(error)}") from error


def _fitting(fix: Overrides, spec: Spec) -> Overrides:
    """A fix for a network whose layers may have activations of their own: these go where it sets others, or layers."""
    changed = {key: value for key, _, value in (one.partition("=") for one in fix)}
    layers = changed.get("network.hidden")
    is_other = layers is not None and layers.count(",") + 1 != len(spec.network.hidden)
    if spec.network.activations is None or not ("activation" in changed or is_other):
        return fix
    return (*fix, "network.activations=null")


class Rules:
    """Rules in the order in which they are checked; codes and causes are unique. `silenced` codes are ignored."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self._rules = list[Rule]()
        self.silenced: tuple[str, ...] = ()
        for rule in rules:
            self.register(rule)

    def register(self, rule: Rule, before: str | None = None) -> Rule:
        """Add a rule at the end, or before the one with this code or cause. Raises ValueError for an existing one."""
        if not isinstance(rule, Rule):
            raise TypeError(f"a rule must be a Rule(...), got {rule!r}")
        taken = [one for one in self._rules if rule.code == one.code or rule.cause == one.cause]
        if taken:
            raise ValueError(
                f"the rule {rule.code} {rule.cause} has the code or cause of {taken[0].code} {taken[0].cause}"
            )
        places = [place for place, one in enumerate(self._rules) if before in (one.code, one.cause)]
        if before is not None and not places:
            raise ValueError(f"there is no rule for {before!r} to put {rule.code} {rule.cause} before")
        self._rules.insert(places[0] if places else len(self._rules), rule)
        return rule

    def silence(self, names: Sequence[str]) -> None:
        """Ignore these codes or causes from now on. Raises UserError for an unknown one."""
        for name in names:
            found = [one for one in self._rules if name in (one.code, one.cause)]
            if not found:
                known = [text for one in self._rules for text in (one.cause, one.code)]
                what = "there is no cause {given!r} to leave out"
                raise UserError(unknown(one_line(name), known, "docs/diagnoses.md", what))
            self._rules.remove(found[0])
            self.silenced += (found[0].code,)

    def without(self, names: Sequence[str]) -> "Rules":
        """A copy that ignores these codes or causes."""
        found = Rules(self._rules)
        found.silence(names)
        return found

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)
