"""Identity numbers that states give to people, by country, each with its check digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module

from schema.semantics.model import Personal, SemanticType

_LOOK = re.compile(r"[0-9A-Z][0-9A-Z .\-/+]{7,19}")

NUMBERS: dict[str, tuple[str, str, str]] = {
    "bg.egn": ("Bulgaria", "EGN", "7552010005"),
    "be.nn": ("Belgium", "numéro national", "85.07.30-033 28"),
    "br.cpf": ("Brazil", "CPF", "390.533.447-05"),
    "ca.sin": ("Canada", "SIN", "123-456-782"),
    "ch.ssn": ("Switzerland", "AHV", "756.9217.0769.85"),
    "cl.rut": ("Chile", "RUT", "12.531.909-2"),
    "cn.ric": ("China", "resident identity", "360426199101010071"),
    "cz.rc": ("Czechia", "rodné číslo", "7103192745"),
    "de.idnr": ("Germany", "Steuer-ID", "36574261809"),
    "dk.cpr": ("Denmark", "CPR", "211062-5629"),
    "ee.ik": ("Estonia", "isikukood", "36805280109"),
    "es.dni": ("Spain", "DNI", "54362315K"),
    "es.nie": ("Spain", "NIE", "X2482300W"),
    "fi.hetu": ("Finland", "HETU", "131052-308T"),
    "fr.nir": ("France", "NIR", "253072B07300470"),
    "gb.nhs": ("England", "NHS number", "943-476-5870"),
    "gr.amka": ("Greece", "AMKA", "01013099997"),
    "hr.oib": ("Croatia", "OIB", "33392005961"),
    "ie.pps": ("Ireland", "PPS", "6433435F"),
    "il.idnr": ("Israel", "Mispar Zehut", "3933742-3"),
    "in_.aadhaar": ("India", "Aadhaar", "234123412346"),
    "is_.kennitala": ("Iceland", "kennitala", "450401-3150"),
    "it.codicefiscale": ("Italy", "codice fiscale", "RCCMNL83S18D969H"),
    "kr.rrn": ("South Korea", "RRN", "971013-9019902"),
    "lt.asmens": ("Lithuania", "asmens kodas", "33309240064"),
    "lv.pvn": ("Latvia", "personas kods", "161175-19997"),
    "mx.curp": ("Mexico", "CURP", "BOXW310820HNERXN09"),
    "nl.bsn": ("Netherlands", "BSN", "1112.22.333"),
    "no.fodselsnummer": ("Norway", "fødselsnummer", "151086 95088"),
    "pl.pesel": ("Poland", "PESEL", "44051401359"),
    "pt.cc": ("Portugal", "cartão de cidadão", "00000000 0 ZZ4"),
    "ro.cnp": ("Romania", "CNP", "1630615123457"),
    "se.personnummer": ("Sweden", "personnummer", "880320-0016"),
    "si.emso": ("Slovenia", "EMŠO", "0101006500006"),
    "th.pin": ("Thailand", "PIN", "3100600445635"),
    "tr.tckimlik": ("Turkey", "T.C. kimlik", "17291716060"),
    "za.idnr": ("South Africa", "ID number", "7503305044089"),
}
"""Modules of python-stdnum: of which country, what the number is called there, and one example."""


def is_national_id(value: str) -> bool:
    """Whether it is a number of any of the countries."""
    return any(_is_of(module, value) for module in NUMBERS)


def country_of(values: Sequence[str]) -> str:
    """The country, and its number, that most of the values are of: `Poland (PESEL)`."""
    counted = {
        module: sum(_is_of(module, value) for value in values[:_LOOKED_AT]) for module in NUMBERS
    }
    country, number, _ = NUMBERS[max(counted, key=lambda module: counted[module])]
    return f"{country} ({number})"


_LOOKED_AT = 50


def _is_of(module: str, value: str) -> bool:
    return bool(_LOOK.fullmatch(value)) and bool(import_module(f"stdnum.{module}").is_valid(value))


TYPES: tuple[SemanticType, ...] = (
    SemanticType(
        "national_id",
        "national identity number",
        is_national_id,
        yes=tuple(example for _, _, example in NUMBERS.values()),
        no=("54362315Z", "12345"),
        names=(
            *("national_id", "personal_id", "identity_number", "id_number", "citizen_id"),
            *("dni", "nie", "pesel", "cpf", "bsn", "nino", "personnummer", "fodselsnummer"),
            *("hetu", "cpr", "curp", "aadhaar", "oib", "cnp", "egn", "emso", "amka", "kennitala"),
            *("codice_fiscale", "codicefiscale", "tckimlik", "tc_kimlik", "rodne_cislo"),
            *("isikukood", "asmens_kodas", "rut", "nir", "ahv", "steuer_id", "steueridnr"),
            *("nhs_number", "pps", "teudat_zehut", "insz", "niss"),
        ),
        needs_name=True,
        chance=0.3,
        personal=Personal.DIRECT,
        which=country_of,
    ),
)
