"""my_rules.py: your own rule."""

from runner.diagnosis.rules import RULES, Rule
from runner.diagnosis.texts import TEXTS, Text
from runner.runs.diagnosis import Evidence

SPIKE = 10.0


def spike(subject):
    """The largest training cost, divided by the first."""
    costs = subject.history["train/cost"]
    return max(costs) / costs[0]


RULES.register(
    Rule(
        "X1",
        "cost_spike",
        when=lambda subject: spike(subject) > SPIKE,
        evidence=lambda subject: [Evidence("largest training cost / first", spike(subject), SPIKE)],
        fixes=lambda subject: [("training.clip_norm=1",)],
    ),
    before="momentum_high",
)
TEXTS["cost_spike"] = Text("the cost has a spike", page="wiki/spikes.md")
