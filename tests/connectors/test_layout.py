"""Which files are one table, told by their names alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.layout import Group, group, suffix_of
from connectors.model import Entry

SUFFIXES = frozenset({".csv", ".jsonl", ".parquet"})


def grouped(*paths: str, root: str = "root") -> dict[str, list[str]]:
    groups = list(groups_of(*paths, root=root))
    bases = [one.base for one in groups]
    assert len(set(bases)) == len(bases)
    return {one.base: [entry.uri for entry in one.entries] for one in groups}


def groups_of(*paths: str, root: str = "root") -> list[Group]:
    listing = ((path, None if path.endswith("/") else Entry(path, 1, "s")) for path in paths)
    return list(group(((path.rstrip("/"), entry) for path, entry in listing), SUFFIXES, root))


def test_a_file_by_itself() -> None:
    assert grouped("a.csv", "b.csv", "c/a.csv") == {
        "a.csv": ["a.csv"],
        "b.csv": ["b.csv"],
        "c/a.csv": ["c/a.csv"],
    }


def test_hive_partitions_are_one_dataset() -> None:
    paths = [f"in/flights/year=2013/month={month}/part-0.csv" for month in (1, 10, 2)]
    (found,) = groups_of(*paths)
    assert found.base == found.folder == "in/flights"
    assert found.pattern == "year=*/month=*/*.csv"
    assert found.partition_keys == ("year", "month")
    assert [entry.partition for entry in found.entries] == [
        (("year", "2013"), ("month", "1")),
        (("year", "2013"), ("month", "10")),
        (("year", "2013"), ("month", "2")),
    ]


def test_hive_values_are_unquoted_and_null() -> None:
    (found,) = groups_of("t/k=a%2Fb/x.parquet", "t/k=__HIVE_DEFAULT_PARTITION__/x.parquet")
    assert [entry.partition for entry in found.entries] == [(("k", "a/b"),), (("k", None),)]


def test_hive_partitions_at_the_root() -> None:
    (found,) = groups_of("day=1/a.csv", "day=2/a.csv")
    assert (found.base, found.folder, found.partition_keys) == ("", "", ("day",))


def test_partitions_of_two_formats_are_two_datasets() -> None:
    found = grouped("t/k=1/a.csv", "t/k=1/a.parquet", "t/k=2/a.csv", "t/k=2/a.parquet")
    assert found == {
        "t": ["t/k=1/a.csv", "t/k=2/a.csv"],
        "t/k=*/*.parquet": ["t/k=1/a.parquet", "t/k=2/a.parquet"],
    }


def test_folders_between_partitions_and_files() -> None:
    (found,) = groups_of("t/k=1/deep/a.csv", "t/k=2/a.csv")
    assert found.pattern == "k=*/**/*.csv"


@pytest.mark.parametrize(
    "names",
    [
        ["part-00000-3f1a.snappy.parquet", "part-00001-3f1a.snappy.parquet"],
        ["part-00000-3f1a-c000.csv"],
        ["part-0.csv"],
        ["000000_0", "000001_0"],
        ["part-00000", "part-00001"],
        ["part-r-00000", "part-m-00001"],
    ],
)
def test_part_files_have_the_name_of_their_folder(names: list[str]) -> None:
    found = grouped(*(f"out/delays/{name}" for name in names))
    assert list(found) == ["out/delays"]
    assert len(found["out/delays"]) == len(names)


@pytest.mark.parametrize(
    ("names", "base"),
    [
        (["orders_1.csv", "orders_2.csv"], "x/orders"),
        (["orders-001.csv", "orders-002.csv", "orders-003.csv"], "x/orders"),
        (["orders001.csv", "orders002.csv"], "x/orders"),
        (["2024-01.csv", "2024-02.csv"], "x"),
        (["sales_2019.csv", "sales_2023.csv"], "x/sales"),
        (["log.20240101.jsonl", "log.20240103.jsonl"], "x/log"),
        (["data_1.csv", "data_2.csv"], "x"),
        (["sales 2024-01-01T00.csv.gz", "sales 2024-01-01T01.csv.gz"], "x/sales"),
        (["q_2024Q1.parquet", "q_2024Q2.parquet"], "x/q"),
    ],
)
def test_sequences_and_dates_in_names(names: list[str], base: str) -> None:
    assert list(grouped(*(f"x/{name}" for name in names))) == [base]


@pytest.mark.parametrize(
    "names",
    [
        ["v1.csv", "v2.csv"],
        ["data_v1.csv", "data_v2.csv"],
        ["utf8.csv", "utf16.csv"],
        ["iso-1.csv", "iso-15.csv"],
        ["table1.csv", "table2.csv"],
        ["a_1.csv", "a_2.parquet"],
        ["orders_1.csv"],
        ["photo_1.png", "photo_2.png"],
        ["airports.csv", "airlines.csv"],
    ],
)
def test_names_that_are_not_clearly_parts_stay_apart(names: list[str]) -> None:
    assert len(grouped(*(f"x/{name}" for name in names))) == len(names)


def test_a_folder_named_like_a_file() -> None:
    found = groups_of("h/data.csv/a.csv", "h/data.csv/deep/b.csv", "h/empty.csv/", "h/folder/")
    assert [(one.base, len(one.entries)) for one in found] == [
        ("h/data.csv", 2),
        ("h/empty.csv", 0),
    ]
    assert all(one.named_as_file for one in found)
    (whole,) = groups_of("a.csv", "b.csv", root="data.csv")
    assert (whole.base, len(whole.entries)) == ("", 2)


def test_names_never_collide() -> None:
    paths = ["t/k=1/a.csv", "t/part-0.csv", "t/part-0.parquet", "t/2024.csv", "t/2025.csv"]
    found = grouped(*sorted(paths))
    assert sum(map(len, found.values())) == len(paths)
    assert set(grouped("o", "o_1.csv", "o_2.csv")) == {"o", "o_*.csv"}
    nested = grouped("x/orders_1.csv", "x/orders_2.csv", "x/orders/part-0.csv")
    assert nested == {
        "x/orders": ["x/orders/part-0.csv"],
        "x/orders_*.csv": ["x/orders_1.csv", "x/orders_2.csv"],
    }


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.csv", ".csv"),
        ("A.CSV", ".csv"),
        ("a.csv.gz", ".csv"),
        ("a.gz", ".gz"),
        ("part-0.snappy.parquet", ".parquet"),
        ("noname", ""),
        ("v1.2", ""),
        (".csv", ".csv"),
        ("a.b c", ""),
    ],
)
def test_suffix(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


NAMES = """
a k=1 k=2 m=x data.csv b 2024 part-0.csv part-1.csv o_1.csv o_2.csv v1.csv x.parquet y k=1.csv o = *
"""
PART = st.sampled_from(NAMES.split())


@given(st.sets(st.lists(PART, min_size=1, max_size=4).map("/".join), max_size=25), st.booleans())
def test_no_entry_is_lost_or_doubled(paths: set[str], in_order: bool) -> None:
    listed = sorted(paths) if in_order else list(paths)
    found = [entry.uri for one in groups_of(*listed) for entry in one.entries]
    assert sorted(found) == sorted(paths)


@given(st.sets(st.lists(PART, min_size=1, max_size=4).map("/".join), max_size=25))
def test_names_are_unique_when_listed_in_depth_first_order(paths: set[str]) -> None:
    files = {path for path in paths if not any(other.startswith(path + "/") for other in paths)}
    bases = [one.base for one in groups_of(*depth_first(files))]
    assert len(set(bases)) == len(bases)


def depth_first(paths: set[str]) -> list[str]:
    """As a walk lists them: a folder's files before its folders, names sorted."""

    def key(path: str) -> list[tuple[int, str]]:
        *folders, name = path.split("/")
        return [*((1, folder) for folder in folders), (0, name)]

    return sorted(paths, key=key)
