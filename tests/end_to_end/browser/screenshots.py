"""`make screenshots`: the pictures of pages in README and docs, taken of a sweep that is run for them."""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page

from tests.end_to_end.browser.chromium import new_page, open_browser
from tests.end_to_end.program import ROOT, train
from tests.end_to_end.server import LOOPBACK, mlflow_server
from tests.end_to_end.store import Store

IMAGES = ROOT / "docs" / "images"
SWEEP = ("-m", "activation=sigmoid,tanh,relu", "network.hidden=[2],[4]", "data=quadrants", "seed=range(10)")
COLOURS = 128
LEARNING = (
    "-m", "data=quadrants", "network.hidden=[8]", "activation=sigmoid,tanh,relu", "learning_rate=0.01,0.1,1",
    "seed=range(3)",
)  # fmt: skip
FRAMES = (0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 50)  # places of the slider: most happens early
MILLISECONDS, LAST, QUALITY = 350, 2500, 60  # of a frame, and of the last one; of the pictures
TRAINING = "workflowType=machine_learning"  # MLflow shows pages of agents otherwise


def main() -> int:
    """Take all pictures; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        train(*SWEEP, cwd=Path(folder))
        store = Store(Path(folder))
        parent = store.only()
        _take_report(browser, store.artifact(parent, "report.html"))
        _take_explorer(browser)
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


def _take_explorer(browser: Browser) -> None:
    """A sweep learning: its wall over the steps as a moving picture, and the last of them as one that stands still."""
    with tempfile.TemporaryDirectory() as folder:
        train(*LEARNING, cwd=Path(folder))
        store = Store(Path(folder))
        page = new_page(browser, 1000, 900).page
        page.goto(store.artifact(store.only(), "explorer.html").as_uri())
        box = page.locator("#wall").bounding_box()
        assert box is not None
        clip = FloatRect(x=0, y=0, width=1000, height=box["y"] + box["height"] + 12)
        pictures = []
        for frame in FRAMES:
            page.locator("#time").fill(str(frame))
            page.locator("#time").blur()
            page.wait_for_timeout(600)  # until the pictures are fine
            pictures.append(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))
    first, *others = pictures
    times = [*[MILLISECONDS] * len(others), LAST]
    first.save(
        IMAGES / "explorer.webp", save_all=True, append_images=others, duration=times, loop=0, quality=QUALITY, method=6
    )
    pictures[-1].quantize(COLOURS).save(IMAGES / "explorer.png", optimize=True)


def _keep(page: Page, name: str) -> None:
    """With so few colours that a clone stays small."""
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
