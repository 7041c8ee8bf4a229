"""The rules in the order in which they are checked: first what can be proved, then what is likely.

Code; runs that fail only on other samples; config and data; the network; initial weights; steps. Add your own rule with
`RULES.register(Rule(...), before="lr_high")` in a module of `modules=[...]`.
"""

from runner.diagnosis.rules import code, data, held_out, narrow, network, penalties, start, steps, updates
from runner.diagnosis.rules.rule import Rule, Rules

__all__ = ["RULES", "Rule", "Rules"]

RULES = Rules([
    code.WRONG_GRADIENT, code.WRONG_UPDATE, code.WRONG_PAIRS, code.WRONG_COST,
    data.RANDOM_TARGETS, held_out.EXTRAPOLATION, held_out.TOO_FEW_SAMPLES, held_out.OVERFIT, held_out.IMBALANCE,
    data.OUTPUT_RANGE, data.INPUT_SQUASH,
    network.NO_HIDDEN, start.SYMMETRIC_INIT, data.NOT_SHUFFLED,
    steps.DECAY_FAST, steps.CLIP_TIGHT, penalties.L2_STRONG,
    data.UNEQUAL_INPUTS, data.UNSCALED_INPUTS, data.UNSCALED_TARGETS, start.DEAD_RELU, start.INIT_LARGE,
    steps.MOMENTUM_HIGH, narrow.TOO_SMALL, narrow.BAD_START,
    updates.BATCH_LARGE, steps.TOO_FEW_STEPS, network.VANISHING, steps.LR_HIGH, start.INIT_SMALL, steps.LR_LOW,
    penalties.DROPOUT_STRONG, network.NO_BIAS,
])  # fmt: skip
