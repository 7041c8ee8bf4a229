"""Programs that begin where their imports end: forks of a process that has imported what they will need.

Importing Hydra, MLflow and matplotlib is most of the time of a short run, and the same for each of the two hundred that
these tests start. A fork has its own folder, environment and outputs, and runs the module as `python -m` does.
Programs whose environment imports read are started from nothing.
"""

import atexit
import gc
import importlib
import json
import os
import resource
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from runner.store.surroundings import using_mlflow

REQUIREMENTS = "mlflow.utils.requirements_utils"
IMPORTED = (
    "hydra.core.plugins", "hydra._internal.utils", "mlflow.pyfunc", "mlflow.tracking", REQUIREMENTS, "runner.app.main",
    "runner.app.launching", "runner.conduct.publishing", "runner.store.reader", "runner.findings.figures",
    "runner.plan.memory", "pyarrow.parquet", "mlflow.store.tracking.sqlalchemy_store", "alembic.command",
    "runner.app.options",
)  # fmt: skip


class Fork:
    """A program that runs, with what tests use of `subprocess.Popen`. Its id is that of its session and group too."""

    def __init__(self, forks: "Forks", module: str, arguments: Sequence[str], request: dict[str, Any]) -> None:
        self.args = [sys.executable, "-m", module, *arguments]
        self._scratch = tempfile.TemporaryDirectory()
        self._files = [Path(self._scratch.name) / name for name in ("out", "err")]
        self._forks = forks
        self.returncode: int | None = None
        where = {"out": str(self._files[0]), "err": str(self._files[1])}
        self.pid = forks.ask({"module": module, "arguments": list(arguments), **where, **request})

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._forks.ask({"ended": self.pid, "wait": False})
        return self.returncode

    def wait(self) -> int:
        """The exit code, at the end."""
        if self.returncode is None:
            self.returncode = self._forks.ask({"ended": self.pid, "wait": True})
        assert self.returncode is not None
        return self.returncode

    @property
    def printed(self) -> str:
        """What it has printed so far; nothing before it has begun."""
        out = self._files[0]
        return out.read_text(encoding="utf-8", errors="surrogateescape") if out.exists() else ""

    def done(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end; returns the exit code and everything that was printed."""
        code = self.wait()
        texts = [file.read_text(encoding="utf-8", errors="surrogateescape") for file in self._files]
        self.forget()
        return subprocess.CompletedProcess(self.args, code, *texts)

    def forget(self) -> None:
        """Let go of what it has printed."""
        self._scratch.cleanup()

    def send_signal(self, number: int) -> None:
        """To the program alone, not to its workers."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the program alone, at once."""
        self.send_signal(signal.SIGKILL)
        self.wait()


class Forks:
    """A process that forks, and what to ask it for."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=root, env=dict(environment), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        atexit.register(self.close)

    def close(self) -> None:
        """End the process."""
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()

    def start(
        self,
        module: str,
        arguments: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        timeout: float,
        file_size: int | None = None,
    ) -> Fork:
        """Start `python -m MODULE ARGUMENTS`, which gets SIGALRM after a time in seconds.

        None of its files may grow beyond `file_size` bytes.
        """
        about = {"cwd": str(cwd), "env": dict(env), "timeout": timeout, "file_size": file_size}
        return Fork(self, module, arguments, about)

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request of `_serve` and return the answer."""
        with self._lock:
            assert self._process.stdin and self._process.stdout
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the process that forks has died"
        return json.loads(answer)


def _serve() -> None:
    before = dict(os.environ)
    with using_mlflow():
        for name in IMPORTED:
            importlib.import_module(name)
    sys.modules["sqlalchemy.orm"].configure_mappers()
    for path in sys.modules["runner.base.paths"].SWEEPS.glob("*.yaml"):
        sys.modules["runner.app.options"].read_sweep(path.read_bytes())
    sys.modules[REQUIREMENTS]._init_packages_to_modules_map()  # once per process: it looks at all that is installed
    set_by_imports = {name: value for name, value in os.environ.items() if name not in before}
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        if "ended" in request:
            child, status = os.waitpid(request["ended"], 0 if request["wait"] else os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if child else None
        elif (answer := os.fork()) == 0:
            _become(request, set_by_imports)
        print(json.dumps(answer), flush=True)


def _become(request: dict[str, Any], set_by_imports: Mapping[str, str]) -> NoReturn:
    """Turn into the program that was asked for, whose end is that of this process."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored in the background of a shell
    sys.modules["runner.base.starting"].end_quietly()
    signal.alarm(int(request["timeout"]))
    if request["file_size"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (request["file_size"],))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(set_by_imports | request["env"])
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    module = request["module"]
    sys.modules.pop(module, None)
    sys.argv = [module, *request["arguments"]]
    code: Any = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    _end(code)


def _end(code: int) -> NoReturn:
    """End as the interpreter does, but leave the memory: taking all objects apart would copy what is still shared."""
    threading._shutdown()  # type: ignore[attr-defined]  # private: no other call waits for threads of others
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve()
