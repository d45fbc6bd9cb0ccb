"""Identifiers with check digits or a fixed form: of books, goods, money, firms and people."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from importlib import import_module

from schema.semantics.model import Personal, SemanticType, like


def _standard(module: str, look: str, flags: int = 0) -> Callable[[str], bool]:
    """A test by python-stdnum's module of that name, for values that look like `look`."""
    pattern = re.compile(look, flags)

    def test(value: str) -> bool:
        return bool(pattern.fullmatch(value)) and bool(
            import_module(f"stdnum.{module}").is_valid(value)
        )

    return test


_GROUPED_PHONE = re.compile(
    r"(?:1[-. ])?(?:\(\d{2,5}\)[-\s]?|0\d{1,4}[ /-]|\d{3}[-. ])\d{3,4}(?:[-. ]\d{2,4}){1,3}"
    r"|\(\d{2,5}\)\s?\d{5,8}|0\d{2,5}[ /-]\d{4,8}"
)
_PHONE_EXTENSION = re.compile(r"^tel[.:]?\s?|\s?(?:x|ext\.?|extension)\s?\d{1,5}$", re.IGNORECASE)


def _is_phone(value: str) -> bool:
    """An international number that is possible, or a national one in its usual groups."""
    number = _PHONE_EXTENSION.sub("", value)
    if number.startswith("+"):
        import phonenumbers

        try:
            return bool(phonenumbers.is_possible_number(phonenumbers.parse(number)))
        except phonenumbers.NumberParseException:
            return False
    return bool(_GROUPED_PHONE.fullmatch(number))


_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|(?:6011|65\d\d|64[4-9]\d|35\d\d|62\d\d)\d{12}(?:\d{3})?|(?:50|5[6-9]|6\d)\d{10,17}|(?:2131|1800)\d{11}"
)
"""By issuer: Visa, Mastercard, American Express, Diners; Discover, JCB, UnionPay; Maestro."""


def _is_card(value: str) -> bool:
    """A card number of an issuer's length, with its check digit, perhaps in groups."""
    number = re.sub(r"(?<=\d)[ -](?=\d)", "", value)
    return bool(_CARD.fullmatch(number)) and bool(_standard("luhn", r"\d+")(number))


def _is_vehicle(value: str) -> bool:
    """A vehicle identification number with its check digit (49 CFR 565.15)."""
    if len(value) != 17 or not re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", value):
        return False
    weighted = sum(
        weight * int(_VEHICLE_DIGITS.get(character, character))
        for weight, character in zip(_VEHICLE_WEIGHTS, value, strict=True)
    )
    return "0123456789X"[weighted % 11] == value[8]


_VEHICLE_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VEHICLE_DIGITS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))

_check = partial(SemanticType, chance=0.1)

