"""The examples of docs/quality.md are run, and its table names what the rules derive."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.quality import references
from catalog.quality.judge import AGGREGATE_METRICS, MAP_METRICS, TOGETHER, WHOLE
from catalog.store import Store


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_python_examples_print_what_they_say(root: Path, catalog_url: str, sample_data):
    text = (root / "docs" / "quality.md").read_text(encoding="utf-8")
    examples = "\n".join(blocks(text, "python"))
    with Store.open(catalog_url) as store:
        list(crawl([str(sample_data / "weather.parquet")], store))
        test = doctest.DocTestParser().get_doctest(
            examples, {"store": store}, "docs/quality.md", None, 0
        )
        assert len(test.examples) >= 8
        told: list[str] = []
        results = doctest.DocTestRunner().run(test, out=told.append)
    assert results.failed == 0, "".join(told)


def test_the_commands_run(root: Path, catalog_url: str, tmp_path: Path, monkeypatch):
    text = (root / "docs" / "quality.md").read_text(encoding="utf-8")
    (tmp_path / "sample_data").symlink_to(root / "sample_data")
    monkeypatch.chdir(tmp_path)
    commands = "\n".join(blocks(text, "sh")).splitlines()
    assert len(commands) >= 3
    for command in filter(None, commands):
        program, *arguments = command.split()
        assert program == "headwater"
        result = CliRunner().invoke(main, ["--catalog", catalog_url, *arguments])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "report" / "index.html").exists()


def test_every_expectation_that_is_judged_is_described_or_unused(root: Path):
    text = (root / "docs" / "quality.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(expect_\w+)`", text))
    places = [
        root / "catalog/quality/references.py",
        *(root / "catalog/quality/rules").glob("*.py"),
    ]
    rules = "".join(path.read_text(encoding="utf-8") for path in places)
    derived = set(re.findall(r'"(expect_\w+)"', rules))
    assert described == derived
    judged = {*MAP_METRICS, *AGGREGATE_METRICS, *WHOLE, *TOGETHER}
    otherwise = {"expect_column_type_to_be", references.KIND}
    assert {kind for kind in derived if "_column_" in kind} - judged == otherwise
