"""Meanings of columns of numbers, told by name and allowed by bounds."""

from __future__ import annotations

from schema.semantics.model import NumericType, Personal
from schema.semantics.named import COUNTRY_NUMBERS, is_country_number

TYPES: tuple[NumericType, ...] = (
    NumericType("latitude", "degrees north", ("lat", "latitude", "breite", "breitengrad"), -90, 90),
    NumericType(
        "longitude", "degrees east", ("lon", "lng", "long", "longitude", "laenge"), -180, 180
    ),
    NumericType(
        "year", "calendar year", ("year", "yr", "jahr", "annee", "ano"), 1000, 2200, whole=True
    ),
    NumericType("month", "month of the year", ("month", "monat", "mois"), 1, 12, whole=True),
    NumericType("day_of_month", "day of the month", ("day", "tag", "mday"), 1, 31, whole=True),
    NumericType("weekday", "day of the week", ("weekday", "dow", "wday"), 0, 7, whole=True),
    NumericType("quarter", "quarter of a year", ("quarter", "qtr", "quartal"), 1, 4, whole=True),
    NumericType("hour", "hour of the day", ("hour", "hr", "stunde"), 0, 24, whole=True),
    NumericType("minute", "minute of the hour", ("minute", "min"), 0, 59, whole=True),
    NumericType("second", "second of the minute", ("second", "sec"), 0, 60, whole=True),
    NumericType("age", "age in years", ("age", "alter"), 0, 130, personal=Personal.QUASI),
    NumericType(
        "percentage", "percentage", ("percent", "percentage", "pct", "prozent"), -100, 10_000
    ),
    NumericType(
        "money",
        "amount of money",
        *(("price", "amount", "cost", "fare", "revenue", "budget", "preis", "betrag"), -1e15, 1e15),
    ),
    NumericType(
        "salary",
        "pay of a person",
        *(("salary", "wage", "income", "gehalt"), 0, 1e12),
        personal=Personal.SENSITIVE,
    ),
    NumericType(
        "temperature", "temperature", ("temp", "temperature", "temperatur", "dewp"), -300, 10_000
    ),
    NumericType("humidity", "relative humidity in percent", ("humid", "humidity"), 0, 110),
    NumericType("pressure", "air pressure", ("pressure", "druck"), 0, 200_000),
    NumericType("wind_direction", "degrees of the compass", ("wind_dir",), 0, 360),
    NumericType("distance", "distance", ("distance", "dist", "miles", "km", "entfernung"), 0, 1e9),
    NumericType("duration", "duration", ("duration", "elapsed", "air_time", "dauer"), 0, 1e12),
    NumericType("quantity", "quantity", ("quantity", "qty", "menge"), -1e12, 1e12),
    NumericType(
        "gender",
        "gender, as ISO 5218 codes it",
        *(("gender", "sex", "geschlecht", "sexe"), 0, 9),
        whole=True,
        personal=Personal.SENSITIVE,
        known=lambda number: number in {0, 1, 2, 9},
    ),
    NumericType(
        "postal_code",
        "postal code",
        *(("zip", "zipcode", "postal", "postcode", "plz", "postal_code"), 100, 9_999_999),
        whole=True,
        personal=Personal.QUASI,
    ),
    NumericType("version", "version number", ("version",), 0, 100_000),
    NumericType(
        "country_numeric",
        "ISO 3166 country code of three digits",
        *(COUNTRY_NUMBERS, 4, 894),
        whole=True,
        known=lambda number: is_country_number(f"{number:03}"),
    ),
)
