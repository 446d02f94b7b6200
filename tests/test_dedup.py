"""What counts as a duplicate, what must not, and that every figure is exact, whatever the batches."""

import random
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from etl.dedup import DEFAULT_SETTINGS, DedupSettings
from etl.dedup.arrays import ragged
from etl.dedup.fingerprint import bands_and_rows, fingerprint, join, may_repeat, signatures
from etl.dedup.fingerprint.minhash import PERMUTATIONS, SEED, WEIGHTS
from etl.dedup.fingerprint.tokens import fold
from etl.dedup.pairs import candidates, forms_filter, verify
from etl.dedup.pairs.bitmap_filter import bitmaps_of, likely
from etl.dedup.pairs.buckets import IN_MEMORY, ComparisonInput, Resources
from etl.dedup.pairs.names_filter import rarest_names
from etl.dedup.pairs.same_facts import differing_facts
from etl.dedup.pairs.source import LocalPairs
from etl.dedup.selection import Blocks, DuplicateArticles, drops_of, duplicates, no_history, select
from etl.pipeline.fingerprints import MIN_VALUES_AT_ONCE, StoredColumn

RALLY = (
    "Tens of thousands of people marched through the centre of Minsk on Sunday and called on the president to resign"
)
RIVER = "The river rose over its banks during the night and farmers moved their cattle to the hills above the town"
BUDGET = "Parliament passed the budget in a late vote after the finance minister had promised more money for schools"
SPRING = "Schools in the north will open again in spring once the roofs that fell in under the snow have been mended"
HARBOUR = (
    "The harbour of Odessa was closed for the third day while divers looked for mines that had come loose in a storm"
)
TOLL = "Officials in the capital said that 12 people had died in the fire at the hotel and that 30 were still missing"
SHARES = (
    "Erie, Pa., April 7 - Stocks of corn in the three elevators of the town rose by 2 mln bushels, from 25 to 27 mln, and "
    "were offered for sale at the end of the week. The merchants said that they saw no reason for alarm"
)
FACTS = (
    "The northern mills did well in the first half, in lead as well as zinc, increasing output by 5 pct to 2 million barrels "
    "per day, and were rated B-minus."
)
SNOW = "The town of Oslo saw the first snow of this year"
LONG = (RALLY, RIVER, BUDGET, SPRING, HARBOUR)
CHINESE = "今天上午数万人走上首都街头要求总统辞职并举行新的选举"


phrases = st.lists(st.sampled_from([*RALLY.split()[:4], "zwölf", "42", "7", "…", "京"]), min_size=10, max_size=14)


def found(
    texts: list[str], articles: list[int] | None = None, chosen: DedupSettings = DEFAULT_SETTINGS
) -> list[tuple[int, int]]:
    numbers = np.array(range(len(texts)) if articles is None else articles, np.int64)
    drop = duplicates(fingerprint(texts, chosen), numbers, chosen)
    return list(zip(drop.index.tolist(), drop.keeper.tolist(), strict=True))


def pairs_of(found: verify.Pairs) -> list[tuple[int, int]]:
    return sorted(zip(found.earlier.tolist(), found.later.tolist(), strict=True))


def whole_articles(texts: list[str], articles: "np.ndarray[Any, np.dtype[np.int64]]") -> DuplicateArticles:
    return select(Blocks(fingerprint(texts), articles, no_history(len(texts))), DEFAULT_SETTINGS).articles


def shingles(text: str, width: int = 3) -> set[str]:
    words = re.findall(r"[^\W_]+", text.lower())
    return {" ".join(words[i : i + width]) for i in range(max(len(words) - width + 1, 1))}


def figures(text: str) -> list[str]:
    return re.findall(r"\d+|zwölf", text)


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


@pytest.mark.parametrize(
    "hashes",
    [[], [0], [4294967295, 1, 7], list(range(50)), [n * 2654435761 % 2**32 for n in range(100_000)]],
    ids=["no shingle", "one shingle", "three", "weakly hashed", "100,000"],
)
def test_signature_is_that_of_datasketch(hashes: list[int]) -> None:
    minhash = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32", hashfunc=int)
    minhash.update_batch(hashes)
    # Between two others, so that a wrong border of the set would show.
    sets, sizes = [5, 6, *hashes, 8], [2, len(hashes), 1]
    values = signatures(np.array(sets, np.uint32), np.array(sizes))
    assert values[:, 1].tolist() == minhash.hashvalues.tolist()


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.95])
def test_bands_and_rows_are_those_of_datasketch(threshold: float) -> None:
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, weights=WEIGHTS)
    assert bands_and_rows(threshold) == (index.b, index.r)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Belarus: 100,000 join rally", "belarus 100 000 join rally"),
        ("don’t — “STOP”", "don t stop"),
        ("ΟΔΟΣ", "οδος"),
        ("Ｋ２ és İzmir", "k2 és i̇zmir"),
        ("٢٥ قتيلا", "25 قت\u06ccلا"),
        ("हिन्दी", "हिन्दी"),
        ("北京2024年", "北 京2024 年"),
        ("ครับ", "ค รั บ"),
        ("a\0b\nc", "a b c"),
        ("x \ud83d y 😀", "x y"),
        ("", ""),
    ],
    ids=["ascii", "quotes", "final sigma", "digits", "arabic", "marks", "han", "thai", "nul", "emoji", "empty"],
)
def test_folding_keeps_words_and_figures(text: str, folded: str) -> None:
    # In one batch with other texts, whose characters must not matter.
    assert b" ".join(fold(["Привет, 世界\0", text, "plain"]).texts[1].split()).decode() == folded


