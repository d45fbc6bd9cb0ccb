"""People, organisations, calendars, money and everyday values in words."""

from __future__ import annotations

import re

from schema.semantics.dates import DAYS, MONTHS, is_date
from schema.semantics.model import Personal, SemanticType, like, one_of

_MONEY = "(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|CNY|INR)? ?[$€£¥₹]|USD|EUR|GBP|CHF|JPY|CAD|AUD|CNY|INR"
_UNITS = "days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|weeks?"
_PERSON = r"[^\W\d_][\w'’.-]{0,30}"
_GIVEN = "[^\\W\\d_][\\w'’ .-]{0,30}"

TYPES: tuple[SemanticType, ...] = (
    SemanticType(
        "first_name",
        "given name",
        like(_GIVEN),
        yes=("Ada", "Jean-Luc"),
        no=("1", "a@b"),
        names=("first_name", "firstname", "given_name", "forename", "vorname", "prenom", "fname"),
        needs_name=True,
        share=0.9,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "last_name",
        "family name",
        like(_GIVEN),
        yes=("Lovelace", "O'Neill"),
        no=("1", "a@b"),
        names=("last_name", "lastname", "surname", "family_name", "nachname", "apellido", "lname"),
        needs_name=True,
        share=0.9,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "person_name",
        "name of a person",
        like(rf"{_PERSON}(?:,? {_PERSON}){{1,5}}"),
        yes=("Ada Lovelace", "Lovelace, Ada"),
        no=("Ada", "Ada 2"),
        hinted=like(r"[^\W\d_a-z][\w'’.-]{1,30}(?:,? [\w'’.()-]{1,30}){0,6}"),
        names=(
            "full_name",
            "fullname",
            "person",
            "author",
            "customer_name",
            "contact_name",
            "employee",
            "passenger",
            "patient",
            "player",
            "owner_name",
        ),
        needs_name=True,
        share=0.8,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "username",
        "user name",
        like(r"[\w.@+-]{2,64}"),
        yes=("ada_l", "ada.l"),
        no=("a b", "x"),
        names=("username", "user_name", "login", "screen_name", "handle"),
        needs_name=True,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "gender",
        "gender",
        one_of(
            "m f x male female man woman other diverse nonbinary non-binary w d u unknown "
            "boy girl männlich weiblich homme femme"
        ),
        yes=("male", "F"),
        no=("tall", "3"),
        names=("gender", "sex", "geschlecht", "sexe"),
        needs_name=True,
        hinted=like(r"[^\W\d_]{1,14}(?:[ -][^\W\d_]{1,14})?"),
        personal=Personal.SENSITIVE,
    ),
    SemanticType(
        "job_title",
        "job title",
        like(r"[^\W\d_][\w\s.,&/()-]{1,80}"),
        yes=("Software Engineer", "CEO"),
        no=("12", ""),
        names=("job", "job_title", "occupation", "profession", "position_title", "beruf"),
        needs_name=True,
        share=0.9,
        personal=Personal.QUASI,
    ),
    SemanticType(
        "organisation",
        "organisation",
        like(
            r".*\b(?:Inc|Corp|Corporation|Ltd|LLC|LLP|PLC|Plc|GmbH|AG|SA|S\.A\.|SE|KG|Co|Company"
            r"|Limited|ApS|A/S|Sp\. z o\.o|s\.r\.o|S\.p\.A|SpA|BV|NV"
            r"|AB|Oy|University|Institute|Foundation|Association|Bank|Group|Airlines|Airways)\b.*"
        ),
        yes=("Example Inc.", "Muster GmbH", "University of Somewhere"),
        no=("Berlin", "include"),
        names=(
            "company",
            "organisation",
            "organization",
            "employer",
            "firm",
            "firma",
            "manufacturer",
            "publisher",
            "vendor",
            "supplier",
        ),
        chance=0.05,
        share=0.6,
        hinted=like(r"(?=.*[^\W\d_]{2}).{2,120}"),
    ),
    SemanticType(
        "weekday",
        "day of the week",
        lambda value: value.casefold().rstrip(".") in DAYS,
        yes=("Monday", "fri", "Samstag"),
        no=("day", "January"),
        names=("weekday", "day", "dow"),
    ),
    SemanticType(
        "month",
        "month",
        lambda value: value.casefold().rstrip(".") in MONTHS,
        yes=("January", "dec", "März"),
        no=("Monday", "13"),
        names=("month", "monat", "mois"),
    ),
    SemanticType(
        "quarter",
        "quarter of a year",
        like(r"(?:\d{4}[- ]?)?Q[1-4](?:[- /]?\d{4})?", re.IGNORECASE),
        yes=("Q1", "2013-Q4", "Q2 2020"),
        no=("Q5", "1"),
        names=("quarter", "quartal"),
    ),
    SemanticType(
        "year_month",
        "year and month",
        like(r"(?:19|20)\d{2}[-/.](?:0[1-9]|1[0-2])"),
        yes=("2013-01", "2013/12"),
        no=("2013-13", "2013-01-01"),
        names=("month", "period", "year_month"),
    ),
    SemanticType(
        "date",
        "date",
        is_date,
        yes=(
            "31.12.2013",
            "12/31/13",
            "3 Jan 2014",
            "January 5, 2020",
            "21/Nov/2012",
            "05-13-2009 12:35 PM",
            "Fri, 06 Feb 1987 06:00:37 GMT",
            "viernes, 18 de agosto de 1950 10:41",
            "Freitag, 18. August 1950",
            "1996年2月19日",
            "August, 2005",
            "11 Shawwal 1430",
            "1987-02-06T06:00:37.0000000+02:00",
            "Fri, Feb 28, 748 BCE",
        ),
        no=(
            "2013",
            "1.2",
            "192.0.2.1",
            "May",
            "10:30",
            "Mar 40, 2012",
            "Marble 5, 2012",
            "3-4-5-6",
        ),
        names=("date", "datum", "day", "birthday"),
    ),
    SemanticType(
        "time",
        "time of day",
        like(r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?\s?(?:[aApP]\.?[mM]\.?)?"),
        yes=("9:30 PM", "09:30", "23:59:59"),
        no=("25:00", "9"),
        names=("time", "zeit", "hour"),
        chance=0.02,
    ),
    SemanticType(
        "duration",
        "duration",
        like(
            r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?"
            r"(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:[\d.]+S)?)?"
            rf"|(?!\d0s$)(?:\d+ ?(?:{_UNITS})[ ,]*)+"  # 50s are an age
        ),
        yes=("PT1H30M", "2 days", "1h 30min", "90 min"),
        no=("P", "90", "days"),
        names=(
            "duration",
            "length",
            "elapsed",
            "runtime",
            "wait",
            "delay",
            "timeout",
            "interval",
            "ttl",
        ),
        hinted=like(rf"(?:\d+ ?(?:{_UNITS})[ ,]*)+"),
    ),
    SemanticType(
        "money",
        "amount of money",
        like(
            rf"[-(]?\s?(?:{_MONEY})\s?-?\d[\d.,' ]*[kKmMbB]?\)?"
            rf"|-?\d[\d.,' ]*\s?(?:{_MONEY})"
        ),
        yes=("$1,234.50", "12,50 €", "EUR 5", "CAD$ 12.30"),
        no=("12.50", "$"),
        names=("price", "amount", "cost", "salary", "revenue", "preis", "betrag"),
    ),
    SemanticType(
        "percentage",
        "percentage",
        like(r"[-+]?\d+(?:[.,]\d+)?\s?%"),
        yes=("12.5 %", "100%"),
        no=("12.5", "%"),
        names=("percent", "percentage", "pct", "share", "rate"),
    ),
    SemanticType(
        "temperature",
        "temperature",
        like(r"[-+]?\d+(?:[.,]\d+)?\s?°\s?[CFK]?"),
        yes=("21.5 °C", "70°F"),
        no=("21.5", "C"),
        names=("temperature", "temp"),
    ),
    SemanticType(
        "boolean",
        "yes or no",
        one_of("yes no y n true false t f on off ja nein oui non si"),
        yes=("Yes", "n"),
        no=("maybe", "2"),
        names=("is", "has", "flag", "active", "enabled"),
        chance=0.05,
        share=1.0,
    ),
    SemanticType(
        "ordinal",
        "place in an order, in words",
        one_of(
            "low medium high very_low very_high small large xs s m l xl xxl first second "
            "third poor fair good excellent minor major critical never rarely sometimes "
            "often always"
        ),
        yes=("low", "High", "excellent"),
        no=("blue", "7"),
        names=("level", "rank", "grade", "size", "priority", "severity", "rating"),
        chance=0.1,
        share=1.0,
    ),
    SemanticType(
        "ticker",
        "ticker symbol",
        like(r"[A-Z]{1,5}(?:[.-][A-Z]{1,3})?"),
        yes=("AAPL", "BRK.B"),
        no=("aapl", "TOOLONGX"),
        names=("ticker", "symbol", "stock"),
        needs_name=True,
    ),
)
