"""The books: nothing vanishes, every document comes back, and books that do not balance are refused."""

from time import process_time

import pytest
from conftest import edited
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from etl.audit import Balance, Entry, Restoration, Tally, balance, close, total
from etl.dedup import DedupSettings
from etl.document import Judged, finish
from etl.errors import BooksError
from etl.pipeline.duplicates import duplicates_within

# Text made of what the stages look at: labels, headlines, damage, white space of every sort, and any character at all.
PIECES = st.one_of(
    st.sampled_from(
        [
            "Read More", "hide caption", "toggle caption", "Image caption", "Minsk rally", "\n\n", "\n", "\r\n", "\r", " ",
            "\u00a0", "\u202f", "\ufeff", "\u200b", "Rally in Minsk grows as strikes spread – BBC News", "Belarusâ€™ president",
            "They marched on Sunday, and on Monday they marched again, more than 100,000 of them.", "&amp;amp;", "  ", "\x00",
            "FILE PHOTO: Minsk", "Jane Roe/AP", "– video", "\\u2019", "don?t", "other d…",
            "Story continues below advertisement", "They left. ADVERTISEMENT They stayed.", "[+1771 chars]", "\u2028",
            "\ud83d", "\udc00", "e\u0301\u0327", "\ud83d\ude00",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def books(result: Judged) -> tuple[list[str], tuple[Entry, ...], Balance]:
    duplicates = duplicates_within([result], DedupSettings())[0]
    cleaned = finish(result, duplicates)
    return [record.text for record in cleaned.records], cleaned.entries, cleaned.tally.books


@given(TEXTS)
def test_articles_and_audit_give_any_text_back(text: str) -> None:
    result = edited(text)
    texts, entries, balanced = books(result)
    restoration = Restoration(texts, entries, result.document.gap, len(result.document.text))
    assert restoration.text() == result.document.text
    assert balanced.read == balanced.kept + balanced.changed + balanced.removed == len(result.document.text)


def test_a_forged_gap_between_paragraphs_takes_no_memory_out_of_proportion() -> None:
    """100 kB of articles and 2 MB of audit took 4 GB in `restore` and 8 in `report`, before they were refused."""
    text = Restoration(["a\n\n" * 1_000], (), "\n" * 1_000_000, 5_000).text()
    assert 5_000 < len(text) < 3_000_000


@pytest.mark.slow
def test_a_long_line_with_many_repairs_comes_back_in_linear_time() -> None:
    result = edited("One line.\nAnother one.\n" + "cafÃ© and dÃ©tente are words. " * 20_000 + "\nThe last.")
    start = process_time()
    texts, entries, _ = books(result)
    assert Restoration(texts, entries, result.document.gap, len(result.document.text)).text() == result.document.text
    assert process_time() - start < 8  # in quadratic time, 25


@given(TEXTS)
def test_account_lines_quote_the_text_where_they_say(text: str) -> None:
    result = edited(text)
    decoded = result.document.text
    for entry in books(result)[1]:
        assert decoded[entry.char_start : entry.char_end] == entry.before
        assert decoded[entry.char_end : entry.char_end + len(entry.gap)] == entry.gap
        assert entry.gap.strip() == ""


@given(TEXTS)
def test_cleaning_what_is_clean_removes_nothing_by_rule(text: str) -> None:
    """Rules that look at neighbours may meet new ones: this holds for those that look at a block alone."""
    for once in books(edited(text))[0]:
        again = edited(once)
        alone = [removal for removals in again.removals for removal in removals if removal.rule in LOOKS_ALONE]
        assert alone == []


LOOKS_ALONE = {
    "core/agency-alone",
    "core/caption-label",
    "core/caption-label-glued",
    "core/file-photo",
    "core/media-link",
    "core/player-unsupported",
    "core/read-more",
    "core/related-label",
}


@pytest.mark.parametrize(
    ("text", "kept", "lines"),
    [
        pytest.param("One.\n\nTwo.", ["One.\n\nTwo."], [], id="the usual gap is not booked"),
        pytest.param("One.\nTwo.\n\nThree.\n\nFour.", ["One.\n\nTwo.\n\nThree.\n\nFour."], [("structure/gap", "\n", "\n\n", "")], id="another gap is"),
        pytest.param("One.\nTwo.", ["One.\n\nTwo."], [], id="line breaks may be the usual gap"),
        pytest.param("One.\n", ["One."], [("structure/gap", "\n", "", "")], id="the end of the file"),
        pytest.param("Read More\n\nOne.", ["One."], [("core/read-more", "Read More", "", "\n\n")], id="a removal takes its gap along"),
        pytest.param(
            "One.\n\nRead More", ["One."], [("structure/gap", "\n\n", "", ""), ("core/read-more", "Read More", "", "")], id="at the end too"
        ),
        pytest.param("Belarusâ€™ men", ["Belarus’ men"], [("repair/mojibake", "Belarusâ€™", "Belarus’", "")], id="a repair"),
        pytest.param("He  left. Story continues below advertisement She â€“ stayed.", ["He left. She – stayed."], [("repair/spaces", "  ", " ", ""), ("core/inline-continues", " Story continues below advertisement ", " ", ""), ("repair/mojibake", "â€“", "–", "")], id="a cut between repairs"),
        pytest.param("They don?t know.", ["They don?t know."], [("repair/question-apostrophe", "?", "?", "")], id="a doubt is tagged and left"),
        pytest.param(" \n ", [""], [("structure/gap", " \n ", "", "")], id="white space alone"),
        pytest.param("", [""], [], id="nothing"),
    ],
)  # fmt: skip
def test_what_is_booked(text: str, kept: list[str], lines: list[tuple[str, str, str, str]]) -> None:
    texts, entries, _ = books(edited(text))
    assert texts == kept
    assert [(entry.rule, entry.before, entry.after, entry.gap) for entry in entries] == lines


def test_a_tag_books_the_block_and_leaves_it() -> None:
    line = "They marched on Sunday, and on Monday they marched again, more than 100,000 of them."
    result = edited(f"{line}\n\n{line}")
    cleaned = finish(result, duplicates_within([result], DedupSettings(action="tag"))[0])
    (entry,) = cleaned.entries
    assert cleaned.records[0].text == f"{line}\n\n{line}"
    assert (entry.action, entry.rule, entry.before, entry.gap, entry.similarity) == (
        "tag",
        "duplicate/exact",
        line,
        "",
        1.0,
    )


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda entries: entries[1:], id="a line is missing"),
        pytest.param(lambda entries: (structs.replace(entries[0], before="Read Less"), *entries[1:]), id="a line lies"),
        pytest.param(lambda entries: (*entries, entries[0]), id="a line stands twice"),
    ],
)
def test_books_that_do_not_balance_are_refused(spoil) -> None:  # type: ignore[no-untyped-def]  # a lambda over entries
    result = edited("One.\n\nRead More\n\nTwo.")
    texts, entries, _ = books(result)
    with pytest.raises(BooksError):
        balance(result.document, texts, spoil(entries))