@pytest.mark.parametrize(
    ("texts", "drops"),
    [
        ([RALLY, RIVER, RALLY], [(2, 0)]),
        ([RALLY, RALLY.upper() + "!"], [(1, 0)]),
        ([RALLY, RALLY + " soon"], [(1, 0)]),
        ([RALLY, RALLY + " soon", RALLY + " soon"], [(1, 0), (2, 0)]),
        ([RIVER, RALLY + " now then", RALLY, RALLY], [(2, 1), (3, 1)]),
        (["Лукашенко заявил что выборы президента страны прошли честно и без нарушений закона"] * 2, [(1, 0)]),
        ([CHINESE, CHINESE + "。他们说"], [(1, 0)]),
        ([RALLY, RIVER, BUDGET], []),
        ([TOLL, TOLL.replace("12", "25")], []),
        ([TOLL, TOLL + " today"], [(1, 0)]),
        ([RALLY + " in 2020", "Yesterday " + RALLY + " in 2020"], [(1, 0)]),
        (["Share on Facebook", "Share on Facebook"], []),
        (["", "", "😀😀", "😀😀", "* * *", "* * *"], []),
        ([CHINESE, "昨天晚上农民把牛群赶到山上因为河水漫过了堤岸淹没田地"], []),
        ([], []),
    ],
    ids=[
        "exact copy", "case and stops", "a word more", "copy of a copy", "copies of what goes go to its keeper",
        "cyrillic", "chinese", "other stories stay", "another death toll stays", "the same death toll", "a word more where the other ends in a figure",
        "short lines of other articles stay", "no words stay", "other chinese stays", "nothing",
    ],
)  # fmt: skip
def test_duplicates(texts: list[str], drops: list[tuple[int, int]]) -> None:
    assert found(texts) == drops


@pytest.mark.parametrize(
    ("said", "said_again"),
    [
        ("Stocks of corn", "Stocks of soybeans"),
        ("Stocks of corn", "Stocks of soybean meal"),
        ("in lead as well as zinc", "in lead as well as lead"),
        ("rose", "fell"),
        ("Stocks of corn in the three elevators of the town rose", "Stocks of rye in the three elevators of the town fell"),
        ("2 million", "2 billion"),
        ("increasing", "decreasing"),
        ("northern", "southern"),
        ("Erie, Pa.", "Macon, Ga."),
        ("April", "March"),
        ("three", "four"),
        ("first", "second"),
        ("from 25 to 27", "from 27 to 25"),
        ("rated B-minus", "rated B"),
        ("were offered", "were not offered"),
        ("did", "didn't"),
        ("saw no reason", "saw reason"),
        ("saw no reason for alarm", "saw no reason for alarm. The loan is guaranteed by Denmark"),
        ("of corn", "of corn, which are insured by Hertz Corp,"),
        ("bushels", "imperial bushels"),
        ("5 pct", "5 full pct"),
        ("barrels", "barrel staves"),
        ("mills", "rolling mill"),
        ("The merchants", "Few merchants"),
        ("rated B-minus", "rated B-minus without doubt"),
    ],
    ids=[
        "a crop", "a crop of two words", "one of two metals", "a fall", "a form", "billions", "a decrease", "the south",
        "a place", "a month", "a number", "an ordinal", "the other way round", "a rating", "a denial", "a short denial", "no",
        "a sentence more about somebody", "a clause more about somebody", "another measure", "right behind a figure",
        "goods made of others", "goods of a sort", "few", "without",
    ],
)  # fmt: skip
def test_another_fact_is_no_copy(said: str, said_again: str) -> None:
    assert found([f"{FACTS} {SHARES}", f"{FACTS} {SHARES}".replace(said, said_again)]) == []


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        (
            "sie habe von der Statue gewusst und den Regierungschef in einem Brief über alles genau informiert.",
            "nichts",
        ),
        ("dat zij aftreedt vanwege de zaak met het standbeeld en dat zij de premier per brief had ingelicht.", "niet"),
        ("att hon avgår på grund av saken med statyn och att hon skrev ett brev till statsministern i maj.", "inte"),
        ("उसने मूर्ति के मामले में इस्तीफ़ा दिया और मई की शुरुआत में एक पत्र में प्रधानमंत्री को इसकी सूचना दी थी।", "नहीं"),
        ("ông ấy sẽ từ chức vì vụ bức tượng và đã viết thư cho thủ tướng vào đầu tháng để báo tin này.", "không"),
    ],
    ids=["de", "nl", "sv", "hi", "vi"],
)
def test_a_denial_is_no_copy(text: str, turn: str) -> None:
    words = text.split()
    denied = " ".join([*words[:6], turn, *words[6:]])
    assert found([text, text.replace(".", "!")]) == [(1, 0)]
    assert found([text, denied]) == []


