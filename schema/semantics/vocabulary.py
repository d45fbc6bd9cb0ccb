"""What columns are called in two dozen languages, by semantic type, without accents.

Words that mean other things too (`nom`, `by`, `cap`) stand in `neighbours`.
"""

from __future__ import annotations

_SAID = {
    "ticker": "tkr ticker_symbol",
    "username": """felhasznalonev kayttajatunnus brukernavn логін логин 用户名 ユーザー名
        사용자명 korisnicko_ime nombre_usuario benutzername brugernavn gebruikersnaam
        anvandarnamn nazwa_uzytkownika login_name loginname nom_utilisateur nome_utente
        имя_пользователя kasutajanimi lietotajvards uporabnisko_ime اسم_المستخدم kullanici_adi
        naudotojo_vardas tai_khoan ten_dang_nhap שם_משתמש nama_pengguna""",
    "age": "edad eta leeftijd idade wiek alder ikä yas vek leta возраст 年齢 年龄",
    "bic": "bic_code swift_code",
    "city": """ortschaft πολη град ilce linn pilseta miestas mesto_obec เมือง thanh_pho lungsod
        localitate bostadsort cities city_nm citta cidade miasto miejscowosc stad by_navn sehir
        ilce mesto obec oras varos grad plaats woonplaats wohnort geburtsort gemeinde kaupunki
        poststed localite commune localidad municipio municipality comune localita localidade
        kota город місто 市 市区町村 城市 都市 도시 gemeente suburb il_ilce עיר kommuun vald""",
    "color": "color_name colour_name kleur cor kolor farg farve renk barva цвет 色 颜色",
    "country": """krajina χωρα država держава държава ország 국가 riik valsts salis negara
        quoc_gia دولة staat paese pays_nom kraj ulke zeme orszag tara maa страна країна 国 国家
        ctry מדינה paese_residenza""",
    "currency_code": "moneda moeda valuta waluta para_birimi mena валюта 通貨 货币",
    "date": """data_nasterii syntymaaika születesi_datum ημερομηνια_γεννησης дата_народження
        дата_на_раждане datum_rodenja fecha data dato datum_narozeni geburtsdatum
        date_naissance fecha_nacimiento data_nascita data_nascimento data_urodzenia
        fodelsedatum foedselsdato geboortedatum dogum_tarihi tarih dob birth_date birth_dt дата
        日付 生年月日 日期""",
    "email": "mail email_addr epost eposta correo courriel почта メール 邮箱 이메일",
    "first_name": """firstname given_name given_names givenname forename christian_name
        voornaam vornamen prenoms primer_nombre nome_proprio imie imiona fornamn fornavn
        etunimi jmeno keresztnev prenume krstno_ime имя ім_я 名 名前 下の名前 이름""",
    "gender": "sexo sesso geslacht plec kon kjonn cinsiyet pohlavi пол стать 性別 性别 성별",
    "iban": "iban_code rekeningnummer",
    "ipv4": "src_ip dst_ip client_ip remote_addr ip_address ip_addr",
    "job_title": """ocupatie επαγγελμα професія професия ocupacion tatigkeit povolanie
        ammattinimike pekerjaan nghe_nghiep مهنة jobtitle occupation_title profession metier
        poste empleo cargo profesion professione mestiere lavoro ocupacao profissao zawod
        stanowisko yrke stilling beroep functie ammatti meslek povolani foglalkozas profesie
        zanimanje berufsbezeichnung stellenbezeichnung профессия должность посада 職業 职业 职位
        직업 occupations job_role profesija מקצוע poklic""",
    "language": "idioma langue taal lingua jezyk dil jazyk язык 言語 语言 sprak",
    "last_name": """lastname family_name familyname familienname zuname nom_de_famille yme
        apellidos primer_apellido segundo_apellido cognome sobrenome nazwisko efternamn
        efternavn etternavn achternaam sukunimi soyad soyadi soyisim prijmeni priezvisko
        vezeteknev nume_de_familie prezime фамилия прізвище 姓 苗字 氏 성""",
    "latitude": "latitud latitudine широта lat_deg geo_lat 緯度 纬度",
    "licence_plate": """license_plate number_plate plate_no plate_number reg_plate regplate
        immatriculation matricula targa kenteken placa tablica_rejestracyjna tablica regnummer
        nummerplade plaka spz rz rendszam numberplate госномер 車牌 车牌 ナンバープレート
        autokennzeichen""",
    "longitude": "longitud longitudine долгота lon_deg geo_lon geo_lng 経度 经度",
    "money": """sales sale profit profits total_bill total_price total_cost grand_total tip fee
        fees charge charges payment paid balance turnover assets market_value marketvalue
        market_cap gross_pay earnings spend expense expenses adj_close prix precio precios
        prezzo prijs cena preco pris montant importe importo bedrag kwota valor belopp beloeb
        fiyat tutar castka cout costo kosten umsatz gewinn saldo gesamtpreis verkaufspreis цена
        сумма стоимость 価格 金額 价格 金额""",
    "month": "mes mese maand miesiac manad maaned mesic месяц 月 月份 kuukausi",
    "organisation": """employeur ceg εταιρεια εταιρια business_name trading_name trade_name
        legal_name university uni universidad universite uniwersytet uczelnia hochschule
        ettevote uzņemums imone perusahaan cong_ty شركة bedrijfsnaam werkgever employeur_nom
        patron pracodawca företagsnamn company_name organisation_name organization_name org_name
        employer_name corporation institution bank bank_name entreprise societe empresa azienda
        ditta bedrijf spolka firmy firmenname foretag virksomhed yritys sirket spolecnost podnik
        vallalat companie tvrtka unternehmen arbeitgeber hersteller fabricante fabricant
        producent компания организация фирма компанія 会社 会社名 公司 企业 회사 podjetje חברה
        datore_di_lavoro""",
    "percentage": "perc procent porcentaje pourcentage percentuale porcentagem yuzde процент",
    "person_name": """ime_i_prezime imie_nazwisko имя_фамилия ονοματεπωνυμο teljes_nev
        nume_complet nome_e_cognome nom_et_prenom nombre_y_apellidos judge candidate
        customername nome_cliente kundenname person_name name_of_person patient_name client_name
        employee_name leader nom_complet nombre_completo nome_completo nome_completo
        naam_volledig volledige_naam imie_i_nazwisko fullt_navn ad_soyad cele_jmeno фио 氏名
        姓名 성명 mayor president chairman director actor actress artist singer composer
        scientist athlete winner_name nama_lengkap ho_ten ho_va_ten ime_in_priimek
        vardas_pavarde klantnaam שם_מלא taisnimi vards_uzvards nominativo""",
    "phone": """telemovel τηλεφωνο mobileno phoneno phone_no mobil tel_nr fon mobiltelefon
        komorka komorkowy telefonas telefons telepon dien_thoai هاتف тел номер_тел phone_number
        telephone_number tel_no telno mobile_number contact_number cell cellphone rufnummer
        telefonnummer handynummer telephone_fixe portable telefono telefone celular telefoon
        telefoonnummer telefon_no tlf tlfnr puhelin telefonszam номер_телефона телефон 電話
        電話番号 电话 手机 전화번호 cep_telefonu cep_tel gsm gsm_nummer טלפון telepono
        so_dien_thoai numer_telefonu nr_telefonu numero_telefono numero_telephone""",
    "postal_code": """ταχυδρομικος_κωδικας τκ пощенски_код поштенски_број sihtnumber
        pasta_indekss pasto_kodas kode_pos postna_stevilka postnúmer zip_code zip5 postleitzahl
        post_code postal_cd cp code_postal codepostal codigo_postal codice_postale cep
        kod_pocztowy postnummer postnr postinumero posta_kodu psc iranyitoszam cod_postal
        postanski_broj индекс почтовый_индекс індекс 郵便番号 邮编 邮政编码 우편번호 pincode
        pin_code eircode מיקוד ma_buu_dien ma_buu_chinh""",
    "quantity": "cantidad quantite quantita quantidade ilosc antal aantal adet mnozstvi количество",
    "salary": """salaries wages pay_rate annual_pay annual_salary sal salaire salario sueldo
        stipendio salaris loon wynagrodzenie maas mzda зарплата 給与 工资 income_per_capita""",
    "street_address": """διευθυνση οδος адресa aadress adrese adresas heimilisfang dia_chi عنوان
        addr1 address1 address_line street_line street_name street_number rue adresse_postale
        direccion domicilio calle indirizzo endereco rua morada adres ulica adress gatuadress
        gateadresse osoite adresa ulice cim ulica_i_broj alamat адрес адреса улица 住所 地址
        주소 hausanschrift straat straatnaam כתובת acik_adres""",
    "subdivision_name": """state_name province_name region_name admin1 admin_1 bundesland
        kanton canton departement department_name provincia provincie prefecture wojewodztwo
        lan oblast estado comunidad regione""",
    "temperature": """tmax tmin tavg tmean temp_max temp_min max_temp min_temp melting_point
        boiling_point dew_point temperatura lampotila sicaklik teplota температура 気温 温度""",
    "time_zone": "time_zone_name zona_horaria fuseau_horaire zeitzone",
    "user_agent": "ua http_user_agent",
    "year": "anno jaar rok ar_tal yil год рік 年 年份 vuosi founded established built discovered",
}


def said(name: str) -> tuple[str, ...]:
    """What columns of that type are called besides the names in its own row."""
    return tuple(_SAID.get(name, "").split())
