from __future__ import annotations

import pytest

from extractors.charset import decode

TEXTS = {
    "cp1252": "L’été dernier, à la clôture du marché, l’élève a reçu « un cœur » d’œillets : c’était prévu.",
    "cp1250": "Žluťoučký kůň úpěl ďábelské ódy. Dělníci přišli k řece, když slunce svítilo na střechy.",
    "cp1251": "Вчера вечером в городе открыли новую линию трамвая, и жители пришли посмотреть на первый вагон.",
    "koi8_r": "Вчера вечером в городе открыли новую линию трамвая, и жители пришли посмотреть на первый вагон.",
    "cp1253": "Χθες το βράδυ άνοιξε στην πόλη η νέα γραμμή του τραμ και οι κάτοικοι ήρθαν να δουν.",
    "cp932": "川辺町の神社で恒例の朝顔市が三年ぶりに始まった。境内には約四十の店が並び、大勢の人でにぎわった。",
    "euc_jp": "川辺町の神社で恒例の朝顔市が三年ぶりに始まった。境内には約四十の店が並び、大勢の人でにぎわった。",
    "gb18030": "昨天晚上，这个城市的新电车线路开通了，很多人来到车站，他们要看第一辆车。我们也在那里，大家都说好。",
    "big5": "昨天晚上，這個城市的新電車路線開通了，很多人來到車站，他們要看第一輛車。我們也在那裡，大家都說好。",
    "cp949": "어제 저녁에 도시의 새로운 전차 노선이 열렸고 많은 사람들이 첫 번째 차를 보기 위해 역으로 나왔다고 한다.",
    "cp1256": "افتتح في المدينة مساء أمس خط جديد للترام وجاء السكان لمشاهدة العربة الأولى وهي تغادر المحطة",
}


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}<title>x</title></head><body class=plain><p>{text}</p></body></html>"


@pytest.mark.parametrize("codec", TEXTS)
def test_an_unlabelled_page_is_read_in_its_own_character_set(codec: str) -> None:
    text = page(TEXTS[codec])
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    ("label", "codec"), [("Shift_JIS", "cp932"), ("gb2312", "gb18030"), ("windows-1251", "cp1251")]
)
def test_a_label_is_believed(label: str, codec: str) -> None:
    text = page("ok " + TEXTS[codec][:12], f"<meta charset={label}>")
    assert decode(text.encode(codec)) == text


def test_latin_1_means_windows_1252() -> None:
    text = page("« L’œuvre »", '<meta http-equiv=Content-Type content="text/html; charset=iso-8859-1">')
    assert decode(text.encode("cp1252")) == text


def test_valid_utf_8_beats_a_wrong_label() -> None:
    text = page("L’été", "<meta charset=iso-8859-1>")
    assert decode(text.encode("utf-8"), "text/html; charset=windows-1252") == text


def test_a_lying_header_does_not_spoil_the_page() -> None:
    text = page(TEXTS["cp1252"])
    assert decode(text.encode("cp1252"), "text/html; charset=utf-8") == text


def test_one_broken_byte_does_not_change_the_character_set() -> None:
    body = page(TEXTS["cp1252"], "<meta charset=utf-8>").encode("utf-8")
    assert decode(body.replace(b"</p>", b"\xff</p>")).count("été") == 1


def test_a_page_cut_inside_a_character_is_still_utf_8() -> None:
    assert decode("<p>café".encode()[:-1]).startswith("<p>caf")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_its_mark(codec: str) -> None:
    text = page("L’été")
    assert decode(("\ufeff" + text).encode(codec)) == text
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("label", ["utf-7", "utf-16", "base64", "rot13", "zlib", "no-such-set", "idna", "punycode"])
def test_a_label_that_is_no_character_set_of_the_web_is_ignored(label: str) -> None:
    text = page(TEXTS["cp1252"], f"<meta charset={label}>")
    assert decode(text.encode("cp1252"), f"text/html; charset={label}") == text


@pytest.mark.parametrize(
    "decoy",
    [
        b'<!-- <meta charset="windows-1250"> -->',
        b'<meta name="description" content="text/html; charset=windows-1250">',
        b'<meta data-note="charset=windows-1250" name="x" content="y">',
    ],
)
def test_a_label_that_is_no_declaration_does_not_count(decoy):
    page = decoy + b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>\xe8 \x80</p>'
    assert "\u00e8 \u20ac" in decode(page)
