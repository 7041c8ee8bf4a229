"""All causes of the corpus, one by one and two at once."""

from benchmarks.diagnosis import of_data, of_training
from benchmarks.diagnosis.injection import Injection

# Two causes at once.
PAIRS = (
    ("lr_high", "no_hidden"), ("lr_low", "init_large"), ("unscaled_inputs", "lr_low"), ("unscaled_inputs", "too_small"),
    ("unscaled_targets", "symmetric_init"), ("decay_fast", "init_small"), ("l2_strong", "lr_low"),
    ("wrong_gradient", "lr_high"), ("output_range", "lr_low"), ("clip_tight", "no_hidden"),
    ("symmetric_init", "decay_fast"), ("too_few_steps", "too_small"), ("imbalance", "lr_low"),
)  # fmt: skip


def injections() -> list[Injection]:
    """All of them, cause by cause."""
    return [
        *of_training.steps(), *of_training.starts(), *of_training.networks(), *of_data.scales(), *of_data.samples(),
        *of_data.held_out(), *of_data.code(), *of_data.counts(), *of_training.dropouts(),
    ]  # fmt: skip