def test_a_text_that_lost_a_character_is_refused() -> None:
    result = edited("One.\n\nTwo.")
    with pytest.raises(BooksError, match=r"a\.txt: articles and audit do not give the text back, from character 9"):
        balance(result.document, ["One.\n\nTwo"], ())


def test_sums_of_a_run_must_balance() -> None:
    fine = Tally(documents=1, books=Balance(10, 6, 1, 3), rules=(("a", 1),))
    assert close([fine, fine]) == Tally(documents=2, books=Balance(20, 12, 2, 6), rules=(("a", 2),))
    with pytest.raises(BooksError):
        close([fine, Tally(books=Balance(10, 6, 1, 2))])


def test_counts_are_added_by_name_and_sorted() -> None:
    tallies = [Tally(rules=(("b", 1), ("c", 2))), Tally(rules=(("a", 1), ("b", 3)), rejects=1)]
    assert total(tallies) == Tally(rules=(("a", 1), ("b", 4), ("c", 2)), rejects=1)


def test_entries_come_in_reading_order() -> None:
    entries = books(edited("\n\nRead More\n\nOne.\n\n\nTwo â€“ three.\n\nRead More\n"))[1]
    assert [entry.char_start for entry in entries] == sorted(entry.char_start for entry in entries)
    assert len(entries) == 6
