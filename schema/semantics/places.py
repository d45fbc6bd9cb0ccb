"""Places, languages, currencies and what is told of countries."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from functools import cache

from schema.semantics.country_names import is_country, is_country_anywhere
from schema.semantics.model import Personal, SemanticType, like, one_of


@cache
def _known(table: str, attribute: str) -> frozenset[str]:
    """The values of an attribute in one of pycountry's tables (ISO 3166, 639, 4217), casefolded."""
    import pycountry

    values = (getattr(entry, attribute, None) for entry in getattr(pycountry, table))
    return frozenset(value.casefold() for value in values if value)


def _iso(table: str, attribute: str, look: str) -> Callable[[str], bool]:
    pattern = re.compile(look)
    return lambda value: (
        bool(pattern.fullmatch(value)) and value.casefold() in _known(table, attribute)
    )


@cache
def _languages() -> frozenset[str]:
    """ISO 639, without what stands in brackets (`Malay (macrolanguage)`), and what people say."""
    known = (name.partition(" (")[0] for name in _known("languages", "name"))
    return frozenset((*known, *_MORE_LANGUAGES))


_MORE_LANGUAGES = (
    *("greek", "mandarin", "cantonese", "farsi", "azeri", "haitian creole", "irish gaelic"),
    *(
        "scottish gaelic",
        "flemish",
        "punjabi",
        "norwegian",
        "mandarin chinese",
        "kyrgyz",
        "gujrati",
    ),
    *("tok pisin", "kiswahili", "pashto", "uyghur", "filipino", "moldovan", "castilian", "frisian"),
    *("deutsch", "français", "español", "italiano", "português", "nederlands", "polski", "русский"),
    *(
        "svenska",
        "dansk",
        "norsk",
        "suomi",
        "türkçe",
        "čeština",
        "magyar",
        "中文",
        "日本語",
        "한국어",
    ),
)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _is_zone(value: str) -> bool:
    return ("/" in value or value in {"UTC", "GMT", "EST", "CET"}) and value in _zones()


_US_STATES = one_of(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP FM MH PW AA AE AP"
)

