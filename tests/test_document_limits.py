"""What one document may be: larger ones are rejects, so that memory is bounded (R12)."""

import pytest

from etl.document import MAX_BLOCKS, parse
from etl.errors import Unreadable
from etl.markup import plain, walk
from etl.model import Kind, Raw
from etl.packs import Selection, compile_rules
from etl.repair import blocks


@pytest.mark.slow
@pytest.mark.parametrize(("count", "is_read"), [(MAX_BLOCKS + 1, False), (1000, True)])
def test_a_document_has_a_bounded_number_of_paragraphs(count: int, is_read: bool) -> None:
    raw = Raw("a.txt", b"x\n\n" * count, "")
    if is_read:
        assert len(parse(raw, compile_rules(Selection())).document.blocks) == count
        return
    with pytest.raises(Unreadable, match="has more than 250,000 paragraphs"):
        parse(raw, compile_rules(Selection()))


@pytest.mark.parametrize(("kind", "line"), [("html", "<p>x"), ("html", "<div>x"), ("html", "x<br>"), ("text", "x\n\n")])
def test_a_document_of_too_many_lines_is_left_before_all_are_read(
    kind: Kind, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (plain, walk):
        monkeypatch.setattr(module, "MAX_LINES", 1000)
    rules = compile_rules(Selection())
    assert parse(Raw("a", (line * 1000).encode(), "", kind=kind), rules).document.text.count("x") == 1000
    with pytest.raises(Unreadable, match="has more than 1,000 lines"):
        parse(Raw("a", (line * 1001).encode(), "", kind=kind), rules)


def test_a_page_of_too_many_empty_elements_is_left_before_all_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_ELEMENTS", 1000)
    rules = compile_rules(Selection())
    assert parse(Raw("a", b"<div>" * 900 + b"x", "", kind="html"), rules).document.text == "x"
    with pytest.raises(Unreadable, match="has more than 1,000 elements"):
        parse(Raw("a", b"<div>" * 1001 + b"x", "", kind="html"), rules)


@pytest.mark.parametrize("damaged", ["a\ufffd ", "â€™ "], ids=["doubts", "changes"])
def test_a_document_of_too_many_damaged_characters_is_left(damaged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_REPAIRS", 1000)
    rules = compile_rules(Selection())
    assert len(parse(Raw("a", f"{damaged * 1000}\n\nx", ""), rules).document.blocks) == 2
    with pytest.raises(Unreadable, match="has more than 1,000 damaged characters"):
        parse(Raw("a", f"{damaged * 600}\n\n{damaged * 600}", ""), rules)