@pytest.mark.parametrize(
    ("said", "said_again", "rest"),
    [
        ("before", "after", "The ministry wrote {} the accident that the tank of the mill on the river was in no way safe."),
        ("Terminal A", "Terminal B", "The airline said that flights to the islands would leave from {}, which has a new roof and two lifts."),
        ("vitamin C", "vitamin D", "A trial in four clinics showed that a daily dose of {} made no difference to the patients after an operation."),
        ("Aldred III", "Aldred IV", "The portrait behind the wardrobe shows King {} on the day of his crowning, and will be hung in the castle."),
        ("$5 million", "£5 million", "The owners of the port said that they would spend {} on a second quay beside the old grain store."),
        ("الاثنين", "الثلاثاء", "سيغلق الجسر المتحرك في المدينة يوم {} من التاسعة صباحا حتى الرابعة عصرا أمام حركة السير ليتمكن الغواصون من فحص الأعمدة."),
        ("Иран", "Ирак", "Делегация из страны {} прибыла в порт рано утром и сразу отправилась осматривать новый причал и склады зерна."),
        ("する", "しない", "大臣は三社への支払いを採決の前に知っていたと調査で分かれば辞任{}と話し、同僚の支えに感謝した."),
        ("เชียงคำ", "เชียงของ", "เกิดเพลิงไหม้โกดังใน{} ทำให้มีผู้บาดเจ็บและถูกนำส่งโรงพยาบาล ไฟดับลงได้ในเช้าวันรุ่งขึ้น."),
        ("виновным", "невиновным", "Суд признал бывшего мэра города {} в получении взятки от строительной компании, говорится в коротком сообщении пресс-службы областного суда."),
    ],
    ids=["before", "a letter", "another letter", "a Roman number", "a currency", "ar", "ru, a name", "ja", "th", "ru"],
)  # fmt: skip
def test_a_word_that_turns_a_sentence_round_is_another_fact(said: str, said_again: str, rest: str) -> None:
    assert found([rest.format(said), rest.format(said).replace(".", "!")]) == [(1, 0)]
    assert found([rest.format(said), rest.format(said_again)]) == []


def test_an_article_in_capitals_is_no_letter() -> None:
    text = "The harbour board told the town that it had put a quarter of the money into the new crane and the road to the station"
    assert found([f"{text} today.", text.upper()]) == [(1, 0)]


@pytest.mark.parametrize(
    ("said", "said_again"),
    [("Denton beat Tarn", "Tarn beat Denton"), ("Mali warns Niger", "Niger warns Mali")],
)
def test_names_that_change_places_are_another_fact(said: str, said_again: str) -> None:
    rest = "on Saturday in front of nine thousand people in the old park by the river, where it had rained all day long"
    assert found([f"{said} {rest}.", f"{said} {rest}!"]) == [(1, 0)]
    assert found([f"{said} {rest}.", f"{said_again} {rest}."]) == []


@pytest.mark.parametrize(
    ("said", "said_again"),
    [("第三", "第四"), ("将于", "将不于"), ("上升", "下降"), ("九月", "八月")],
    ids=["figure", "not", "fall", "month"],
)
def test_another_fact_in_chinese_is_no_copy(said: str, said_again: str) -> None:
    text = (
        "青江市政府周三宣布，连接南北两岸的第三座大桥将于九月底通车，过江车流量预计上升，"
        "届时过江时间可缩短约二十分钟，市民对此表示欢迎，商户则担心客流离开老城区，希望尽快公布公交线路。"
    )
    assert found([text, text.replace("座大桥", "座桥")]) == [(1, 0)]
    assert found([text, text.replace(said, said_again)]) == []


@pytest.mark.parametrize(
    ("said", "said_again"),
    [
        ("Erie, Pa.", "ERIE"),
        ("merchants", "mrechants"),
        ("merchants", "mer chants"),
        ("mln", "million"),
        ("5 pct", "5 per cent"),
        ("barrels per day", "bpd"),
        ("The merchants", "They"),
        ("at the end", "At The End"),
        ("offered for sale at the end of the week. The merchants", "put up for sale at the end of the week. Sellers there"),
        ("rated B-minus", "rated B-minus as before"),
        ("no reason for alarm", "no reason for alarm (Reporting by Ann Lee in Erie)"),
        ("no reason for alarm", "no reason for alarm. Click here to subscribe - Reuters"),
        ("no reason for alarm", "no reason for alarm, they told the Erie Daily newspaper"),
        ("no reason for alarm", "no reason for any alarm as the harvest was good"),
        ("offered for sale", "offered quickly for sale"),
    ],
    ids=[
        "a place cut short", "a slip", "a word split", "an abbreviation", "per cent", "an abbreviated phrase", "a pronoun",
        "capitals", "in other words here and there", "more words",
        "a reporter", "a label", "where they said it", "a clause about nobody", "farther behind a figure",
    ],
)  # fmt: skip
def test_the_same_fact_in_other_words_is_a_copy(said: str, said_again: str) -> None:
    assert found([f"{FACTS} {SHARES}", f"{FACTS} {SHARES}".replace(said, said_again)]) == [(1, 0)]