TYPES: tuple[SemanticType, ...] = (
    SemanticType(
        "phone",
        "telephone number",
        _is_phone,
        yes=("+49 30 123456", "(212) 555-0123", "+14155552671"),
        no=("2013-01-01", "1234567", "555-CALL"),
        names=("phone", "telephone", "tel", "mobile", "fax", "telefon", "handy"),
        chance=0.1,
        share=0.9,
        personal=Personal.DIRECT,
        hinted=like(
            r"(?:(?=(?:\D*\d){6,15}\D*$)(?:\(?\+|00)?[\d\s().\-/]{6,25})(?:\s?(?:x|ext\.?)\s?\d{1,5})?"
        ),
    ),
    SemanticType(
        "iban",
        "international bank account number",
        _standard("iban", r"[A-Z]{2}\d{2}[A-Z0-9 ]{11,38}"),
        yes=("DE89370400440532013000", "GB82 WEST 1234 5698 7654 32"),
        no=("DE89370400440532013001", "DE89"),
        names=("iban", "account", "konto"),
        chance=0.01,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "bic",
        "bank identifier code",
        _standard("bic", r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"),
        yes=("DEUTDEFF", "DEUTDEFF500"),
        no=("DEUT", "DEUTZZFF", "deutdeff"),
        names=("bic", "swift"),
        chance=0.3,
    ),
    _check(
        "credit_card",
        "credit card number",
        _is_card,
        yes=("4111111111111111", "5500 0000 0000 0004"),
        no=("4111111111111112", "1234567890123452", "352099001761481"),
        names=("card", "credit_card", "pan", "cc"),
        personal=Personal.DIRECT,
    ),
    _check(
        "isin",
        "international securities identification number",
        _standard("isin", r"[A-Z]{2}[A-Z0-9]{9}\d"),
        yes=("US0378331005", "DE0007164600"),
        no=("US0378331006", "0378331005"),
        names=("isin",),
    ),
    SemanticType(
        "lei",
        "legal entity identifier",
        _standard("lei", r"[A-Z0-9]{18}\d{2}"),
        yes=("213800KUD8LAJWSQ9D15",),
        no=("213800KUD8LAJWSQ9D14",),
        names=("lei",),
        chance=0.01,
    ),
    _check(
        "cusip",
        "CUSIP number",
        _standard("cusip", r"[0-9A-Z*@#]{8}\d"),
        yes=("037833100", "17275R102"),
        no=("037833101", "17275R"),
        names=("cusip",),
        needs_name=True,
    ),
    _check(
        "sedol",
        "SEDOL number",
        _standard("gb.sedol", r"[0-9B-DF-HJ-NP-TV-Z]{6}\d"),
        yes=("B15KXQ8", "0263494"),
        no=("B15KXQ9", "ABCDEF1"),
        names=("sedol",),
        needs_name=True,
    ),
    _check(
        "isbn",
        "book number",
        _standard(
            "isbn", r"97(?:8|9(?![- ]?0))[- ]?\d[\d -]{8,12}\d|\d{1,7}-\d{1,7}-\d{1,7}-[\dXx]"
        ),
        yes=("9780306406157", "0-306-40615-2"),
        no=("9780306406158", "0306406153"),
        names=("isbn", "book"),
    ),
    _check(
        "isbn10",
        "book number of ten digits",
        _standard("isbn", r"\d{9}[\dXx]"),
        yes=("080442957X", "0306406152"),
        no=("0306406153", "9780306406157"),
        names=("isbn", "isbn10", "book"),
        needs_name=True,
        chance=0.2,  # numbers of patients in England have the same check digit
    ),
    _check(
        "issn",
        "serial number of periodicals",
        _standard("issn", r"\d{4}-\d{3}[\dX]"),
        yes=("0378-5955", "2434-561X"),
        no=("0378-5956", "03785955x"),
        names=("issn",),
    ),
    SemanticType(
        "doi",
        "digital object identifier",
        like(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s?)?10\.\d{4,9}/\S+", re.IGNORECASE),
        yes=("10.1000/182", "https://doi.org/10.1145/3183713.3196888"),
        no=("10.1000", "11.1000/182"),
        names=("doi",),
    ),
    SemanticType(
        "orcid",
        "researcher identifier",
        lambda value: (
            re.fullmatch(r"(?:https://orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]", value)
            and _standard("iso7064.mod_11_2", r"\d{15}[\dX]")(re.sub(r".*/|-", "", value))
        ),
        yes=("0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        no=("0000-0002-1825-0098", "0000-0002"),
        names=("orcid",),
        chance=0.05,
        personal=Personal.DIRECT,
    ),
    _check(
        "ean",
        "article number (EAN, UPC, GTIN)",
        _standard("ean", r"\d{8}|\d{12,14}"),
        yes=("4006381333931", "036000291452", "96385074"),
        no=("4006381333932", "40063813339"),
        names=("ean", "upc", "gtin", "barcode"),
    ),
    _check(
        "imei",
        "phone equipment identity",
        _standard("imei", r"\d{2}-?\d{6}-?\d{6}-?\d"),
        yes=("490154203237518", "35-209900-176148-1"),
        no=("490154203237519", "49015420323"),
        names=("imei",),
        needs_name=True,
        personal=Personal.DIRECT,
    ),
    _check(
        "vin",
        "vehicle identification number",
        _is_vehicle,
        yes=("1HGCM82633A004352", "1M8GDM9AXKP042788"),
        no=("1HGCM82633A004353", "1HGCM82633A00435"),
        names=("vin",),
        personal=Personal.QUASI,
    ),
    SemanticType(
        "vat_number",
        "VAT number",
        _standard("eu.vat", r"[A-Z]{2}[0-9A-Z+*.]{8,12}"),
        yes=("DE136695976", "ATU13585627"),
        no=("DE136695978", "DE1"),
        names=("vat", "ust", "tva"),
        chance=0.1,
        personal=Personal.QUASI,
    ),
    SemanticType(
        "ssn",
        "social security number (US)",
        _standard("us.ssn", r"\d{3}-\d{2}-\d{4}"),
        yes=("536-90-4399",),
        no=("078-05-1120", "000-12-3456", "536904399"),
        names=("ssn", "social_security"),
        chance=0.05,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "imo",
        "ship number",
        _standard("imo", r"(?:IMO ?)?\d{7}"),
        yes=("IMO 9319466", "9319466"),
        no=("IMO 9319467",),
        names=("imo", "vessel", "ship"),
        needs_name=True,
        chance=0.1,
    ),
    SemanticType(
        "cas_number",
        "chemical substance number",
        _standard("casrn", r"\d{2,7}-\d{2}-\d"),
        yes=("7732-18-5", "87-86-5"),
        no=("7732-18-4", "2013-01-5"),
        names=("cas", "casrn"),
        chance=0.1,
    ),
    SemanticType(
        "bitcoin_address",
        "Bitcoin address",
        _standard("bitcoin", r"(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[0-9a-z]{11,71})"),
        yes=("1NEDqZPvTWRaoho48qXuLLsrYomMXPABfD",),
        no=("1NEDqZPvTWRaoho48qXuLLsrYomMXPABfE",),
        names=("bitcoin", "btc", "wallet"),
        personal=Personal.QUASI,
    ),
    SemanticType(
        "licence_plate",
        "vehicle registration plate",
        like(r"(?=.*\d)(?=.*[^\W\d_])(?!.*[a-z]{2})[^\W_]{1,4}(?:[ ・-]*[^\W_]{1,4}){0,4}"),
        yes=("B-AB 1234", "7ABC123"),
        no=("HELLO", "b ab 1234 x y"),
        names=("plate", "licence_plate", "license_plate", "kennzeichen"),
        needs_name=True,
        share=0.85,
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "aircraft_registration",
        "aircraft registration",
        like(
            r"N[1-9]\d{0,4}|N[1-9]\d{0,3}[A-HJ-NP-Z]|N[1-9]\d{0,2}[A-HJ-NP-Z]{2}|[A-Z]{1,2}-[A-Z]{3,4}"
        ),
        yes=("N14228", "N723MQ", "D-AIBL"),
        no=("N01234", "14228", "NABC"),
        names=("tail", "tailnum", "registration", "aircraft"),
        chance=0.02,
        share=0.9,
    ),
)
