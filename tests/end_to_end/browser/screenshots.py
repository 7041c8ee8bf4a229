"""`make screenshots`: the pictures of pages in README and docs, taken of a sweep that is run for them."""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.end_to_end.browser.chromium import new_page, open_browser
from tests.end_to_end.program import ROOT, train
from tests.end_to_end.server import LOOPBACK, mlflow_server
from tests.end_to_end.store import Store

IMAGES = ROOT / "docs" / "images"
SWEEP = ("-m", "activation=sigmoid,tanh,relu", "network.hidden=[2],[4]", "data=quadrants", "seed=range(10)")
COLOURS = 128
TRAINING = "workflowType=machine_learning"  # MLflow shows pages of agents otherwise


def main() -> int:
    """Take all pictures; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        train(*SWEEP, cwd=Path(folder))
        store = Store(Path(folder))
        parent = store.only()
        _take_report(browser, store.artifact(parent, "report.html"))
        experiment = f"/#/experiments/{parent.info.experiment_id}/runs"
        view = f"?{TRAINING}&viewStateShareKey={parent.data.tags['sweep_id']}"
        with mlflow_server(Path(folder), "--backend-store-uri", "sqlite:///mlflow.db") as port:
            page = new_page(browser, 1440, 720).page
            for name, address, text in (
                ("mlflow-runs", f"{experiment}{view}", "score"),
                ("mlflow-curves", f"{experiment}{view}&compareRunsMode=CHART", "test/accuracy/mean"),
                ("mlflow-report", f"{experiment}/{parent.info.run_id}/artifacts/report.html?{TRAINING}", "report.html"),
            ):
                page.goto(f"http://{LOOPBACK}:{port}{address}")
                page.get_by_text(text).first.wait_for()
                for path in page.get_by_text("Path: ").all():  # of the folder that the sweep was made in
                    path.evaluate("element => { element.style.visibility = 'hidden' }")
                page.wait_for_timeout(4000)  # charts and tables give no sign when they are complete
                _keep(page, name)
    return 0


def _take_report(browser: Browser, file: Path) -> None:
    page = new_page(browser, 1000, 1150).page
    page.goto(file.as_uri())
    _keep(page, "report")


def _keep(page: Page, name: str) -> None:
    """With so few colours that a clone stays small."""
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