@pytest.mark.parametrize(
    ("chosen", "texts", "articles", "drops"),
    [
        (DedupSettings(numbers="any"), [TOLL, TOLL.replace("12", "25")], [0, 1], [(1, 0)]),
        (DedupSettings(scope="article"), [RALLY, RALLY, RALLY], [0, 0, 1], [(1, 0)]),
        (DedupSettings(scope="article"), [RALLY, RALLY + " soon", RALLY + " soon"], [0, 1, 1], [(2, 1)]),
        (DedupSettings(), ["More on this", "More on this", "More on this"], [0, 0, 1], [(1, 0)]),
        (DedupSettings(), ["More on this", RALLY, TOLL, RIVER, "More on this"], [0] * 5, []),
        (DedupSettings(short_words=0), ["Minsk", "minsk.", "Minsk", ""], [0, 1, 2, 3], [(1, 0), (2, 0)]),
        (DedupSettings(shingles="c5"), [RALLY, RALLY.replace("president", "presldent"), RIVER], [0, 1, 2], [(1, 0)]),
        (DedupSettings(shingles="c5", short_words=0), ["Oslo", "Oslo", "Rome"], [0, 1, 2], [(1, 0)]),
        (DedupSettings(threshold=0.95), [RALLY, RALLY + " soon", RALLY], [0, 1, 2], [(2, 0)]),
        (DedupSettings(keep="longest"), [RALLY, RALLY + " soon", RALLY], [0, 1, 2], [(0, 1), (2, 1)]),
        (DedupSettings(keep="longest"), [RALLY, RALLY, RIVER, RALLY], [0, 1, 1, 2], [(0, 1), (3, 1)]),
    ],
    ids=[
        "any numbers",
        "within",
        "near within",
        "short within",
        "short far off",
        "short across",
        "letters",
        "few letters",
        "threshold",
        "longest",
        "longest article",
    ],
)
def test_settings(chosen: DedupSettings, texts: list[str], articles: list[int], drops: list[tuple[int, int]]) -> None:
    assert found(texts, articles, chosen) == drops


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("Die Kreisverwaltung hat die Fährverbindung eingestellt, weil niemand für das Schiff bezahlen wollte.", "Die Kreis\u00adverwaltung hat die Fähr\u00adverbindung ein\u200bgestellt, weil niemand für das Schiff be\u2060zahlen wollte."),
        ("Le préfet a fermé l’école à Évry où près de dix élèves étaient tombés malades", "Le pre\u0301fet a ferme\u0301 l'e\u0301cole a\u0300 E\u0301vry ou\u0300 pre\u0300s de dix e\u0301le\u0300ves e\u0301taient tombe\u0301s malades"),
        (RALLY + " in 2020", "Ｔｅｎｓ" + (RALLY + " in ２０２０").removeprefix("Tens")),
        (f'"{RALLY}," he said - at last', f"“{RALLY}”, he said — at last".replace(" ", "\u00a0")),
        ("The officials affirmed that the first flight of the aircraft had been final and satisfactory", "The oﬃcials aﬃrmed that the ﬁrst ﬂight of the aircraft had been ﬁnal and satisfactory"),
        ("أعلنت بلدية المدينة افتتاح مكتبة عامة في مبنى محطة القطار القديمة بعد ترميم", "أعلنت بلدية المَدِينَة افتتاح مكـتـبة عامة في مبنى محطة القطار القديمة بعد ترميم"),
        ("شهرداری شهر روز گذشته کتابخانه ای را در ساختمان قدیمی ایستگاه پس از بازسازی گشود", "شهرداري شهر روز گذشته كتابخانه اي را در ساختمان قديمي ايستگاه پس از بازسازي گشود"),
        ("東京のデパートでパンダのグッズが売り切れた", "東京のﾃﾞﾊﾟｰﾄでﾊﾟﾝﾀﾞのｸﾞｯｽﾞが売り切れた"),
        (RALLY, "\ufeff" + RALLY.replace("Minsk", "Mi\u200dnsk\ufe0f")),
    ],
    ids=["soft hyphens", "decomposed accents", "full-width letters and figures", "quotes, dashes and spaces", "ligatures", "Arabic vowels", "Persian letters", "half-width kana", "byte order mark and joiners"],
)  # fmt: skip
def test_a_copy_of_which_nobody_sees_a_difference_is_exact(text: str, copy: str) -> None:
    prints = fingerprint([text, copy])
    assert prints.text_hashes[:, 0].tolist() == prints.text_hashes[:, 1].tolist()
    assert found([text, copy]) == found([copy, text]) == [(1, 0)]


FERRY = (
    "The last car ferry between Harwick and the island of Skerra sailed on Friday evening with eleven passengers and a "
    "single lorry on board, ending a service that had run for ninety-one years"
)
QUAY = (
    "Residents lined the quay with lanterns and a brass band played as the crew lowered the ramp for the final time, "
    "while a handful of pensioners who had worked the route in the sixties were given seats in the wheelhouse. The county "
    "says the ageing vessel would have needed four million crowns of repairs to pass its next inspection, and that a "
    "passenger boat will take its place from the spring"
)


@pytest.mark.parametrize(
    ("said", "said_again", "is_copy"),
    [
        (f"HARWICK (NBP) — {FERRY}", f"HARWICK, March 3 (NBP) - {FERRY}", True),
        (f"HARWICK, March 3 (NBP) - {FERRY}", FERRY, True),
        (f"新华社青石3月2日电　{FERRY}", f"【青石日报讯】{FERRY}", True),
        (f"新华社青石3月2日电　{FERRY}", f"新华社青石3月20日电　{FERRY}", False),
        (f"NEW YORK, March 3 (Reuter) - {FERRY}", f"NEW YORK, March 4 - {FERRY}", True),
        (f"MOSKAU, 31. März (dpa) – {FERRY}", f"MOSKAU, 1. April (dpa) – {FERRY}", True),
        (f"NEW YORK, March 3 - {FERRY}", f"NEW YORK, March 19 - {FERRY}", False),
        ("Erie, Pa., March 3 - Qtly div 25 cts as before and payable on the usual day", "Erie, Pa., March 4 - Qtly div 25 cts as before and payable on the usual day", False),
        (RALLY, f"MINSK, March 3 (NBP) - {RALLY}", True),
        (f"The 3 of them said - {FERRY}", f"The 4 of them said - {FERRY}", False),
        (f"{FERRY}. It was 3 March (a Tuesday) - nobody knew", f"{FERRY}. It was 4 March (a Tuesday) - nobody knew", False),
        (f"{FERRY}. {QUAY}", f"{FERRY}. {QUAY}".replace("ageing", "old"), True),
        (f"{FERRY}. {QUAY}", f"{FERRY}. {QUAY}".replace("ageing", "Norwegian"), False),
        (f"{FERRY}. {QUAY}. Shares rose", f"{FERRY}. {QUAY}. Shares fell", False),
        (f"{FERRY}. {QUAY}, at 4 full crowns", f"{FERRY}. {QUAY}, at 4 Canadian crowns", False),
        (QUAY, QUAY.replace("ageing", "old"), False),
        ("John Smith joins Acme as chairman of the board " + FERRY, "Ann Francesca Lee joins Foo Corp as director of the board " + FERRY, False),
    ],
    ids=["a date more", "no dateline", "a Chinese dateline", "weeks later, in Chinese", "the day after", "the day after, in German", "weeks later", "a form", "a short text", "a figure before a dash", "a date in the text",
         "a plain word of a long story", "a name of a long story", "a contrary word of a long story", "behind a figure of a long story", "a plain word of a shorter one",
         "other people"],
)  # fmt: skip
def test_what_is_a_fact_and_what_an_edit(said: str, said_again: str, is_copy: bool) -> None:
    assert found([said, said_again]) == ([(1, 0)] if is_copy else [])


