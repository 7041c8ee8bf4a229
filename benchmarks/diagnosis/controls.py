"""Healthy runs of all kinds: many look ill, with noise, saturated or dead units, short or bouncing costs, and learn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.diagnosis.injection import FEW, OF_TABLES, PLAIN, RELU, Make, rate_by, setting
from benchmarks.diagnosis.recipes import RECIPES
from benchmarks.diagnosis.sources import RARE, SOURCES, Source, table

EASY = ("sine", "square", "quadrants", "wave", "ring", "blobs", "hills")
TABLED = ("data.standardize=true", "data.target_scale=standardize", "data.validation_fraction=auto", "training.l2=auto",
          "training.patience=auto", "training.restore_best=auto")  # fmt: skip


@dataclass(frozen=True)
class Control:
    """Settings that do no harm: of what `kind`, and where."""

    kind: str
    make: Make
    sources: Sequence[str] = EASY
    recipes: Sequence[str] = tuple(RECIPES)

    def base(self, source: str) -> Source:
        """The data that it trains on."""
        return SOURCES[source] if source in SOURCES else table(source)


def controls() -> list[Control]:
    """All kinds; the first has every data set with every recipe: these are the twins of ill runs too."""
    return [Control("plain", setting(), tuple(SOURCES)), *_noise(), *_units(), *_steps(), *_settings(), *_tables()]


def _noise() -> Iterator[Control]:
    yield Control("noise", setting("data.noise=0.5"), ("sine",))
    yield Control("noise", setting("data.noise=1.2"), ("sine",))
    yield Control("noise", setting("data.noise=0.3"), ("square", "surface"))
    yield Control("noise", setting("data.center=0.9"), ("quadrants",))
    yield Control("noise", setting("training.l2=0.003"), ("noisy",))


def _units() -> Iterator[Control]:
    smooth = ("tanh sgd", "tanh adam", "sigmoid adam", "tanh momentum")
    yield Control("saturated", setting("init=gaussian", "init.std=3"), EASY, smooth)
    yield Control("saturated", rate_by(1, "network.hidden=[24]", "init=gaussian", "init.std=2"), EASY, smooth)
    half = ("network.hidden=[40]", "init=between", "init.low=-0.7", "init.high=0.5")
    yield Control("half dead", setting(*half), EASY, RELU)
    yield Control("half dead", setting("network.hidden=[32]", "learning_rate=0.15"), EASY, ("relu sgd",))
    yield Control(
        "small net", setting("network.hidden=[4]"), ("square", "blobs", "ring", "wave"), (*smooth, "relu sgd")
    )
    yield Control("small net", setting("network.hidden=[1]"), ("square",), smooth)
    yield Control("linear is enough", setting("data=identity", "network.hidden=[]", "learning_rate=0.01"), ("sine",))
    yield Control("linear is enough", setting("network.hidden=[]"), ("blobs",))
    yield Control(
        "small weights", setting("init=gaussian", "init.std=0.1"), EASY, ("tanh adam", "sigmoid adam", "gelu rmsprop")
    )


def _steps() -> Iterator[Control]:
    yield Control("bouncing", rate_by(2, "training.batch_size=4"), EASY)
    yield Control("bouncing", rate_by(4), EASY)
    yield Control("bouncing", rate_by(1, "training.mode=online", "training.epochs=60"), EASY)
    yield Control("slow", rate_by(0.5), EASY)
    yield Control("slow", rate_by(0.2, "training.epochs=1200"), EASY)
    yield Control("short", rate_by(1, "training.epochs=80"), EASY)
    yield Control("full batch", setting("training.mode=full", "training.epochs=2500"), EASY)
    yield Control("large batch", rate_by(1.5, "training.batch_size=90", "training.epochs=800"), EASY)


def _settings() -> Iterator[Control]:
    yield Control("clip", setting("training.clip_norm=0.3"), EASY, PLAIN)
    yield Control("clip", rate_by(2, "training.clip_norm=0.1"), EASY, PLAIN)
    yield Control("decay", setting("schedule=cosine"), EASY)
    yield Control("decay", rate_by(2, "schedule=inverse_power", "schedule.power=0.3"), EASY)
    yield Control("decay", rate_by(2, "schedule=exponential", "schedule.decay=0.998"), EASY)
    yield Control("l2", setting("training.l2=0.001"), EASY)
    yield Control("l2", setting("training.l2=0.0001"), EASY)
    yield Control("momentum", rate_by(0.5, "optimizer.momentum=0.95"), EASY, ("tanh momentum", "elu nesterov"))
    yield Control("no bias", setting("network.bias=false"), ("sine", "mix", "quadrants"))
    yield Control("float32", setting("dtype=float32"), EASY)
    yield Control("sum", rate_by(1 / 32, "training.reduction=sum"), EASY, PLAIN)
    yield Control("grid", setting("test.set=grid"), ("sine", "square", "tanh_sine"))
    yield Control("target range", setting("network.output=tanh"), ("sine", "square", "wave"))


def _tables() -> Iterator[Control]:
    default = ("activation=auto", "network.hidden=auto", "init=normal", "optimizer=auto", "learning_rate=auto")
    yield Control(
        "as a table is trained",
        setting(*TABLED, *default, "training.epochs=null"),
        (*OF_TABLES, "houses"),
        ("tanh sgd",),
    )
    yield Control(
        "standardised", setting("data.standardize=true", "data.target_scale=standardize"), (*OF_TABLES, "houses")
    )
    yield Control("given order", setting("training.order=given"), OF_TABLES)
    yield Control("classes weighted", setting("training.class_weights=balanced"), tuple(RARE))
    yield Control("few samples", setting("training.l2=0.1"), FEW)
    yield Control("rare classes apart", setting(), ("apart",))
    yield Control("linear is enough", setting("network.hidden=[]", "training.l2=0.03"), FEW)
