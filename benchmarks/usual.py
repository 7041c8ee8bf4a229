"""A sweep as people usually write it: a Hydra application, one scikit-learn network per job, MLflow's fluent calls.

python benchmarks/usual.py -m 'seed=range(8)' hidden=2,4 [hydra/launcher=joblib hydra.launcher.n_jobs=2]
"""

from dataclasses import dataclass

import hydra
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import mlflow
import numpy as np
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig
from sklearn.neural_network import MLPClassifier

EVERY = 10


@dataclass
class Config:
    """What a job can choose."""

    seed: int = 0
    hidden: int = 2
    epochs: int = 500
    learning_rate: float = 0.1
    store: str = "sqlite:///mlflow.db"


ConfigStore.instance().store(name="usual", node=Config)


def quadrants(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Four clusters of two classes, as in this package."""
    centres = np.array([(-2, -2), (2, 2), (-2, 2), (2, -2)])
    X = np.concatenate([rng.standard_normal((100, 2)) + centre for centre in centres])
    return X, np.repeat([0, 1], 200)


@hydra.main(version_base="1.3", config_path=None, config_name="usual")
def main(config: DictConfig) -> None:
    """One job: one network, one MLflow run."""
    X, y = quadrants(np.random.default_rng(config.seed))
    mlflow.set_tracking_uri(config.store)
    mlflow.set_experiment("usual")
    with mlflow.start_run(run_name=f"hidden={config.hidden} seed={config.seed}"):
        mlflow.log_params(dict(config))
        model = MLPClassifier(
            hidden_layer_sizes=(config.hidden,), activation="tanh", solver="sgd", alpha=0.0, batch_size=len(X),
            momentum=0.0,
            learning_rate_init=config.learning_rate, max_iter=config.epochs, tol=0.0,
            n_iter_no_change=config.epochs + 1,
            random_state=config.seed,
        )  # fmt: skip
        model.fit(X, y)
        for step in range(0, len(model.loss_curve_), EVERY):
            mlflow.log_metric("train/cost", model.loss_curve_[step], step=step)
        mlflow.log_metric("train/accuracy", model.score(X, y))
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
        left.plot(model.loss_curve_)
        x1, x2 = np.meshgrid(np.linspace(-6, 6, 81), np.linspace(-6, 6, 81))
        shares = model.predict_proba(np.column_stack([x1.ravel(), x2.ravel()]))[:, 1].reshape(x1.shape)
        right.contourf(x1, x2, shares, levels=10)
        right.plot(*X[y == 0].T, "o", *X[y == 1].T, "^")
        mlflow.log_figure(figure, "cost_and_fit.png")
        plt.close(figure)


if __name__ == "__main__":
    main()
