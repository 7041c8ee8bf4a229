"""A search that nobody had to train: eight settings race on four seeds, three meet on fresh ones."""

from collections.abc import Sequence
from dataclasses import replace

from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.overrides import settings_in, swept_keys
from runner.runs.result import RunResult
from runner.runs.role import Role
from tests.runner.finished import run

SPACE = ("search=random", "data=xor", "learning_rate=tag(log,interval(0.001,1))", "network.hidden=[2],[4]")
RATES = (0.002, 0.004, 0.01, 0.03, 0.05, 0.1, 0.3, 1.0)
HIDDEN = ("[4]", "[2]", "[4]", "[2]", "[4]", "[4]", "[2]", "[2]")
FRESH = 6


def trained_on(index: int, text: str, seed: int, cost: float, role: Role = Role.SEARCH, rung: int = 0) -> RunResult:
    """A run with this final cost, which scores it."""
    one = run(index, f"{text} seed={seed}", cost=cost, rmse=cost)
    return replace(one, spec=one.spec.model_copy(update={"seed": seed}), role=role, rung=rung)


def texts(n: int = 8) -> list[str]:
    """Settings, the fourth of each eight of which is the best."""
    return [
        f"data=xor learning_rate={RATES[i % 8] * (1 - i // 8 / 100):.3g} network.hidden={HIDDEN[i % 8]}"
        for i in range(n)
    ]


def cost_of(place: int, seed: int) -> float:
    """Of a setting on a seed: the farther from the fourth the worse."""
    return 0.1 + 0.1 * abs(place % 8 - 3) + 0.001 * (place // 8) + 0.01 * (seed * 7 % 5)


def race(n: int = 8) -> list[RunResult]:
    """All settings on seed 0, the better half on seed 1, and the better half of these on seeds 2 and 3."""
    named, results, running = texts(n), list[RunResult](), list(range(n))
    for rung, seeds in enumerate(((0,), (1,), (2, 3))):
        for place in running:
            for seed in seeds:
                results.append(trained_on(len(results), named[place], seed, cost_of(place, seed), rung=rung))
        running = sorted(running, key=lambda place: cost_of(place, 0))[: len(running) // 2]
    return results


def final(places: Sequence[int] = (3, 2, 4), default: bool = True) -> list[RunResult]:
    """Settings on fresh seeds, which choose the first; others for it and, without a rate, for the default."""
    named, results = texts(), list[RunResult]()
    for place in places:
        results += [
            trained_on(100 + 10 * place + seed, named[place], seed + 10, cost_of(place, seed + 10), Role.CHOOSE)
            for seed in range(FRESH)
        ]
    for seed in range(20, 20 + FRESH):
        results.append(trained_on(200 + seed, named[places[0]], seed, cost_of(places[0], seed), Role.CONFIRM))
        if default:
            results.append(trained_on(300 + seed, "data=xor", seed, cost_of(places[0], seed) + 0.05, Role.DEFAULT))
    return results


def search_of(results: Sequence[RunResult], fresh: Sequence[RunResult] = (), space: Sequence[str] = SPACE) -> Findings:
    """What a search has found."""
    keys = swept_keys([one.overrides for one in results])
    about = About("random search", "", "2026_a", "python -m runner -m search=random", tuple(space))
    return Findings(about, list(results), {}, "parent", [*settings_in(keys), "seed"], {}, fresh=list(fresh))