TYPES: tuple[SemanticType, ...] = (
    SemanticType(
        "country",
        "country name",
        is_country,
        yes=("Germany", "united states of america", "Japan"),
        no=("Bavaria", "DE"),
        names=("country", "nation", "land", "pays", "pais"),
        share=0.85,
        hinted=is_country_anywhere,
    ),
    SemanticType(
        "country_code",
        "ISO 3166 country code of two letters",
        _iso("countries", "alpha_2", "[A-Z]{2}"),
        yes=("DE", "US"),
        no=("XX", "de", "DEU"),
        names=("country", "iso", "nationality", "land", "cc"),
        chance=0.4,
    ),
    SemanticType(
        "country_code_3",
        "ISO 3166 country code of three letters",
        _iso("countries", "alpha_3", "[A-Z]{3}"),
        yes=("DEU", "USA"),
        no=("XXX", "DE"),
        names=("country", "iso", "nationality", "noc"),
        chance=0.05,
    ),
    SemanticType(
        "subdivision",
        "ISO 3166-2 subdivision code",
        _iso("subdivisions", "code", "[A-Z]{2}-[A-Z0-9]{1,3}"),
        yes=("DE-BY", "US-CA"),
        no=("DE-XX9", "CA"),
        names=("region", "state", "province", "subdivision"),
    ),
    SemanticType(
        "us_state",
        "state of the USA, two letters",
        lambda value: len(value) == 2 and value.isupper() and _US_STATES(value),
        yes=("CA", "NY"),
        no=("XX", "California"),
        names=("state", "province", "st"),
        chance=0.1,
    ),
    SemanticType(
        "city",
        "city",
        like(r"[^\W\d_][\w\s.'’()/-]{1,60}"),
        yes=("Berlin", "St. John's"),
        no=("12", "a;b"),
        names=("city", "town", "municipality", "stadt", "ville", "ciudad", "ort"),
        needs_name=True,
        share=0.9,
        personal=None,
    ),
    SemanticType(
        "postal_code",
        "postal code",
        like(
            r"\d{4,6}(?:-\d{3,4})?|\d{3} ?\d{2}|\d{2}-\d{3}|\d{3}-\d{4}|\d{7}|\d{4} ?[A-Z]{2}"
            r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}-\d{4,5}"
        ),
        yes=("10115", "94105-1234", "SW1A 1AA", "K1A 0B1"),
        no=("1", "Berlin"),
        names=("zip", "zipcode", "postal", "postcode", "plz", "postal_code"),
        needs_name=True,
        share=0.9,
        personal=Personal.QUASI,
        hinted=like(r"(?=(?:\D*\d){3})[^\W_a-z][^\W_a-z]*(?:[ -][^\W_a-z]+){0,3}"),
    ),
    SemanticType(
        "street_address",
        "street and number",
        like(
            r"\d{1,6}[a-zA-Z]?,? [\w\s.'#-]+|[^\W\d][\w\s.'-]+"
            r"(?:str\.|straße|strasse|weg|platz|allee|gasse|street|road|avenue),? "
            r"\d+\s?[a-z]?(?:,.*)?",
            re.IGNORECASE,
        ),
        yes=("12 Main Street", "Hauptstraße 5"),
        no=("Berlin", "12"),
        names=("address", "street", "addr", "adresse", "strasse", "anschrift"),
        needs_name=True,
        share=0.6,
        personal=Personal.DIRECT,
        hinted=like(
            r"(?=.*\d)(?=.*[^\W\d_]{2})[^@{}<>|;]{4,120}|[^@{}<>|;]{2,60}[路街道巷弄号號座町][^@{}<>|;]{0,30}",
            re.DOTALL,
        ),
    ),
    SemanticType(
        "coordinates",
        "latitude and longitude",
        like(
            r"[(\[]?\s*-?(?:[0-8]?\d|90)\.\d+\s*[,; ]\s*-?(?:1[0-7]\d|[0-9]?\d|180)\.\d+\s*[)\]]?"
        ),
        yes=("52.5200, 13.4050", "(40.7,-74.0)"),
        no=("52.52", "95.1, 10.0"),
        names=("location", "coordinates", "position", "latlon", "geo"),
        personal=Personal.QUASI,
    ),
    SemanticType(
        "wkt",
        "geometry as well-known text",
        like(
            r"(?:SRID=\d+;)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*Z?M?\s*(?:\(.*\)|EMPTY)|GEOMETRYCOLLECTION\s*\(.*\)",
            re.IGNORECASE | re.DOTALL,
        ),
        yes=("POINT (30 10)", "POLYGON((0 0,1 0,1 1,0 0))"),
        no=("POINT", "point of view"),
        names=("wkt", "geometry", "geom", "shape"),
    ),
    SemanticType(
        "geojson",
        "geometry as GeoJSON",
        like(
            r'\s*\{.*"type"\s*:\s*"'
            r"(?:(?:Multi)?(?:Point|LineString|Polygon)|Feature|FeatureCollection)"
            r'".*\}\s*',
            re.DOTALL,
        ),
        yes=('{"type": "Point", "coordinates": [30, 10]}',),
        no=('{"type": "x"}', "Point"),
        names=("geojson", "geometry"),
        chance=0.0001,
    ),
    SemanticType(
        "geohash",
        "geohash",
        like(r"[0-9b-hjkmnp-z]{5,12}"),
        yes=("u33db", "9q8yyk8yt"),
        no=("ail", "hello world"),
        names=("geohash",),
        needs_name=True,
    ),
    SemanticType(
        "currency_code",
        "ISO 4217 currency code",
        _iso("currencies", "alpha_3", "[A-Z]{3}"),
        yes=("EUR", "USD"),
        no=("XYZ", "eur"),
        names=("currency", "ccy", "waehrung", "devise"),
        chance=0.05,
    ),
    SemanticType(
        "language_code",
        "ISO 639 language code",
        _iso("languages", "alpha_2", "[a-z]{2}"),
        yes=("de", "en"),
        no=("xx", "DE", "german"),
        names=("language", "lang", "locale", "sprache"),
        chance=0.3,
    ),
    SemanticType(
        "language",
        "language name",
        lambda value: len(value) > 3 and value.casefold() in _languages(),
        yes=("German", "Japanese"),
        no=("de", "Berlin"),
        names=("language", "lang", "sprache"),
        chance=0.02,
        share=0.85,
    ),
    SemanticType(
        "locale",
        "locale",
        like(r"[a-z]{2,3}[-_](?:[A-Z][a-z]{3}[-_])?[A-Z]{2}(?:\.UTF-8)?"),
        yes=("de-DE", "en_US.UTF-8", "zh-Hant-TW"),
        no=("de", "DE-de"),
        names=("locale", "language"),
    ),
    SemanticType(
        "time_zone",
        "time zone",
        _is_zone,
        yes=("Europe/Berlin", "America/New_York"),
        no=("Berlin", "Europe/Nowhere"),
        names=("tz", "tzone", "timezone", "time_zone"),
    ),
    SemanticType(
        "airport_iata",
        "IATA airport code",
        like("[A-Z]{3}"),
        yes=("JFK", "TXL"),
        no=("JF", "EDDB", "jfk"),
        names=("airport", "iata", "origin", "dest", "destination", "faa", "departure", "arrival"),
        needs_name=True,
    ),
    SemanticType(
        "airport_icao",
        "ICAO airport code",
        like("[A-Z]{4}"),
        yes=("EDDB", "KJFK"),
        no=("JFK", "eddb"),
        names=("icao", "airport"),
        needs_name=True,
    ),
    SemanticType(
        "airline_code",
        "IATA airline code",
        like("[A-Z0-9]{2}"),
        yes=("LH", "9E"),
        no=("DLH", "lh"),
        names=("carrier", "airline"),
        needs_name=True,
    ),
)
