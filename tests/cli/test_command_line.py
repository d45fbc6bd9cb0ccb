"""The command line before it does anything: help, shared options, statuses, one-line faults."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from catalog.cli.main import COMMANDS, main

HEAVY = (
    "alembic", "duckdb", "great_expectations", "graphene", "jinja2", "numpy", "pandas", "pyarrow",
    "pyspark", "rich", "sqlalchemy", "starlette", "uvicorn", "catalog.model", "catalog.store",
)  # fmt: skip


def headwater(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "catalog.cli.main", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom catalog.cli.main import main\n"
        f"sys.argv = ['headwater', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    status = end.code\n"
        f"print(status, sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "0 []"
    assert "Example:" in done.stdout


def test_every_command_is_listed_with_what_it_does() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    for name in COMMANDS:
        line = next(line for line in shown.splitlines() if line.startswith(f"  {name} "))
        assert len(line.split()) > 4


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_of_itself_and_speaks_json(name: str) -> None:
    command: click.Command = import_module(COMMANDS[name]).command
    assert command.name == name
    assert command.epilog is not None
    assert f"headwater {name}" in command.epilog
    assert {"json", "catalog"} <= {parameter.name for parameter in command.params}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    command: click.Command = import_module(COMMANDS[name]).command
    silent = [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and not (option.help or option.show_default)
    ]
    assert silent == []


def test_wrong_usage_is_status_2_and_prints_nothing_on_standard_output() -> None:
    for arguments in (["serch"], ["crawl"], ["search", "--limit", "x"], ["--nonsense"]):
        done = CliRunner().invoke(main, arguments)
        assert (done.exit_code, done.stdout) == (2, ""), arguments
    assert "search" in CliRunner().invoke(main, ["serch"]).stderr


def test_a_fault_is_one_line_on_standard_error_and_status_1(catalog_url: str) -> None:
    done = headwater("--catalog", catalog_url, "--json", "show", "no such thing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("headwater: ")
    assert len(done.stderr.splitlines()) == 1
    assert "no such thing" in done.stderr


def test_a_fault_shows_where_it_came_from_only_when_asked(catalog_url: str) -> None:
    import os

    environment = {**os.environ, "HEADWATER_DEBUG": "1"}
    done = headwater("--catalog", catalog_url, "show", "nothing", env=environment)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_an_unexpected_error_is_told_in_one_line_too(
    monkeypatch: pytest.MonkeyPatch, catalog_url: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("a\nbug \x1b[31m")

    monkeypatch.setattr("catalog.store.Store.search", broken)
    done = CliRunner().invoke(main, ["--catalog", catalog_url, "search"])
    assert done.exit_code == 1
    assert done.stderr == "headwater: TypeError: a bug \\x1b[31m (HEADWATER_DEBUG=1 shows where)\n"


def test_ctrl_c_ends_with_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, catalog_url: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("catalog.store.Store.search", interrupted)
    done = CliRunner().invoke(main, ["--catalog", catalog_url, "search"])
    assert done.exit_code == 130
    assert "Traceback" not in done.output
    assert "headwater: stopped" in done.stderr


def test_a_reader_that_goes_away_is_no_fault(catalog_url: str) -> None:
    command = [sys.executable, "-m", "catalog.cli.main", "--catalog", catalog_url, "search"]
    reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    reader.wait()
    assert reader.stdin is not None
    done = subprocess.run(
        command, stdout=reader.stdin, stderr=subprocess.PIPE, text=True, check=False
    )
    reader.stdin.close()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("place", ["before", "after"])
def test_shared_options_are_taken_on_both_sides_of_the_command(place: str, tmp_path: Path) -> None:
    shared = ["--catalog", str(tmp_path / "c.db"), "--json"]
    arguments = [*shared, "search"] if place == "before" else ["search", *shared]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["totalCount"] == 0
    assert (tmp_path / "c.db").exists()


def test_the_catalog_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_CATALOG", str(tmp_path / "mine.db"))
    assert CliRunner().invoke(main, ["search"]).exit_code == 0
    assert (tmp_path / "mine.db").exists()
