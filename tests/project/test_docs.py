"""The docs show every command and option, their links lead somewhere, and their examples run."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from catalog.cli.main import main as headwater
from connectors.registry import table
from tests.project.console import Step, blocks, steps

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "command-line.md"
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sample_data/*.md")))
SESSIONS = [page for page in PAGES if blocks(page, "console")]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(group: click.Group = headwater, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for command in group.list_commands(context):
        found = group.get_command(context, command)
        assert found is not None
        yield f"{path}{command}", found
        if isinstance(found, click.Group):
            yield from commands(found, f"{path}{command} ")


@pytest.mark.parametrize(("command", "found"), list(commands()), ids=[c for c, _ in commands()])
def test_reference_shows_command_and_options(command: str, found: click.Command) -> None:
    whole = REFERENCE.read_text()
    (section,) = re.findall(rf"^### `{command}`\n(.*?)(?=^### |\Z)", whole, re.M | re.S)
    assert f"headwater {command}" in section
    general = whole.partition("## Commands")[0]
    for parameter in found.params:
        for option in parameter.opts if isinstance(parameter, click.Option) else ():
            assert option in section + general, f"docs/command-line.md lacks {command} {option}"


@pytest.mark.parametrize("kind", ["formats", "targets"])
def test_what_is_registered_is_told(kind: str) -> None:
    text = (ROOT / "docs" / "connectors.md").read_text()
    assert [name for name in table(kind) if f"`{name}`" not in text] == []


def test_extras_are_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "docs" / "getting-started.md").read_text()
    assert [one for one in project["optional-dependencies"] if f"| `{one}` |" not in text] == []


def test_variables_are_told() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    read = {
        variable
        for package in ("schema", "connectors", "catalog")
        for path in (ROOT / package).rglob("*.py")
        for variable in re.findall(r"\bHEADWATER_[A-Z][A-Z_]+[A-Z]\b", path.read_text())
    }
    assert {"HEADWATER_CATALOG"} <= read
    assert [variable for variable in sorted(read) if f"`{variable}`" not in text] == []


def test_reference_shows_the_options_of_headwater_itself() -> None:
    text = REFERENCE.read_text()
    for parameter in headwater.params:
        if parameter.name != "version":
            assert any(option in text for option in parameter.opts), parameter.name


def test_reference_is_as_generated() -> None:
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec
    assert spec.loader
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    assert build.reference() == REFERENCE.read_text(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_pages_are_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text())
        waiting += [(page.parent / one).resolve() for one in targets if "://" not in one]
    pages = {page for page in PAGES if page.parent != ROOT / "docs" / "decisions"}
    assert pages <= reached


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a user who has installed Headwater and done nothing yet."""
    home = tmp_path_factory.mktemp("home")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    catalog = {"HEADWATER_CATALOG": str(home / "catalog.db")}
    return {**os.environ, **catalog, "HOME": str(home), "PATH": path}


def run(step: Step, folder: Path, shell: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env={**shell, "HEADWATER_CATALOG": str(folder / ".catalog.db")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"$ {step.command}\n{done.stdout}"
    return done.stdout


@pytest.mark.parametrize("page", SESSIONS, ids=name)
def test_console_sessions_print_what_the_page_shows(
    page: Path, shell: dict[str, str], sample_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(sample_data, tmp_path / "sample_data")
    for step in steps(page):
        printed = run(step, tmp_path, shell)
        promised = f"{name(page)} promises\n$ {step.command}\n{step.output}"
        assert step.matches(printed), f"{promised}\n--- but it printed\n{printed}"


def test_the_readme_walks_the_whole_loop() -> None:
    walked = {step.command.split()[1] for step in steps(ROOT / "README.md")}
    assert {"crawl", "search", "show", "connect", "run", "lineage"} <= walked


@pytest.mark.spark
def test_the_example_of_a_pipeline_runs(
    shell: dict[str, str], sample_data: Path, tmp_path: Path
) -> None:
    (code,) = blocks(ROOT / "docs" / "pipelines.md", "python")
    (tmp_path / "by_carrier.py").write_text(code)
    (session, *_) = blocks(ROOT / "docs" / "pipelines.md", "sh")
    run(Step(f"headwater crawl {sample_data / 'flights'}", ""), tmp_path, shell)
    printed = [run(Step(line, ""), tmp_path, shell) for line in session.splitlines()]
    assert "complete" in printed[0]
    assert "carrier" in printed[1]
    assert "by_carrier" in printed[2]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_python_in_pages_is_python(page: Path) -> None:
    for block in blocks(page, "python"):
        if not block.startswith(">>>"):
            compile(block, name(page), "exec")


def test_makefile_verbs_are_documented() -> None:
    verbs = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    text = (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "README.md").read_text()
    assert {verb for verb in verbs if f"make {verb}" not in text} == set()
    assert {"demo", "test", "lint", "fix", "bench", "docs", "setup", "clean", "help"} <= verbs
