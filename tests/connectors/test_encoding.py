"""Which encoding text is in, told by what its bytes become."""

from __future__ import annotations

import pytest

from connectors.formats.encoding import detect

WORDS = {
    "cp1252": "Zürich,Besançon,Québec,Malmö,“a”,5 €",
    "mac_roman": "Zürich,Ærø,Besançon,Québec,SEÑORA",
    "cp850": "Zürich,Besançon,Québec,España",
    "cp1250": "Łódź,Kraków,Plzeň,Győr,Šumperk",
    "iso8859_2": "Łódź,Kraków,Plzeň,Győr,Šumperk",
    "cp1251": "Москва,Казань,Самара,Уфа,Тверь",
    "koi8_r": "Москва,Казань,Самара,Уфа,Тверь",
    "cp1253": "Αθήνα,Πάτρα,Βόλος,Χανιά",
}
WIDE = {
    "cp932": "東京都,大阪府,京都府,ひろしま,カナダ",
    "euc_jp": "東京都,大阪府,京都府,ひろしま,カナダ",
    "gb18030": "北京市,上海市,广州市,深圳市,重庆市",
    "big5": "台北市,高雄市,臺中市,新竹縣",
    "euc_kr": "서울특별시,부산광역시,대구광역시",
}


@pytest.mark.parametrize(("encoding", "words"), [*WORDS.items(), *WIDE.items()])
def test_text_comes_out_as_it_was_written(encoding, words) -> None:
    text = "".join(f"{at},{word}\n" for at, word in enumerate(words.split(",") * 9))
    data = text.encode(encoding)
    assert data.decode(detect(data, complete=True).name) == text


def test_utf8_with_a_few_bad_bytes_stays_utf8() -> None:
    data = "née,così,Malmö\n".encode() * 3 + b"caf\xe9\n"
    assert detect(data, complete=True).name == "utf-8"
