"""What counts as a duplicate, what must not, and that every figure is exact, whatever the batches."""

import random
import re
import subprocess
import sys
from hashlib import blake2b
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import dedup
from etl.dedup import USUAL, Likeness, crowd
from etl.dedup.ragged import ragged
from etl.dedup.sign import PERMUTATIONS, SEED, WEIGHTS
from etl.dedup.words import fold

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
CHINESE = "今天上午数万人走上首都街头要求总统辞职并举行新的选举"


def found(texts: list[str], articles: list[int] | None = None, likeness: Likeness = USUAL) -> list[tuple[int, int]]:
    numbers = np.array(range(len(texts)) if articles is None else articles, np.int64)
    drop = dedup.duplicates(dedup.fingerprint(texts, likeness), numbers, likeness)
    return list(zip(drop.index.tolist(), drop.keeper.tolist(), strict=True))


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
    values = dedup.signatures(np.array(sets, np.uint32), np.array(sizes))
    assert values[:, 1].tolist() == minhash.hashvalues.tolist()


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.95])
def test_bands_and_rows_are_those_of_datasketch(threshold: float) -> None:
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, weights=WEIGHTS)
    assert dedup.bands_and_rows(threshold) == (index.b, index.r)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Belarus: 100,000 join rally", "belarus 100 000 join rally"),
        ("don’t — “STOP”", "don t stop"),
        ("ΟΔΟΣ", "οδος"),
        ("Ｋ２ és İzmir", "ｋ2 és i̇zmir"),
        ("٢٥ قتيلا", "25 قتيلا"),
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
    ],
    ids=[
        "a crop", "a crop of two words", "one of two metals", "a fall", "a form", "billions", "a decrease", "the south",
        "a place", "a month", "a number", "an ordinal", "the other way round", "a rating", "a denial", "a short denial", "no",
        "a sentence more about somebody", "a clause more about somebody", "another measure", "right behind a figure",
        "goods made of others", "goods of a sort", "few",
    ],
)  # fmt: skip
def test_another_fact_is_no_copy(said: str, said_again: str) -> None:
    assert found([f"{FACTS} {SHARES}", f"{FACTS} {SHARES}".replace(said, said_again)]) == []


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
    ("likeness", "texts", "articles", "drops"),
    [
        (Likeness(numbers="any"), [TOLL, TOLL.replace("12", "25")], [0, 1], [(1, 0)]),
        (Likeness(across=False), [RALLY, RALLY, RALLY], [0, 0, 1], [(1, 0)]),
        (Likeness(across=False), [RALLY, RALLY + " soon", RALLY + " soon"], [0, 1, 1], [(2, 1)]),
        (Likeness(), ["More on this", "More on this", "More on this"], [0, 0, 1], [(1, 0)]),
        (Likeness(), ["More on this", RALLY, TOLL, RIVER, "More on this"], [0] * 5, []),
        (Likeness(short_words=0), ["Minsk", "minsk.", "Minsk", ""], [0, 1, 2, 3], [(1, 0), (2, 0)]),
        (Likeness(shingles="c5"), [RALLY, RALLY.replace("president", "presldent"), RIVER], [0, 1, 2], [(1, 0)]),
        (Likeness(shingles="c5", short_words=0), ["Oslo", "Oslo", "Rome"], [0, 1, 2], [(1, 0)]),
        (Likeness(threshold=0.95), [RALLY, RALLY + " soon", RALLY], [0, 1, 2], [(2, 0)]),
        (Likeness(keep="longest"), [RALLY, RALLY + " soon", RALLY], [0, 1, 2], [(0, 1), (2, 1)]),
        (Likeness(keep="longest"), [RALLY, RALLY, RIVER, RALLY], [0, 1, 1, 2], [(0, 1), (3, 1)]),
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
def test_settings(likeness: Likeness, texts: list[str], articles: list[int], drops: list[tuple[int, int]]) -> None:
    assert found(texts, articles, likeness) == drops


def test_none_is_lost_where_firsts_are_paired_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.dedup.candidates.FIRSTS_AT_ONCE", 2)
    stories = [RALLY, RIVER, BUDGET, SPRING, HARBOUR]
    assert found(stories + [story + " soon" for story in stories]) == [(5, 0), (6, 1), (7, 2), (8, 3), (9, 4)]


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
    assert found(texts, None, Likeness(threshold=0.6)) == [(2, 1)]


phrases = st.lists(st.sampled_from([*RALLY.split()[:4], "zwölf", "42", "7", "…", "京"]), min_size=10, max_size=14)


@settings(deadline=None)
@given(st.lists(phrases.map(" ".join), max_size=60), st.sampled_from([0.5, 0.7, 0.9]))
def test_every_duplicate_has_an_earlier_kept_block_that_is_as_like_it_as_said(
    texts: list[str], threshold: float
) -> None:
    likeness = Likeness(threshold=threshold, short_words=0)
    drop = dedup.duplicates(dedup.fingerprint(texts, likeness), np.arange(len(texts)), likeness)
    for index, keeper, figure in zip(drop.index, drop.keeper, drop.likeness, strict=True):
        assert keeper < index and keeper not in drop.index
        assert figure == jaccard(texts[index], texts[keeper]) >= threshold
        assert figures(texts[index]) == figures(texts[keeper])


@settings(deadline=None)
@given(st.lists(phrases.map(" ".join), max_size=60))
def test_no_two_kept_blocks_are_very_alike(texts: list[str]) -> None:
    # Banding misses one in a thousand million of the pairs that are 0.9 alike.
    likeness = Likeness(short_words=0)
    drop = dedup.duplicates(dedup.fingerprint(texts, likeness), np.arange(len(texts)), likeness)
    kept = [text for number, text in enumerate(texts) if number not in drop.index]
    alike = [(a, b) for a, b in combinations(kept, 2) if jaccard(a, b) >= 0.9 and figures(a) == figures(b)]
    assert alike == []


@settings(deadline=None)
@given(
    st.lists(st.text(max_size=40) | phrases.map(" ".join), max_size=30),
    st.integers(0, 30),
    st.sampled_from(["w3", "c5"]),
)
def test_fingerprints_are_the_same_in_any_batch(texts: list[str], cut: int, width: str) -> None:
    likeness = Likeness(shingles="c5" if width == "c5" else "w3", short_words=2)
    whole = dedup.fingerprint(texts, likeness).arrays()
    parts = [dedup.fingerprint(part, likeness).arrays() for part in (texts[:cut], texts[cut:])]
    joined = dedup.join(parts).arrays()
    assert all(np.array_equal(whole[name], joined[name]) and whole[name].dtype == joined[name].dtype for name in whole)


def test_saved_fingerprints_are_joined_as_they_were() -> None:
    prints = dedup.fingerprint([RALLY, RIVER, RALLY])
    file = BytesIO()
    np.savez(file, allow_pickle=False, **prints.arrays())
    file.seek(0)
    with np.load(file) as saved:
        again = dedup.join([saved, saved])
    assert dedup.duplicates(again, np.arange(6)).index.tolist() == [2, 3, 4, 5]


def test_fingerprints_do_not_change_from_release_to_release() -> None:
    arrays = dedup.fingerprint([RALLY, TOLL, "Лукашенко – “НЕТ”", "集会１０万人"], Likeness(short_words=0)).arrays()
    digest = blake2b(b"".join(array.tobytes() for array in arrays.values()), digest_size=8).hexdigest()
    assert digest == "ed94fbea41df261c"


def copies(changes: int, count: int) -> list[str]:
    """Give copies of one 80-word text, each with other words at a few places."""
    draw = random.Random(7)
    base = [f"word{n}" for n in range(80)]
    drawn = [{draw.randrange(80): f"other{draw.randrange(9**9)}" for _ in range(changes)} for _ in range(count)]
    return [" ".join(changed.get(place, word) for place, word in enumerate(base)) for changed in drawn]


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ([RALLY] * 200_000, 1),
        (copies(1, 20_000), 1),
        (copies(4, 5_000), 3_543),
        (["Minsk"] * 100_000, 100_000),
        (["😀 😀"] * 20_000, 20_000),
        ([" ".join(f"w{n}" for n in range(100_000))] * 2 + [" ".join(f"w{n}" for n in range(9, 100_000))], 1),
        (["وقال مسؤولون في العاصمة إن النهر فاض على ضفتيه خلال الليل"] * 20_000, 1),
    ],
    ids=["equal", "nearly equal", "look-alikes", "one word", "emoji", "100,000 words", "right to left"],
)
def test_great_numbers_of_copies(texts: list[str], kept: int) -> None:
    likeness = Likeness(numbers="any")
    drop = dedup.duplicates(dedup.fingerprint(texts, likeness), np.arange(len(texts)), likeness)
    assert len(texts) - len(drop.index) == kept


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("width", [3, 80, 4_000], ids=["tiny", "usual", "large"])
def test_a_crowd_loses_no_pair_that_is_alike(width: int, threshold: float) -> None:
    draw = np.random.default_rng(7)
    base = np.arange(width)
    sets = [
        np.unique(np.where(draw.random(width) < rate, draw.integers(0, 1 << 31, width), base))
        for rate in draw.random(60) / 2
    ]
    shingles = ragged(np.concatenate(sets).astype(np.uint32), np.array([len(each) for each in sets], np.int32))
    found = [task() for task in crowd.likely(shingles, np.arange(60), np.arange(0, 60, 2), threshold)]
    passed = {pair for earlier, later in found for pair in zip(earlier.tolist(), later.tolist(), strict=True)}
    pairs = [(a, b) for a in range(0, 60, 2) for b in range(a + 1, 60)]
    shared = {(a, b): len(np.intersect1d(sets[a], sets[b])) for a, b in pairs}
    alike = {(a, b) for a, b in pairs if shared[a, b] / (len(sets[a]) + len(sets[b]) - shared[a, b]) >= threshold}
    assert alike <= passed < set(pairs)


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
    ],
    ids=[
        "the same", "a short line more", "short lines count", "all copies of the first", "one of two",
        "one block in common stays", "blocks of two articles stay", "repeats itself", "short lines alone stay",
        "a later article has its new block", "empty articles",
    ],
)  # fmt: skip
def test_same_articles(stories: list[list[str]], same: list[tuple[int, int]]) -> None:
    texts = [text for story in stories for text in story]
    articles = np.repeat(np.arange(len(stories)), [len(story) for story in stories])
    prints = dedup.fingerprint(texts)
    whole = dedup.same_articles(prints, articles, dedup.duplicates(prints, articles))
    assert [(each.article, each.original) for each in whole] == same


def test_share_of_an_article_is_that_of_its_words() -> None:
    articles = np.array([7, 7, 9, 9, 9])
    prints = dedup.fingerprint([RALLY, RIVER, RALLY, "He denied it", RIVER])
    (same,) = dedup.same_articles(prints, articles, dedup.duplicates(prints, articles))
    words = len(RALLY.split()) + len(RIVER.split())
    assert (same.article, same.original, same.share) == (9, 7, words / (words + 3))


def test_starts_without_slow_imports() -> None:
    code = "import sys, numpy, etl.dedup; print({'datasketch', 'scipy', 'pyarrow', 'duckdb'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