@pytest.mark.parametrize(
    ("text", "more", "other"),
    [
        (CHINESE, "。他们说", "昨天晚上农民把牛群赶到山上因为河水漫过了堤岸淹没田地"),
        ("首都で数万人がデモ行進し大統領の辞任を要求した", "と伝えた", "農民たちは川が氾濫したため牛を丘に移動させた"),
        ("ประชาชนหลายหมื่นคนเดินขบวนในเมืองหลวงเพื่อเรียกร้องให้ประธานาธิบดีลาออก", "วันนี้", "ชาวนาต้อนวัวขึ้นเขาเพราะแม่น้ำล้นตลิ่งเมื่อคืนนี้"),
    ],
    ids=["Chinese", "Japanese", "Thai"],
)  # fmt: skip
def test_scripts_without_spaces_have_shingles(text: str, more: str, other: str) -> None:
    assert found([text, text + more, other]) == [(1, 0)]


@pytest.mark.parametrize(
    ("texts", "articles", "dropped"),
    [
        ([RALLY + " soon", RALLY], [0, 1], [1]),
        ([RALLY, RALLY + " soon"], [0, 1], []),
        ([RALLY, RALLY.upper() + "!"], [0, 1], [1]),
        ([RALLY, "Share", RALLY + " soon", RALLY], [0, 0, 1, 2], [3]),
        ([RALLY, RIVER, BUDGET, "By our staff", RALLY, RIVER, BUDGET, "By them"], [0] * 4 + [1] * 4, [4, 5, 6]),
        ([RALLY, RIVER, BUDGET, "By our staff", RALLY, RIVER, BUDGET], [0] * 4 + [1] * 3, [4, 5, 6]),
    ],
    ids=["a word less", "a word more stays", "exact copy", "of two keepers the one that has all", "a line of its own stays", "an article all of which is there"],
)  # fmt: skip
def test_lossless_drops_what_its_keeper_has(texts: list[str], articles: list[int], dropped: list[int]) -> None:
    chosen = DedupSettings(copies="lossless")
    blocks = Blocks(fingerprint(texts, chosen), np.array(articles), no_history(len(texts)))
    drops = drops_of(blocks, select(blocks, chosen))
    assert drops.blocks.tolist() == dropped and not drops.residue_counts.any()


@settings(deadline=None)
@given(st.lists(phrases.map(" ".join), max_size=40), st.sampled_from(["similar", "lossless"]))
def test_residue_is_what_the_keeper_lacks(texts: list[str], copies: str) -> None:
    chosen = DedupSettings(short_words=0, unit="paragraph", copies="lossless" if copies == "lossless" else "similar")
    blocks = Blocks(fingerprint(texts, chosen), np.arange(len(texts)), no_history(len(texts)))
    drops = drops_of(blocks, select(blocks, chosen))
    words = [re.findall(r"[^\W_]+", text.lower()) for text in texts]
    ends = np.cumsum(drops.residue_counts)
    for block, keeper, start, end in zip(drops.blocks, drops.keeper, ends - drops.residue_counts, ends, strict=True):
        lost = [words[block][place] for place in drops.residue[start:end]]
        assert lost == [word for word in words[block] if word not in words[keeper]]
        assert copies == "similar" or not lost


def test_residue_of_an_article_is_what_no_block_of_the_other_has() -> None:
    texts, articles = [RALLY, RIVER, BUDGET, TOLL, "By our staff in Minsk"], np.array([0, 0, 0, 0])
    blocks = Blocks(fingerprint(texts[:4] + texts), np.append(articles, [1] * 5), no_history(9))
    drops = drops_of(blocks, select(blocks, DEFAULT_SETTINGS))
    assert drops.is_whole.all() and drops.blocks.tolist() == [4, 5, 6, 7, 8]
    assert drops.residue_counts.tolist() == [0, 0, 0, 0, 5] and drops.residue.tolist() == [0, 1, 2, 3, 4]


def test_none_is_lost_where_probes_are_paired_in_turns() -> None:
    stories = [RALLY, RIVER, BUDGET, SPRING, HARBOUR]
    prints = fingerprint(stories + [story + " soon" for story in stories])
    few = Resources(IN_MEMORY.run, IN_MEMORY.spill, probes_at_once=2)
    drop = duplicates(prints, np.arange(10), resources=few)
    assert (drop.index.tolist(), drop.keeper.tolist()) == ([5, 6, 7, 8, 9], [0, 1, 2, 3, 4])


def test_no_chains() -> None:
    words = RALLY.split()
    first, second, third = " ".join(words[:15]), " ".join(words[1:17]), " ".join(words[3:19])
    assert jaccard(first, second) >= 0.7 <= jaccard(second, third) and jaccard(first, third) < 0.7
    assert found([first, second, third]) == [(1, 0)]


