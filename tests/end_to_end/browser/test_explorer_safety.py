"""The page of `runner.explore` loads nothing, runs nothing that came from data, and is the same of the same sweep."""

import base64
import hashlib
import re
import zlib

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.browser.chromium import new_page
from tests.end_to_end.browser.conftest import Swept
from tests.end_to_end.browser.explorer import Explored, explore, explored, opened, six_a_cell

pytestmark = pytest.mark.browser
NUMBERS = re.compile(r'<script type="text/plain" id="numbers-(\w+)">(.*?)</script>')
MARKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
ATTACK = "</script><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
ATTACKS = {
    "class": f"{ATTACK}<b>",
    "quotes": "\"'`${1}&amp;<!--",
    "right to left": "\u202eevil\u202c \u200f",
    "column": 'a"><svg onload="document.title=\'owned\'">',
    "target": "<iframe src='https://example.org'></iframe>",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A sweep whose columns, classes, file and experiment have names that do harm where a page takes them for HTML."""
    x = np.random.default_rng(5).normal(size=(90, 2))
    names = np.array([ATTACKS["class"], ATTACKS["quotes"], ATTACKS["right to left"]])
    frame = pd.DataFrame({ATTACKS["column"]: x[:, 0], "b": x[:, 1], ATTACKS["target"]: names[np.arange(90) % 3]})
    file = "<b onclick=x>'&.csv"
    return explored(
        tmp_path_factory, "hostile", "-m", "data=table", f'data.path="{file}"', "seed=range(2)", "activation=tanh,relu",
        'tracking.experiment="<script>alert(1)</script> \u202ex"', "training.epochs=3", "training.evaluations=3",
        files={file: frame.to_csv(index=False)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    return six_a_cell(tmp_path_factory)


def test_it_forbids_itself_to_load_anything_and_asks_for_nothing(browser: Browser, wall: Explored) -> None:
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"\s+content="([^"]*)">', wall.text)
    assert policy and "default-src 'none'" in policy[1].split("; ")
    assert "unsafe-eval" not in policy[1] and "http" not in policy[1].replace("http-equiv", "")
    with opened(browser, wall.file) as watched:
        page = watched.page
        page.keyboard.press("0")
        page.keyboard.press(" ")
        page.locator(".panel").first.click()
        page.wait_for_load_state("networkidle")
        assert [url.partition("#")[0] for url in watched.requests] == [wall.file.as_uri()]


def test_what_a_script_would_load_is_refused(browser: Browser, wall: Explored) -> None:
    watched = new_page(browser)
    watched.page.goto(wall.file.as_uri())
    watched.page.locator("html[data-ready='1']").wait_for(state="attached")
    asked = "fetch('https://example.org').then(() => 'loaded', () => 'refused')"
    assert watched.page.evaluate(asked) == "refused"
    assert any("Content Security Policy" in one for one in watched.complaints)
    watched.page.context.close()


def test_hostile_names_stay_text_and_what_reorders_it_is_shown(browser: Browser, hostile: Explored) -> None:
    with opened(browser, hostile.file) as watched:
        page = watched.page
        legend = page.locator("#legend")
        expect(legend).to_contain_text(ATTACKS["quotes"])
        expect(legend).to_contain_text("</script><img src=x onerror=")
        expect(legend).to_contain_text(ATTACKS["column"])
        expect(legend).to_contain_text("\\u202eevil\\u202c")
        page.locator(".panel").first.click()
        page.locator("#network .unit").first.hover()
        expect(page.locator("#network-note")).to_contain_text(ATTACKS["column"])
        assert page.locator("img, svg, iframe, b[onclick]").count() == 0
        assert page.evaluate("document.querySelectorAll('script').length") <= 5
        assert page.title() != "owned"
        page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
        assert not MARKS.search(page.locator("html").inner_text())


def test_no_line_of_the_file_turns_its_direction(hostile: Explored) -> None:
    """Marks of right-to-left text would show code and names in another order than they are in."""
    assert not MARKS.search(hostile.text)


def test_the_same_sweep_gives_the_same_bytes_in_any_time_zone_and_language(wall: Explored) -> None:
    folder = wall.file.parent
    for zone, language, more in (
        ("Asia/Tokyo", "ja_JP.UTF-8", {}), ("America/Lima", "C", {"PYTHONHASHSEED": "7"}),  # another order of sets
    ):  # fmt: skip
        explore(folder, out="again.html", env={"TZ": zone, "LC_ALL": language, "LANG": language, **more})
        assert (folder / "again.html").read_bytes() == wall.file.read_bytes()


def inflated(page: str) -> dict[str, str]:
    """The digest of each array of numbers, whatever it was deflated by."""
    found = {name: zlib.decompress(base64.b64decode(text)) for name, text in NUMBERS.findall(page)}
    assert set(found) == {"weights", "curves", "samples"} and all(found.values())
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def test_the_artifact_of_a_sweep_is_the_page_that_the_command_writes(swept: Swept) -> None:
    artifact = swept.store.artifact(swept.store.only(), "explorer.html").read_text(encoding="utf-8")
    explore(swept.folder, swept.store.only().info.run_id, out="again.html")
    again = (swept.folder / "again.html").read_text(encoding="utf-8")
    assert inflated(again) == inflated(artifact)
    assert again == artifact


def test_it_opens_inside_mlflows_page(browser: Browser, swept: Swept, mlflow: str) -> None:
    parent = swept.store.only()
    watched = new_page(browser, 1500, 950)
    page = watched.page
    address = f"/#/experiments/{parent.info.experiment_id}/runs/{parent.info.run_id}/artifacts/explorer.html"
    page.goto(f"{mlflow}{address}?workflowType=machine_learning")
    frame = page.frame_locator("iframe")
    expect(frame.locator("html[data-ready='1']")).to_be_attached()
    expect(frame.locator("#wall")).to_be_visible()
    expect(frame.locator(".panel")).to_have_count(20)
    frame.locator(".panel").first.click()
    expect(frame.locator("#run-name")).to_be_visible()
    page.context.close()
