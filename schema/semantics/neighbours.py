"""What columns tell of each other: a `name` beside an age is a person's, beside a BIC a bank's.

Names that mean many things count only beside a column that says which; and a type that stands
beside one that it goes with is surer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from schema.semantics.detect import Meaning
from schema.semantics.hints import hinted_words
from schema.semantics.model import like


@dataclass(frozen=True, slots=True)
class Seen:
    """A column before its neighbours are asked: its meaning by itself, if any, and its values
    (`texts`) or bounds.
    """

    name: str
    meaning: Meaning | None = None
    texts: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        return hinted_words(self.name)


@dataclass(frozen=True, slots=True)
class Rule:
    """A column called by one of `names` alone, without a meaning of its own, is `kind` when
    `least` columns stand beside it that are of the types `beside` or called one of `called`.
    """

    kind: str
    names: frozenset[str]
    fits: Callable[[Seen], bool]
    beside: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    least: int = 1
    confidence: float = 0.8


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _texts(pattern: str, share: float = 0.9) -> Callable[[Seen], bool]:
    test = like(pattern)

    def fits(column: Seen) -> bool:
        passed = sum(bool(test(text)) for text in column.texts)
        return bool(column.texts) and passed >= share * len(column.texts)

    return fits


def _within(low: float, high: float, *, whole: bool = False) -> Callable[[Seen], bool]:
    def fits(column: Seen) -> bool:
        if column.low is None or column.high is None or (whole and not column.whole):
            return False
        return low <= column.low and column.high <= high

    return fits


_NAMED = _texts(r"[^\W\d_][\w'’ .-]{0,40}")
_PERSON = _texts(r"[^\W\d_][\w'’.-]*(?:,? [\w'’.,()\"-]+){0,9}", 0.8)
_FIRM = _texts(r"(?=.*[^\W\d_]{2}).{2,120}")
_PLACES = _words(
    "postal_code street_address us_state subdivision_name country country_code country_code_3"
)
_CODES = _texts("[A-Z]{3}", 0.95)
_ZIP = _texts(r"\d{4,6}|[A-Z\d]{2,4}[ -][A-Z\d]{3,4}")

RULES: tuple[Rule, ...] = (
    Rule(
        "longitude",
        _words("long lon lng longitude x"),
        _within(-180, 360),
        beside=_words("latitude"),
        confidence=0.9,
    ),
    Rule(
        "first_name",
        _words("first given nom nome nombre ad name name_1 ime nome_1"),
        _NAMED,
        beside=_words("last_name"),
    ),
    Rule(
        "last_name",
        _words("last family nom name nombre name_2 cognome"),
        _NAMED,
        beside=_words("first_name"),
    ),
    Rule(
        "postal_code",
        _words("cap postal code_1 pc npa cp"),
        lambda column: _ZIP(column) or _within(100, 9_999_999, whole=True)(column),
        beside=_words("city street_address"),
    ),
    Rule("city", _words("by ort place miejsce lugar local luogo"), _NAMED, beside=_PLACES),
    Rule(
        "city",
        _words("name place town_name ascii_name"),
        _NAMED,
        beside=_words("latitude longitude"),
        called=_words("population admin1 admin_1 admin_1_code admin1code"),
        least=3,
        confidence=0.75,
    ),
    Rule(
        "subdivision_name",
        _words("province province_state state_province provincia provincie state_or_province"),
        _texts(r"[^\W\d_][\w\s.,'’()/-]{1,60}"),
        beside=_words("country country_code country_code_3"),
    ),
    Rule("city", _words("capital"), _NAMED, beside=_words("country country_code country_code_3")),
    Rule(
        "job_title",
        _words("position title role designation stilling poste puesto posizione cargo"),
        _texts(r"[^\W\d_][^@{}<>|;]{1,80}"),
        beside=_words("last_name first_name person_name"),
        called=_words("employer employer_name salary department"),
    ),
    Rule(
        "organisation",
        _words("name short_name full_name legal_name official_name issuer"),
        _FIRM,
        beside=_words("bic lei isin vat_number ticker cusip"),
    ),
    Rule(
        "organisation",
        _words("name company"),
        _FIRM,
        called=_words(
            "sales profit profits revenue revenues assets employees marketvalue market_value"
        ),
        least=2,
        confidence=0.75,
    ),
    Rule(
        "person_name",
        _words("name full_name nev navn nimi nume ime meno jmeno imie isim adi naam nama ονομα")
        | _words("имя име ім_я ім'я 名前 名 이름 nombre nome nom nafn vards vardas nimi שם"),
        _PERSON,
        beside=_words("age gender job_title salary date_of_birth"),
        confidence=0.75,
    ),
    Rule(
        "username",
        _words("user usuario utilizator utilizador utente pouzivatel uzivatel uzytkownik bruger")
        | _words("gebruiker anvandare потребител пользователь користувач χρηστης")
        | _words("아이디 用户 naudotojas pengguna משתמש utente"),
        _texts(r"[\w.@+-]{2,64}"),
        beside=_words("email"),
        confidence=0.7,
    ),
    Rule(
        "airport_iata",
        _words("source src from to origin dst target orig"),
        _CODES,
        beside=_words("airport_iata airport_icao airline_code"),
    ),
    Rule(
        "money",
        _words("open high low close adj_close adjusted_close last vwap"),
        _within(0, 1e9),
        called=_words("open high low close"),
        least=3,
        confidence=0.85,
    ),
    Rule(
        "money",
        _words("value sum total gross net tax paid due"),
        _within(-1e15, 1e15),
        beside=_words("currency_code"),
    ),
    Rule("year", _words("start begin from"), _within(1000, 2100, whole=True),
         called=_words("end stop to until")),
    Rule("year", _words("end stop to until"), _within(1000, 2100, whole=True),
         called=_words("start begin from")),
)  # fmt: skip

_PAIRED = {"first": ("first_name", "last"), "last": ("last_name", "first")}
"""How the name of a column ends, what it is, and how that of the other ends."""

HEARD = frozenset(name for rule in RULES for name in rule.names)
"""Names of columns whose values are looked at when their neighbours are asked."""

COMPANIONS: tuple[frozenset[str], ...] = (
    _words("latitude longitude"),
    _words("first_name last_name"),
    _words("city postal_code"),
    _words("city country"),
    _words("city country_code"),
    _words("city us_state"),
    _words("city subdivision_name"),
    _words("street_address postal_code"),
    _words("country country_code"),
    _words("country country_code_3"),
    _words("country_code country_code_3"),
    _words("country_code_3 country_numeric"),
    _words("currency_code money"),
    _words("iban bic"),
    _words("airport_iata airport_icao"),
    _words("language language_code"),
    _words("subdivision country_code"),
)
"""Types that go together: each is surer beside the other."""


def is_heard(words: Sequence[str]) -> bool:
    """Whether neighbours may tell what a column means that is called so."""
    return "_".join(words) in HEARD or (bool(words) and words[-1] in _PAIRED)


def judged(columns: Sequence[Seen]) -> list[Meaning | None]:
    """The meanings of the columns of one table, neighbours heard."""
    found = list(columns)
    for _ in range(2):  # a first name that a last name told may tell the job beside it
        for position, column in enumerate(found):
            if column.meaning is None and (told := _told(column, found)):
                found[position] = replace(column, meaning=told)
    types: dict[str, str] = {}
    for column in found:
        if column.meaning:
            types.setdefault(column.meaning.name, column.name)
    return [_surer(column, types) for column in found]


def _told(column: Seen, columns: Sequence[Seen]) -> Meaning | None:
    called = "_".join(column.words)
    if paired := _paired(column, columns):
        return paired
    for rule in RULES:
        if called in rule.names:
            near = [other.name for other in columns if other is not column and _near(rule, other)]
            if len(near) >= rule.least and rule.fits(column):
                names = " and ".join(repr(name) for name in near[: rule.least])
                return Meaning(rule.kind, rule.confidence, f"it is called so beside {names}")
    return None


def _paired(column: Seen, columns: Sequence[Seen]) -> Meaning | None:
    """`emp_first` beside `emp_last`: names of the same, each told by the other."""
    *same, part = column.words or ("",)
    kind, other = _PAIRED.get(part, ("", ""))
    for beside in columns if kind else ():
        if beside.words == (*same, other) and _NAMED(column) and _NAMED(beside):
            return Meaning(kind, 0.8, f"it is called so beside {beside.name!r}")
    return None


def _near(rule: Rule, other: Seen) -> bool:
    return bool(
        (other.meaning and other.meaning.name in rule.beside)
        or "_".join(other.words) in rule.called
    )


def _surer(column: Seen, types: dict[str, str]) -> Meaning | None:
    told = column.meaning
    if told is None:
        return None
    for pair in COMPANIONS:
        if told.name in pair:
            (other,) = pair - {told.name}
            if other in types:
                sure = max(told.confidence, round(1 - (1 - told.confidence) * 0.6, 3))
                return Meaning(told.name, sure, f"{told.reason}; beside {types[other]!r} ({other})")
    return told
