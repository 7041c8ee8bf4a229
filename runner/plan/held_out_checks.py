"""Whether there are held-out samples for everything that needs them."""

from runner.base.errors import Problem, Way
from runner.plan.phases import Phase


def check_validation(phase: Phase) -> Problem | None:
    """Folds and a fraction cannot both define the validation part."""
    folds, share = (dict(phase.spec.data)[key] for key in ("folds", "validation_fraction"))
    if folds is None or share == 0:
        return None
    told = f"={share:g} and data.folds={folds} both say what is kept; leave one out"
    ways = (
        Way({"data.folds": None}, "with one validation part"),
        Way({"data.validation_fraction": "auto"}, "with folds"),
    )
    return Problem("data.validation_fraction", told, ways=ways)


def check_choosing(phase: Phase) -> Problem | None:
    """Patience and restored weights need samples to choose by."""
    training, facts = phase.spec.training, phase.facts
    if facts.n_test or facts.n_validation:
        return None
    ways = (Way({"data.validation_fraction": 0.2}, "with a validation part"),)
    said = "set data.validation_fraction or data.test_fraction above 0"
    if training.patience is not None:
        return Problem("training.patience", f"needs samples to watch; {said}", ways=ways)
    if training.restore_best:
        return Problem("training.restore_best", f"needs samples to choose by; {said}", ways=ways)
    return None
