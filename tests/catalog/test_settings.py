"""Settings: the option, then the environment, then a file in the user's data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.settings import Settings, default_catalog
from schema.errors import InvalidInput


def test_the_option_wins_over_the_environment() -> None:
    environment = {"HEADWATER_CATALOG": "postgresql://db/two"}
    assert Settings.build(environment, catalog="sqlite:////one.db", json=True) == Settings(
        "sqlite:////one.db", json=True
    )
    assert Settings.build(environment, catalog=None, json=False).catalog == "postgresql://db/two"


def test_a_bare_path_is_a_sqlite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    built = Settings.build({}, catalog="my catalog.db", json=False)
    assert built.catalog == f"sqlite:///{tmp_path.resolve()}/my catalog.db"


def test_without_a_word_it_is_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Settings.build({}, catalog=None, json=False).catalog == f"sqlite:///{default_catalog()}"
    assert default_catalog() == tmp_path / "headwater" / "catalog.db"


def test_threads_are_a_number_of_one_or_more() -> None:
    assert Settings.build({"HEADWATER_THREADS": " 3 "}, catalog=None, json=False).threads == 3
    assert Settings.build({}, catalog=None, json=False).threads is None
    for wrong in ("0", "-1", "many"):
        with pytest.raises(InvalidInput, match=r"HEADWATER_THREADS: .*set it to 1 or more"):
            Settings.build({"HEADWATER_THREADS": wrong}, catalog=None, json=False)
