"""Made tables of people in fifteen languages, and of codes with names that say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

ROWS = 150

_KINDS = (
    *("first_name", "last_name", "street_address", "postcode", "city", "phone_number", "email"),
    *("date_of_birth", "job", "company", "iban", "license_plate"),
)

_HEADS = {
    "de_DE": "Vorname Nachname Straße PLZ Ort Telefon E-Mail Geburtsdatum Beruf Firma IBAN "
    "Kennzeichen",
    "fr_FR": "prénom nom adresse code_postal ville téléphone courriel date_naissance métier "
    "entreprise iban immatriculation",
    "es_ES": "nombre apellidos direccion codigo_postal ciudad telefono correo fecha_nacimiento "
    "profesion empresa iban matricula",
    "it_IT": "nome cognome indirizzo CAP citta telefono email data_nascita professione azienda "
    "iban targa",
    "nl_NL": "voornaam achternaam adres postcode plaats telefoon email geboortedatum beroep "
    "bedrijf iban kenteken",
    "pt_BR": "nome sobrenome endereco CEP cidade telefone email data_nascimento profissao empresa "
    "iban placa",
    "pl_PL": "imie nazwisko adres kod_pocztowy miasto telefon email data_urodzenia zawod firma "
    "iban tablica",
    "sv_SE": "fornamn efternamn adress postnummer stad telefon epost fodelsedatum yrke foretag "
    "iban regnummer",
    "da_DK": "fornavn efternavn adresse postnr by tlf email foedselsdato stilling firma iban "
    "nummerplade",
    "tr_TR": "ad soyad adres posta_kodu sehir telefon eposta dogum_tarihi meslek sirket iban plaka",
    "cs_CZ": "jmeno prijmeni adresa psc mesto telefon email datum_narozeni povolani firma iban spz",
    "ja_JP": "名 姓 住所 郵便番号 市 電話番号 メール 生年月日 職業 会社 iban plate",
    "en_GB": "FName LName Addr1 PostCode Town TelNo EmailAddr DOB Occupation Employer AcctIBAN "
    "RegPlate",
    "en_US": "givenName familyName street_line_1 zip5 city_nm contact_number mail_addr birth_dt "
    "position employer_name acct plate_no",
    "ru_RU": "имя фамилия адрес индекс город телефон почта дата_рождения должность компания iban "
    "номер",
}
_NETWORK = """src=ipv4 client=ipv6 hw=mac_address host=hostname dom=domain_name uri=uri
    agent=user_agent req_id=uuid4 digest=md5 sum=sha1 sha=sha256 ctype=mime_type file=file_name
    path=file_path slug=slug port=port_number method=http_method handle=user_name hexcol=hex_color
    colour_name=color_name"""
_CODES = """b1=isbn13 b2=isbn10 art=ean13 art8=ean8 cc_no=credit_card_number
    cc_type=credit_card_provider exp=credit_card_expire bank=swift ibn=iban soc=ssn car=vin
    cur=currency_code cur_name=currency_name price=pricetag loc=locale lang=language_name
    lc=language_code tz=timezone ctry=country ctry_code=country_code state=state st=state_abbr"""
_NOTHING = {
    "ref": "??-####", "sku": "???-########", "num": "######", "n10": "##########",
    "n13": "#############", "cap3": "???", "cap2": "??", "low2": "??", "batch": "B##",
    "weird": "#?#?#?", "dash": "###-##-##", "lot": "##.##.##",
}  # fmt: skip


def people() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """A table a language, its columns called as people there call them."""
    from faker import Faker

    for locale, heads in _HEADS.items():
        maker = Faker(locale)
        maker.seed_instance(7)
        yield (
            f"faker.{locale}",
            {
                head: [str(getattr(maker, kind)()) for _ in range(ROWS)]
                for head, kind in zip(heads.split(), _KINDS, strict=True)
            },
        )


def coded() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Codes of the network and of goods, and what only looks like codes."""
    from faker import Faker

    maker = Faker("en_US")
    maker.seed_instance(8)

    def column(make: Callable[[], object]) -> list[str]:
        return [str(make()) for _ in range(ROWS)]

    for name, kinds in (("net", _NETWORK), ("codes", _CODES)):
        pairs = (pair.split("=") for pair in kinds.split())
        yield f"faker.{name}", {head: column(getattr(maker, kind)) for head, kind in pairs}
    said = {kind: column(getattr(maker, kind)) for kind in ("word", "sentence", "text", "bs")}
    shaped = {
        head: [
            text.upper() if head.startswith("cap") else text.lower() if head == "low2" else text
            for text in column(lambda look=look: maker.bothify(look))
        ]
        for head, look in _NOTHING.items()
    }
    digits = column(lambda: maker.hexify("^" * 8))
    yield "faker.none", {**said, **shaped, "hash8": digits, "catch": column(maker.catch_phrase)}