def test_keeper_is_the_most_alike() -> None:
    words = RALLY.split()
    first, second, between = words[:16], words[4:], words[3:]
    texts = [" ".join(part) for part in (first, second, between)]
    assert jaccard(texts[0], texts[1]) < 0.6 <= jaccard(texts[0], texts[2]) < jaccard(texts[1], texts[2])
    assert found(texts, None, DedupSettings(threshold=0.6)) == [(2, 1)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param([RALLY, RIVER, BUDGET], False, id="nothing in common"),
        pytest.param(
            [RALLY, f"{RIVER} while tens of thousands of people marched"], False, id="some shingles in common"
        ),
        pytest.param([RIVER, RALLY, f"{RALLY} at once"], True, id="similar"),
        pytest.param(["Share this", RALLY, "SHARE THIS"], True, id="all tokens of a short one"),
        pytest.param([RALLY], False, id="one"),
        pytest.param([], False, id="none"),
    ],
)
def test_a_few_texts_may_repeat_if_two_are_similar(texts: list[str], expected: bool) -> None:
    assert may_repeat(texts, DEFAULT_SETTINGS) is expected


@settings(deadline=None)
@given(st.lists(phrases.map(" ".join), max_size=12), st.sampled_from([0.5, 0.7, 0.75, 1.0]))
def test_a_few_texts_may_repeat_if_one_is_dropped(texts: list[str], threshold: float) -> None:
    chosen = DedupSettings(threshold=threshold, short_words=0)
    assert may_repeat(texts, chosen) or not found(texts, chosen=chosen)


@settings(deadline=None)
@given(st.lists(phrases.map(" ".join), max_size=60), st.sampled_from([0.5, 0.7, 0.9]))
def test_every_duplicate_has_an_earlier_kept_block_that_is_as_like_it_as_said(
    texts: list[str], threshold: float
) -> None:
    chosen = DedupSettings(threshold=threshold, short_words=0)
    drop = duplicates(fingerprint(texts, chosen), np.arange(len(texts)), chosen)
    for index, keeper, figure in zip(drop.index, drop.keeper, drop.similarity, strict=True):
        assert keeper < index and keeper not in drop.index
        assert figure == jaccard(texts[index], texts[keeper]) >= threshold
        assert figures(texts[index]) == figures(texts[keeper])


@settings(deadline=None)
@given(st.lists(phrases.map(" ".join), max_size=60))
def test_no_two_kept_blocks_are_very_alike(texts: list[str]) -> None:
    # Banding misses one in a thousand million of the pairs that are 0.9 alike.
    chosen = DedupSettings(short_words=0)
    drop = duplicates(fingerprint(texts, chosen), np.arange(len(texts)), chosen)
    kept = [text for number, text in enumerate(texts) if number not in drop.index]
    alike = [(a, b) for a, b in combinations(kept, 2) if jaccard(a, b) >= 0.9 and figures(a) == figures(b)]
    assert [pair for pair in alike if not differ_in_a_fact(*pair)] == []


def differ_in_a_fact(one: str, other: str) -> bool:
    prints = fingerprint([one, other], DedupSettings(short_words=0))
    terms = ragged(prints.terms, prints.term_counts)
    return bool(differing_facts(terms, np.array([0]), np.array([1])).any())


def test_a_word_behind_a_figure_may_be_said_once_more_elsewhere() -> None:
    assert not differ_in_a_fact("42 " + "Tens " * 9, "42 " + "Tens " * 10)
    assert differ_in_a_fact("42 Tens of it, and 42 of that", "42 Tens of it, and 42 Tens of that")


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=40) | phrases.map(" ".join), max_size=30),
    st.integers(0, 30),
    st.sampled_from(["w3", "c5"]),
)
def test_fingerprints_are_the_same_in_any_batch(texts: list[str], cut: int, width: str) -> None:
    chosen = DedupSettings(shingles="c5" if width == "c5" else "w3", short_words=2)
    whole = structs.asdict(fingerprint(texts, chosen))
    parts = [fingerprint(part, chosen) for part in (texts[:cut], texts[cut:])]
    joined = structs.asdict(join(parts))
    assert all(np.array_equal(whole[name], joined[name]) and whole[name].dtype == joined[name].dtype for name in whole)


def test_fingerprints_do_not_change_from_release_to_release() -> None:
    columns = structs.asdict(
        fingerprint([RALLY, TOLL, "Лукашенко – “НЕТ”", "集会１０万人"], DedupSettings(short_words=0))
    )
    digest = blake2b(b"".join(array.tobytes() for array in columns.values()), digest_size=8).hexdigest()
    assert digest == "b4c5a3775a504c47"


def copies(changes: int, count: int) -> list[str]:
    """Give copies of one 80-word text, each with other words at a few places."""
    draw = random.Random(7)
    base = [f"word{n}" for n in range(80)]
    drawn = [{draw.randrange(80): f"other{draw.randrange(9**9)}" for _ in range(changes)} for _ in range(count)]
    return [" ".join(changed.get(place, word) for place, word in enumerate(base)) for changed in drawn]


