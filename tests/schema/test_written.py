"""Values as people write them: each text's kind, and what all texts of a column together prove."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from schema.decide import written_as
from schema.errors import InvalidInput
from schema.infer import infer, misfit_findings
from schema.notation import TOLD, check_notations
from schema.profile import profile
from schema.summary import RAW, Summary, summarise
from schema.text import cast_batch, parse


def raw(**columns: list[str | None]) -> pa.RecordBatch:
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in columns]
    arrays = [pa.array(texts, pa.string()) for texts in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def typed(texts: list[str | None], **others: list[str | None]) -> tuple[pa.DataType, list]:
    """The type of column `a`, and its values in it; `others` stand beside it in the table."""
    batch = raw(a=texts, **others)
    summary = summarise([batch])
    notations = {name: how for name, (how, _) in written_as(summary).items()}
    column = cast_batch(batch, infer(summary), notations).column(0)
    return column.type, column.to_pylist()


DATE, STAMP = pa.date32(), pa.timestamp("us")


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["1,5", "2,25", None], pa.float64(), [1.5, 2.25, None]),
        (["1.234,5", "12", "1.234.567,25"], pa.float64(), [1234.5, 12, 1234567.25]),
        (["1.234", "1,5"], pa.float64(), [1234, 1.5]),
        (["1,234", "987", "12,345,678"], pa.int64(), [1234, 987, 12345678]),
        (["1,234.5", "7"], pa.float64(), [1234.5, 7]),
        (["1 234", "12 345 678", "5"], pa.int64(), [1234, 12345678, 5]),
        (["1'234.50", "0.05"], pa.float64(), [1234.5, 0.05]),
        (["12,34,567", "1,234"], pa.int64(), [1234567, 1234]),
        (["$5", "$1,234.50", "($3)", "-$2"], pa.float64(), [5, 1234.5, -3, -2]),
        (["3,50 €", "1.000,00 €", "-2 €"], pa.float64(), [3.5, 1000, -2]),
        (["12%", "7.5 %", "-3 %"], pa.float64(), [12, 7.5, -3]),
        (["USD 5", "USD 12.25"], pa.float64(), [5, 12.25]),
        ([" 12", "7 ", "+5"], pa.int64(), [12, 7, 5]),
        (["1.5", "n.a.", ".."], pa.float64(), [1.5, None, None]),
        (["$5", "€ 3"], pa.string(), ["$5", "€ 3"]),
        (["1,5", "2.5"], pa.string(), ["1,5", "2.5"]),
        (["555-1234", "555-9876"], pa.string(), ["555-1234", "555-9876"]),
        (["31/1/2013", "1/2/2013"], DATE, [dt.date(2013, 1, 31), dt.date(2013, 2, 1)]),
        (["1/31/2013", "1/2/2013"], DATE, [dt.date(2013, 1, 31), dt.date(2013, 1, 2)]),
        (["31.12.99", "01.02.03"], DATE, [dt.date(1999, 12, 31), dt.date(2003, 2, 1)]),
        (["31/1/2013", "1/31/2013"], pa.string(), ["31/1/2013", "1/31/2013"]),
        (["31/2/2013"], pa.string(), ["31/2/2013"]),
        (["2013/1/31", "2013-02-01"], DATE, [dt.date(2013, 1, 31), dt.date(2013, 2, 1)]),
        (["31 Jan 2013", "Feb 1, 2013"], DATE, [dt.date(2013, 1, 31), dt.date(2013, 2, 1)]),
        (["885.84-", "12-", "3.5"], pa.float64(), [-885.84, -12, 3.5]),
        (["3,50 zł", "1 000,00 zł"], pa.float64(), [3.5, 1000]),
        (["176", "(X)", " "], pa.int64(), [176, None, None]),
        ([*map(str, range(40)), "withheld", "withheld"], pa.int64(), [*range(40), None, None]),
        (["1", "2", "3", "K", "K"] * 9, pa.string(), ["1", "2", "3", "K", "K"] * 9),
        (["2015-03-01", "0000-00-00"], DATE, [dt.date(2015, 3, 1), None]),
        (["01MAR2015", "1 de marzo de 2015"], DATE, [dt.date(2015, 3, 1)] * 2),
        (["24 marca 2015", "7 мая 2020"], DATE, [dt.date(2015, 3, 24), dt.date(2020, 5, 7)]),
        (["2015年3月1日"], DATE, [dt.date(2015, 3, 1)]),
        (["waar", "onwaar"], pa.bool_(), [True, False]),
        (["3. März 2014", "1 août 2015"], DATE, [dt.date(2014, 3, 3), dt.date(2015, 8, 1)]),
        (
            ["20240131", "20240229", "20231101"],
            DATE,
            [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2023, 11, 1)],
        ),
        (["20240131", "20240230", "20231101"], pa.int64(), [20240131, 20240230, 20231101]),
        (
            ["20240131235959", "20240229000000", "NA", "20231101123005"],
            STAMP,
            [*map(dt.datetime.fromisoformat, ("2024-01-31T23:59:59", "2024-02-29")), None,
             dt.datetime.fromisoformat("2023-11-01T12:30:05")],
        ),
        (["20240131000001", "20240131000002", "20240229000001"], pa.int64(),
         [20240131000001, 20240131000002, 20240229000001]),
        (["20240131235959", "20240229006000", "20231101123005"], pa.int64(),
         [20240131235959, 20240229006000, 20231101123005]),
        (["20240131235959", "20240229", "20231101123005"], pa.int64(),
         [20240131235959, 20240229, 20231101123005]),
        (["9:05 pm", "12:00 AM"], pa.time64("us"), [dt.time(21, 5), dt.time(0, 0)]),
        (["26:13:05", "01:00:00"], pa.duration("us"),
         [dt.timedelta(hours=26, minutes=13, seconds=5), dt.timedelta(hours=1)]),
        (["PT1H30M", "P2D"], pa.duration("us"), [dt.timedelta(hours=1.5), dt.timedelta(2)]),
        (["yes", "No", "YES", "NA"], pa.bool_(), [True, False, True, None]),
        (["ja", "nein"], pa.bool_(), [True, False]),
        (["Oui", "Non"], pa.bool_(), [True, False]),
        (["t", "f", "t"], pa.bool_(), [True, False, True]),
        (["no", "no"], pa.bool_(), [False, False]),
        (["Y", "Y"], pa.string(), ["Y", "Y"]),
        (["yes", "nein"], pa.string(), ["yes", "nein"]),
    ],
)  # fmt: skip
def test_a_column_is_read_as_its_values_prove(texts, kind, values) -> None:
    assert typed(texts) == (kind, values)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1/31/2013 12:15:01 AM", dt.datetime.fromisoformat("2013-01-31T00:15:01")),
        ("31.12.2013 23:59", dt.datetime.fromisoformat("2013-12-31T23:59")),
        ("2013/01/31 10:00", dt.datetime.fromisoformat("2013-01-31T10:00")),
        ("2013-01-31 10:00:00,250", dt.datetime.fromisoformat("2013-01-31T10:00:00.250")),
        ("31-Jan-2013 10:00", dt.datetime.fromisoformat("2013-01-31T10:00")),
        ("Mon, 31 Jan 2013 10:00:00 GMT", dt.datetime(2013, 1, 31, 10, tzinfo=dt.UTC)),
        ("31/Jan/2013:10:00:00 +0200", dt.datetime(2013, 1, 31, 8, tzinfo=dt.UTC)),
        ("Thu Jan 31 10:00:00 2013", dt.datetime.fromisoformat("2013-01-31T10:00")),
        ("Thu Jan 31 10:00:00 +0200 2013", dt.datetime(2013, 1, 31, 8, tzinfo=dt.UTC)),
        ("20130131T100000", dt.datetime.fromisoformat("2013-01-31T10:00")),
        ("20130131T1000Z", dt.datetime(2013, 1, 31, 10, tzinfo=dt.UTC)),
        ("2013-01-31 10:00:00 UTC", dt.datetime(2013, 1, 31, 10, tzinfo=dt.UTC)),
    ],
)
def test_moments_in_the_common_forms(text, moment) -> None:
    assert typed([text]) == (pa.timestamp("us", "UTC" if moment.tzinfo else None), [moment])
    many = parse(
        pa.array([text] * 3000), typed([text])[0], written_as(summarise([raw(a=[text])]))["a"][0]
    )
    assert many.to_pylist() == [moment] * 3000


def test_an_order_that_nothing_proves_is_told_and_decided_by_other_columns() -> None:
    texts = ["1/2/2013", "3/4/2013"]
    month_first = typed(texts)[1]
    assert month_first == [dt.date(2013, 1, 2), dt.date(2013, 3, 4)]
    day_first = typed(texts, b=["31/1/2013", "30/1/2013"])[1]
    assert day_first == [dt.date(2013, 2, 1), dt.date(2013, 4, 3)]
    summary = summarise([raw(a=texts)])
    (finding,) = misfit_findings(summary, infer(summary))
    assert (finding.code, finding.severity) == ("two-readings", "warning")
    assert "--option notation.a=day-first" in finding.message
    assert misfit_findings(summary, infer(summary), fixed={"a": "day-first"}) == ()
    assert "no value proves" in written_as(summary)["a"][1]


def test_evidence_tells_how_many_values_prove_a_notation() -> None:
    summary = summarise([raw(a=["31/1/2013", "1/2/2013", "2/2/2013"])])
    assert written_as(summary) == {
        "a": ("day-first", "100.0% of 3 values fit, 1 can be read in no other way ('31/1/2013')")
    }


def test_marks_with_two_readings_follow_the_rest_of_the_table() -> None:
    assert typed(["1.234", "5.678"])[1] == [1.234, 5.678]
    assert typed(["1.234", "5.678"], b=["1,5", "2,5"])[1] == [1234, 5678]
    assert typed(["1.234", "5.678"], b=["1,5", "2,5"], c=["1.5", "2.25"])[1] == [1.234, 5.678]
    assert typed(["1,234"], b=["0,5"])[1] == [1.234]


def test_what_proves_a_reading_may_stand_in_another_part() -> None:
    parts = [["1/2/2013", "3/4/2013"], ["5/6/2013", "31/1/2013"]]
    merged = sum((summarise([raw(a=texts)]) for texts in parts), Summary())
    assert written_as(merged)["a"][0] == "day-first"
    column = profile(merged, infer(merged)).columns[0]
    assert (column.min, column.max, column.count) == ("2013-01-31", "2013-06-05", 4)
    again = Summary.from_bytes(merged.to_bytes())
    assert profile(again, infer(again)) == profile(merged, infer(merged))


def test_figures_are_those_of_the_reading() -> None:
    summary = summarise([raw(a=["1.234", "2.000,5", "3"], b=["1/31/2013", "1/2/2013", "2/1/2013"])])
    number, day = profile(summary, infer(summary)).columns
    assert (number.min, number.max) == (3, 2000.5)
    assert number.mean == pytest.approx((1234 + 2000.5 + 3) / 3)
    assert {one.value for one in number.top_values} == {3, 1234, 2000.5}
    assert (day.min, day.max) == ("2013-01-02", "2013-02-01")


def test_figures_of_compact_times_are_those_of_moments() -> None:
    texts = [f"202401{day:02}{hour:02}3000" for day in (1, 2, 31) for hour in (0, 9, 23)]
    halves = [summarise([raw(a=texts[:4])], place="a"), summarise([raw(a=texts[4:])], place="b")]
    summary = Summary.from_bytes((halves[0] + halves[1]).to_bytes())
    assert written_as(summary)["a"][0] == "compact-time"
    column = profile(summary, infer(summary)).columns[0]
    assert (column.min, column.max) == ("2024-01-01T00:30:00", "2024-01-31T23:30:00")
    assert (column.type, column.distinct_count, column.count) == ("timestamp[us]", 9, 9)
    assert {one.value for one in column.top_values} >= {"2024-01-02T09:30:00"}


def test_units_and_flags_have_a_meaning() -> None:
    schema = infer(summarise([raw(a=["$5", "$7"], b=["5%", "7%"], c=["0", "1"], d=["yes", "no"])]))
    assert [field.semantic_type for field in schema] == [
        "money",
        "percentage",
        "boolean",
        "boolean",
    ]
    assert schema.field("c").type == pa.int64()


def test_numbers_for_missing_are_told_and_kept() -> None:
    texts = [str(number % 20) for number in range(100)] + ["999", "999", "999"]
    summary = summarise([raw(a=texts)])
    (finding,) = misfit_findings(summary, infer(summary))
    assert finding.code == "sentinel-value"
    assert "999 3 times" in finding.message
    assert profile(summary, infer(summary)).columns[0].max == 999
    close = summarise([raw(a=[str(number) for number in range(900, 1010)] + ["999"])])
    assert misfit_findings(close, infer(close)) == ()


def test_a_fixed_notation_wins() -> None:
    batch = raw(a=["1.234", "5.678"], b=["1", "2"])
    summary = summarise([batch])
    schema = infer(summary, fixed={"a": "comma", "b": "text"})
    assert [field.type for field in schema] == [pa.int64(), pa.string()]
    read = cast_batch(batch, schema, {"a": "comma", "b": "text"})
    assert read.to_pydict() == {"a": [1234, 5678], "b": ["1", "2"]}


def test_an_unknown_notation_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"no notation called 'backwards'.*day-first"):
        check_notations({"notation.a": "backwards"})
    check_notations({f"notation.{name}": name for name in TOLD})
