"""What deploy/ has for Docker, which is not started here: that it is well-formed and starts what the tests do start."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PINNED = re.compile(r"^(?:[\w./-]+):\d+(?:\.\d+)+[\w.-]*$")


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_every_image_has_a_version_of_its_own() -> None:
    images = [service["image"] for service in compose()["services"].values() if "image" in service]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == len(bases) == 1
    assert [name for name in images + bases if not PINNED.match(name)] == []


def test_the_image_installs_what_the_extra_server_asks_for_at_versions_that_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for line in project["optional-dependencies"]["server"]]
    installed = [Requirement(name) for name in re.findall(r"'?([\w-]+(?:\[\w+\])?==[\w.]+)'?", DOCKERFILE)]
    assert {(one.name, *one.extras) for one in installed} == {(one.name, *one.extras) for one in wanted}
    for one in installed:
        (version,) = [specifier.version for specifier in one.specifier]
        (range_of_it,) = [other.specifier for other in wanted if other.name == one.name]
        assert version in range_of_it, one


def test_the_container_starts_the_script_that_the_tests_start_and_listens_inside_alone() -> None:
    server = compose()["services"]["server"]
    (copied,) = re.findall(r"^COPY (.+) /deploy/$", DOCKERFILE, re.MULTILINE)
    assert all((DEPLOY / name).is_file() for name in copied.split())
    assert 'ENTRYPOINT ["/deploy/server.sh"]' in DOCKERFILE and "server.sh" in copied.split()
    assert server["build"] == "." and server["command"] == ["--host", "0.0.0.0"]
    assert server["ports"] == ["127.0.0.1:5000:5000"]
    assert "ports" not in compose()["services"]["database"]


def test_both_containers_say_how_they_are_and_keep_their_data() -> None:
    described = compose()
    assert all("healthcheck" in service for service in described["services"].values())
    assert described["services"]["server"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    kept = {place.partition(":")[0] for service in described["services"].values() for place in service["volumes"]}
    assert kept == set(described["volumes"])
    artifacts = re.search(r"MLFLOW_ARTIFACTS_DESTINATION=(\S+)", DOCKERFILE)
    assert artifacts and f"artifacts:{artifacts[1]}" in described["services"]["server"]["volumes"]


def test_no_secret_has_a_value_in_the_repository() -> None:
    assert compose()["services"]["database"]["environment"]["POSTGRES_PASSWORD"] == "${PGPASSWORD:?}"
    assert compose()["services"]["server"]["env_file"] == "server.env"
    assert "deploy/server.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for path in (path for path in DEPLOY.iterdir() if path.name != "server.env"):
        assert not re.findall(r"(?:PASSWORD|_KEY)=(?![\"']?\$).+", path.read_text(encoding="utf-8")), path