@pytest.mark.parametrize(
    ("made", "kept"),
    [
        (lambda: [RALLY] * 200_000, 1),
        (lambda: copies(1, 20_000), 1),
        (lambda: copies(4, 5_000), 3_543),
        (lambda: ["Minsk"] * 100_000, 100_000),
        (lambda: ["😀 😀"] * 20_000, 20_000),
        (lambda: [" ".join(f"w{n}" for n in range(start, 100_000)) for start in (0, 0, 9)], 1),
        (lambda: ["وقال مسؤولون في العاصمة إن النهر فاض على ضفتيه خلال الليل"] * 20_000, 1),
    ],
    ids=["equal", "nearly equal", "look-alikes", "one word", "emoji", "100,000 words", "right to left"],
)
def test_great_numbers_of_copies(made: Callable[[], list[str]], kept: int) -> None:
    chosen, texts = DedupSettings(numbers="any"), made()
    drop = duplicates(fingerprint(texts, chosen), np.arange(len(texts)), chosen)
    assert len(texts) - len(drop.index) == kept


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("width", [3, 80, 4_000], ids=["tiny", "usual", "large"])
def test_the_bitmap_filter_loses_no_similar_pair(width: int, threshold: float) -> None:
    draw = np.random.default_rng(7)
    base = np.arange(width)
    sets = [
        np.unique(np.where(draw.random(width) < rate, draw.integers(0, 1 << 31, width), base))
        for rate in draw.random(60) / 2
    ]
    shingles = ragged(np.concatenate(sets).astype(np.uint32), np.array([len(each) for each in sets], np.int32))
    bitmaps = partial(bitmaps_of, shingles, np.arange(60), threshold)
    found = [task() for task in likely(bitmaps, np.arange(0, 60, 2), np.arange(60))]
    passed = {pair for earlier, later in found for pair in zip(earlier.tolist(), later.tolist(), strict=True)}
    pairs = [(a, b) for a in range(0, 60, 2) for b in range(a + 1, 60)]
    shared = {(a, b): len(np.intersect1d(sets[a], sets[b])) for a, b in pairs}
    alike = {(a, b) for a, b in pairs if shared[a, b] / (len(sets[a]) + len(sets[b]) - shared[a, b]) >= threshold}
    assert alike <= passed < set(pairs)


def appointments(count: int) -> list[str]:
    draw = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"

    def name() -> str:
        return "".join(draw.choices(letters, k=draw.randint(4, 9))).capitalize()

    def appointment() -> str:
        company = draw.choice(["{}", "{} Group", "{} Holdings plc"]).format(name())
        return (
            f"{name()} {name()} joins {company} as {draw.choice(['director', 'chairman'])} from the beginning of next month, "
            "the company said in a short statement on the morning of the annual meeting of its shareholders, and will be "
            "responsible for the business in all of the markets in which the group is active and for its investors"
        )

    return [appointment() for _ in range(count)]


def test_blocks_alike_but_of_other_people_stay_and_cost_little() -> None:
    # Pair by pair these are two million comparisons of 6 microseconds.
    texts = appointments(2_000)
    texts[1_900], texts[1_901] = texts[7].upper(), texts[9] + ", once again"
    assert found(texts) == [(1_900, 7), (1_901, 9)]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("Kuwait Kuwalt Iran Iraq Mln Million kuwait Oslo Lagos mills mill said 7".split()), max_size=6), min_size=2, max_size=12))  # fmt: skip
def test_the_names_filter_loses_no_pair_of_the_same_facts(lists: list[list[str]]) -> None:
    prints = fingerprint([" ".join(words) for words in lists])
    terms = ragged(prints.terms, prints.term_counts)
    earlier, later = (np.array(side) for side in zip(*combinations(range(len(lists)), 2), strict=True))
    same = ~differing_facts(terms, earlier, later)
    names = rarest_names(terms, np.arange(len(lists)))
    by_names = set(zip(*(side.tolist() for side in names.pairs()), strict=True))
    assert names.may_state_the_same(earlier, later)[same].all()
    named = (names.rarest[earlier] >= 0) & (names.rarest[later] >= 0)
    assert set(zip(earlier[same & named].tolist(), later[same & named].tolist(), strict=True)) <= by_names


def notices(count: int, form: str) -> list[str]:
    draw = random.Random(7)

    def good() -> str:
        return "".join(draw.choices("bcdfghjklmnprstvwaeiou", k=9))

    return [f"{BUDGET} and that {form.format(good(), good())} would be the first of its kind" for _ in range(count)]


@pytest.mark.parametrize("form", ["the new tax on the import of {}", "a tax on {} or a tax on {} from abroad"])
def test_notices_alike_but_for_some_words_are_not_compared_all_with_all(
    monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    texts, blocks = notices(1_000, form), np.arange(1_000)
    texts[900], texts[901] = texts[7].upper(), texts[9] + ", he added"
    prints, compared_pairs = fingerprint(texts), list[int]()
    compared = ComparisonInput(prints, prints.figures_hashes, blocks, DEFAULT_SETTINGS)
    verify_all = verify.verified

    def counted(*given: Any) -> verify.Pairs:
        compared_pairs.append(len(given[2][0]))
        return verify_all(*given)

    monkeypatch.setattr(verify, "verified", counted)
    by_forms = LocalPairs(compared, blocks, IN_MEMORY).pairs(np.ones(1_000, np.bool_))
    assert {(7, 900), (9, 901)} <= set(pairs_of(by_forms))
    assert sum(compared_pairs) < 20_000
    monkeypatch.setattr(forms_filter, "MIN_MEMBERS", 1 << 20)
    all_with_all = LocalPairs(compared, blocks, IN_MEMORY).pairs(np.ones(1_000, np.bool_))
    assert pairs_of(by_forms) == pairs_of(all_with_all)
    assert sum(compared_pairs) > 400_000


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("Kuwait Kuwalt mln million kuwait oslo mills mill tax said 7 8".split()), min_size=3, max_size=4), min_size=4, max_size=12))  # fmt: skip
def test_the_forms_filter_loses_no_pair_of_the_same_facts(lists: list[list[str]]) -> None:
    prints = fingerprint([" ".join(words) for words in lists])
    terms, everyone = ragged(prints.terms, prints.term_counts), np.arange(len(lists))
    earlier, later = (np.array(side) for side in zip(*combinations(range(len(lists)), 2), strict=True))
    same = ~differing_facts(terms, earlier, later) & (prints.figures_hashes[earlier] == prints.figures_hashes[later])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forms_filter, "MIN_MEMBERS", 2)
        patched.setattr(forms_filter, "_MAX_SHARE", 0.6)
        forms = forms_filter.forms_of(terms, everyone)
    by_terms = [
        pair for task in forms.near_pairs(everyone) for pair in zip(*(side.tolist() for side in task()), strict=True)
    ]
    others = {
        (one, other) for some, those in forms.groups(everyone) for one in some.tolist() for other in those.tolist()
    }
    assert set(zip(earlier[same].tolist(), later[same].tolist(), strict=True)) <= {*by_terms, *others}
    assert len(by_terms) == len(set(by_terms))  # blocks of many blanks have many near terms in common
    assert all(forms.numbers[one] == forms.numbers[other] >= 0 for one, other in by_terms)


