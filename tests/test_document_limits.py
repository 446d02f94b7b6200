"""What one document may be: larger ones are rejects, so that memory is bounded (R12)."""

import pytest

from etl.document import MAX_BLOCKS, parse
from etl.errors import Unreadable
from etl.model import Raw
from etl.packs import Selection, compile_rules


@pytest.mark.parametrize(("blocks", "is_read"), [(MAX_BLOCKS + 1, False), (1000, True)])
def test_a_document_has_a_bounded_number_of_paragraphs(blocks: int, is_read: bool) -> None:
    raw = Raw("a.txt", b"x\n\n" * blocks, "")
    if is_read:
        assert len(parse(raw, compile_rules(Selection())).document.blocks) == blocks
        return
    with pytest.raises(Unreadable, match="has more than 250,000 paragraphs"):
        parse(raw, compile_rules(Selection()))
