"""Where to look at what came out: the commands and addresses that a person gets at the end."""

import webbrowser
from pathlib import Path

from rich.text import Text

from runner.base.console import link, say
from runner.base.texts import visible
from runner.store.address import DEFAULT_URI, LOCAL_PAGES, address, is_server
from runner.store.errors import shown


def how_to_look(uri: str, page: str, name: str) -> Text:
    """The command that opens MLflow's pages over the store in use, and the address of one of them, called `name`."""
    if is_server(uri):
        return Text.assemble("look at it: ", link(name, f"{address(uri)}{page}"))
    named = uri if shown(uri) == uri else '"$MLFLOW_TRACKING_URI"'  # it has a password
    command = "mlflow ui" if uri == DEFAULT_URI else f"mlflow ui --backend-store-uri {named}"
    return Text.assemble(f"look at it: {command}\n{'and open':>20} ", link(name, f"{LOCAL_PAGES}{page}"))


def first_click(uri: str) -> Text:
    """What to do once, so that MLflow keeps showing pages of runs: a click drops what an address says of that."""
    pages = f"{address(uri) if is_server(uri) else LOCAL_PAGES}/#/experiments"
    return Text.assemble("and click Model training once, at the top left of ", link(pages, pages))


def how_to_read(command: str, file: str | None) -> Text:
    """The command that opens a sweep's report, for which no server is needed, and its file, if on this machine."""
    told = Text(f"the report: {visible(command)}")
    if file is not None:
        path = Path(file)
        told.append_text(Text.assemble(f"\n{'or open':>10} ", link(path.name, path.resolve().as_uri(), file)))
    return told


def how_to_see(command: str, file: str | None) -> Text:
    """Where the page is that shows a sweep learning: its file, if on this machine, else the command that writes it."""
    if file is None:
        return Text(f"see it learn: {visible(command)}")
    return Text.assemble("see it learn: open ", link(Path(file).name, Path(file).resolve().as_uri(), file))


def say_written(what: str, path: Path, opens: bool) -> None:
    """Where a page is that was written, as a link; and open it in the browser, if there is one."""
    here, whole = Path.cwd(), path.resolve()
    shown = str(whole.relative_to(here) if whole.is_relative_to(here) else path)
    say(Text.assemble(f"{what}: ", link(shown, whole.as_uri(), shown)))
    if opens and not _is_opened(path):
        say("no browser could be opened here; open the file in one")


def _is_opened(path: Path) -> bool:
    """Whether a browser has taken a file."""
    try:
        return webbrowser.open(path.resolve().as_uri())
    except (webbrowser.Error, OSError):
        return False
