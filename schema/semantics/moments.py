"""Meanings of columns of dates, told by name: when somebody was born is personal, too."""

from __future__ import annotations

from dataclasses import dataclass

from schema.semantics.model import Personal


@dataclass(frozen=True, slots=True)
class MomentType:
    """One semantic type of columns of dates: `names` are phrases of column names that say it;
    `yes` and `no` are names of columns.
    """

    name: str
    title: str
    names: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    personal: Personal | None = None


TYPES: tuple[MomentType, ...] = (
    MomentType(
        "date_of_birth",
        "day on which a person was born",
        (
            *("birth_date", "birth_day", "birth_dt", "birthdate", "birthday", "date_of_birth"),
            *("dob", "born", "born_on", "geburtsdatum", "geburtstag", "geb_datum", "geboren_am"),
            *("date_naissance", "date_de_naissance", "naissance", "fecha_nacimiento"),
            *("fecha_de_nacimiento", "data_nascita", "data_di_nascita", "data_nascimento"),
            *("data_de_nascimento", "geboortedatum", "data_urodzenia", "fodelsedatum"),
            *("foedselsdato", "fodselsdato", "syntymaaika", "dogum_tarihi", "datum_narozeni"),
            *("data_nasterii", "szuletesi_datum", "ημερομηνια_γεννησης", "дата_народження"),
            *("дата_на_раждане", "datum_rodenja", "data_nasc", "fecha_nac", "geb_datum"),
            *("datum_narodenia", "생년월일"),
            *("дата_рождения", "生年月日", "出生日期"),
        ),
        yes=("birth_date", "customer_dob", "DateOfBirth", "Date de naissance", "geburtsdatum"),
        no=("date", "created_at", "airborne", "birth_rate_date"),
        personal=Personal.QUASI,
    ),
    MomentType(
        "date_of_death",
        "day on which a person died",
        (
            *("death_date", "deathdate", "date_of_death", "died", "died_on", "dod", "todesdatum"),
            *("sterbedatum", "date_deces", "date_de_deces", "fecha_defuncion", "data_morte"),
        ),
        yes=("death_date", "date_of_death"),
        no=("deaths", "due_date"),
        personal=Personal.QUASI,
    ),
)