def test_each_pair_comes_once_where_they_are_too_many_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, blocks = DedupSettings(numbers="any"), np.arange(60)
    texts = [f"{RALLY} while {chr(ord('a') + number % 26) * 5} marched by" for number in range(60)]
    compared = ComparisonInput(fingerprint(texts, chosen), np.zeros(60, np.uint64), blocks, chosen)
    monkeypatch.setattr(candidates, "_PAIRS_AT_ONCE", 1 << 8)
    in_parts = LocalPairs(compared, blocks, IN_MEMORY).pairs(np.ones(60, np.bool_))
    monkeypatch.undo()
    at_once = LocalPairs(compared, blocks, IN_MEMORY).pairs(np.ones(60, np.bool_))
    assert pairs_of(in_parts) == pairs_of(at_once)
    assert len(at_once.earlier) > 1_700


@pytest.mark.parametrize(
    ("stories", "same"),
    [
        ([[RALLY, RIVER, BUDGET], [RALLY, RIVER, BUDGET]], [(1, 0)]),
        ([[RALLY, RIVER, BUDGET, TOLL], [RALLY, RIVER, BUDGET, TOLL, "By our own staff in Oslo"]], [(1, 0)]),
        ([[RALLY, "No, he said.", "Go on.", "Why not?"], [RALLY, "No, he said.", "Go on.", "Why not?"]], [(1, 0)]),
        ([[RALLY], [RALLY], [RALLY]], [(1, 0), (2, 0)]),
        ([[RALLY, RIVER], [RALLY, RIVER], [RALLY, BUDGET]], [(1, 0)]),
        ([[RALLY, RIVER, BUDGET], [RALLY, TOLL]], []),
        ([[RALLY, RIVER], [BUDGET, TOLL], [RALLY, BUDGET]], []),
        ([[RALLY, RALLY, RALLY]], []),
        ([["Oslo"], ["Oslo"]], []),
        ([[RALLY, RIVER, BUDGET, TOLL], [RALLY, RIVER, BUDGET, TOLL, SNOW], [SNOW, HARBOUR]], [(1, 0)]),
        ([[], [RALLY], [""], [RALLY]], [(3, 1)]),
        ([[*LONG, TOLL], [*LONG, TOLL.replace("12", "19")]], []),
        ([[*LONG, TOLL], [*LONG, TOLL.replace(" and that 30", " and 30").replace("12 ", "").replace("30 ", "")]], [(1, 0)]),
        ([[*LONG, TOLL], [*LONG, SNOW.replace("Oslo", "Oslo in the north of Norway")]], [(1, 0)]),
    ],
    ids=[
        "the same", "a short line more", "short lines count", "all copies of the first", "one of two",
        "one block in common stays", "blocks of two articles stay", "repeats itself", "short lines alone stay",
        "a later article has its new block", "empty articles", "a later version stays", "a shortened one has no more facts",
        "another last paragraph",
    ],
)  # fmt: skip
def test_same_articles(stories: list[list[str]], same: list[tuple[int, int]]) -> None:
    texts = [text for story in stories for text in story]
    articles = np.repeat(np.arange(len(stories)), [len(story) for story in stories])
    found = whole_articles(texts, articles)
    assert list(zip(found.index.tolist(), found.keeper.tolist(), strict=True)) == same


def test_copied_ratio_of_an_article_is_that_of_its_words() -> None:
    same = whole_articles([RALLY, RIVER, RALLY, "He denied it", RIVER], np.array([7, 7, 9, 9, 9]))
    words = len(RALLY.split()) + len(RIVER.split())
    assert [same.index.item(), same.keeper.item(), same.copied_ratio.item()] == [9, 7, words / (words + 3)]


def test_a_stored_column_returns_what_stands_at_places(tmp_path: Path) -> None:
    values = np.random.default_rng(7).integers(0, 1 << 32, 3 * MIN_VALUES_AT_ONCE + 5, np.uint32)
    values.tofile(tmp_path / "values.u32")
    places = np.random.default_rng(8).permutation(len(values))
    assert np.array_equal(StoredColumn(tmp_path / "values.u32")[places], values[places])


def test_starts_without_slow_imports() -> None:
    code = "import sys, numpy, etl.dedup; print({'datasketch', 'scipy', 'pyarrow', 'duckdb'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
