"""The pages that people read: links lead somewhere, files that are named exist, commands that are shown can be run."""

import importlib
import re
import shlex
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from sklearn.datasets import load_diabetes

from runner.app.answering import taken
from runner.app.grids import jobs_of
from runner.app.named_sweeps import sweep_files
from runner.app.zipped import spread
from runner.base.errors import UserError
from runner.base.paths import SWEEPS
from runner.base.typed import set_typed
from runner.plan.plan import make_plan
from runner.runs.leftovers import left_out
from runner.search.samplers import RandomSampler
from runner.search.space import Space
from tests.end_to_end.program import make_store, run_runner, said
from tests.runner.building import composer, loader, master
from tests.runner.tables import write_printed

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs", "docs/case-studies", "benchmarks")
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(p for one in FOLDERS for p in ROOT.glob(f"{one}/*.md"))]
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}.*$", re.MULTILINE)
INLINE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED_FILE = re.compile(r"`((?:nn|runner|conf|sweeps|tests|docs|benchmarks|deploy)/[\w./-]+\.\w+)`")
MADE_BY_PEOPLE = {"deploy/server.env"}
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"python (-m runner(?:\.\w+)?(?: .*)?)$")
PLACEHOLDER = re.compile(r"(?:^|=)[A-Z_]{2,}\b|^FILE")
FLAGS = ("-m", "--multirun", "--help", "--cfg", "--config-dir", "--strict")
PRINTED = re.compile(r"^ {4}(python -c .* > \S+)$", re.MULTILINE)
REFUSED = "python -m runner data=table data.path=people.csv data.target=kind"  # its page shows what is said
HOUSES = "size,rooms,price\n" + "".join(f"{40 + 7 * i},{1 + i % 5},{100 + 13 * i + 0.5}\n" for i in range(20))
IRIS = "length,width,species\n" + "".join(f"{i % 7},{i % 3},{'abc'[i % 3]}\n" for i in range(24))


def page_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    return INDENTED.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))


def anchors(path: Path) -> set[str]:
    """The anchors that a page's headings get where repositories are read."""
    found: list[str] = []
    for title in re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return set(found)


def shown_commands(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The module and the arguments of every `python -m runner...` of a page, in code blocks and in sentences."""
    text = path.read_text(encoding="utf-8")
    blocks = [*FENCED.findall(text), *INDENTED.findall(text)]
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [" ".join(code.split()) for code in INLINE.findall(prose(path))]
    for line in lines:
        if line.strip().startswith("eval "):
            continue  # for a shell; `test_completion.py` has one do it
        if found := COMMAND.search(re.split(r"(?<=\S)\s{2,}", line)[0]):
            _, module, *arguments = shlex.split(found[1], comments=True)
            yield module, arguments


def commands_of(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """All that can be checked: each once, and those without placeholders."""
    found = dict.fromkeys((module, tuple(arguments)) for module, arguments in shown_commands(path))
    return [one for one in found if one[0] != "runner" or not any(PLACEHOLDER.search(part) for part in one[1])]


def is_own(arguments: tuple[str, ...]) -> bool:
    """Whether a command uses what only its page has: the reader's own modules and configs."""
    return any(part.startswith(("modules=", "--config-dir")) for part in arguments)


def searched(overrides: list[Override]) -> list[list[str]]:
    """Some of the jobs of a search."""
    space = Space.of(overrides, digits=3)
    return [list(space.overrides(one, space.replicates[0])) for one in RandomSampler(space, seed=0).ask(20)]


def check_overrides(arguments: tuple[str, ...]) -> None:
    """Compose and validate every setting of a command. Raises UserError with all that is wrong."""
    overrides = [part for part in arguments if "=" in part and not part.startswith("-")]
    named = [part.partition("=")[2] for part in overrides if part.startswith("sweep=")]
    assert set(named) <= set(sweep_files(SWEEPS)), named
    if [part for part in arguments if part != "-m"] == [f"sweep={name}" for name in named]:
        return  # its runs are looked at where all named sweeps are
    parsed = OverridesParser.create(config_loader=loader()).parse_overrides(overrides)
    jobs = searched(parsed) if any(part.startswith("search=") for part in overrides) else None
    jobs = jobs or jobs_of(parsed, loader(), master())
    assert len(jobs) == 1 or "-m" in arguments or named, f"-m is missing: {arguments}"
    settings, _ = left_out(jobs, spread(overrides))
    once = {tuple(part for part in job if not part.startswith("seed=")): job for job in settings}.values()
    set_typed([text for job in once for text in job])
    make_plan([composer().compose(number, job) for number, job in enumerate(once)])


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_files_that_are_named_exist(page: Path) -> None:
    missing = {name for name in NAMED_FILE.findall(prose(page)) if not (ROOT / name).exists()}
    assert missing - MADE_BY_PEOPLE == set()


def test_make_has_every_target_that_is_named() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for page in PAGES for target in re.findall(r"`make ([a-z-]+)`", page.read_text(encoding="utf-8"))}
    assert len(named) > 3
    assert named <= targets


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)], ids=page_id)
def test_every_command_that_is_shown_is_one(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load_diabetes(as_frame=True).frame.to_csv("diabetes.csv", index=False)
    files = {"houses.csv": HOUSES, "iris.csv": IRIS} | dict(BLOCK.findall(page.read_text(encoding="utf-8")))
    for name, text in files.items():
        if name.endswith(".csv"):
            Path(name).write_text(text, encoding="utf-8")
    for line in PRINTED.findall(page.read_text(encoding="utf-8")):
        write_printed(line, tmp_path)
    for module, typed in commands_of(page):
        _, arguments = taken(typed)
        flags = [part for part in arguments if part.startswith("-")]
        if module == "runner":
            assert set(flags) <= set(FLAGS), arguments
        else:
            program = importlib.import_module(module)
            usage = program.USAGE
            assert [flag for flag in flags if f" {flag}" not in usage and flag != "--help"] == [], arguments
        if module in ("runner", "runner.gradcheck") and not is_own(arguments):
            refused = shlex.join(["python", "-m", module, *arguments]) == REFUSED
            with pytest.raises(UserError) if refused else nullcontext():
                check_overrides(arguments)


def test_own_parts_and_sweeps_work_as_the_how_to_shows_them(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to.md"
    for name, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    make_store(tmp_path)
    own = [(module, arguments) for module, arguments in commands_of(page) if is_own(arguments)]
    assert len(own) > 3
    for module, arguments in own:
        quick = ("workers=1", "tracking.plots=none", "tracking.models=none") if module == "runner" else ()
        done = run_runner(*arguments, *quick, module=module, cwd=tmp_path)
        assert done.returncode == 0, said(done)


def test_the_index_of_the_documentation_leads_to_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(prose(index))}
    assert {page for page in (ROOT / "docs").glob("*.md") if page != index} <= linked
    assert "docs/README.md" in LINK.findall(prose(ROOT / "CONTRIBUTING.md"))
