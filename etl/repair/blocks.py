"""Repairs of blocks and cuts within blocks, each recorded with its place in the decoded text."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import structs

from etl.change import Change, Script, apply, compose
from etl.model import Block, Document, Repair, Replacement
from etl.repair import Repaired, needs_no_repair, repair
from etl.repair.alphabet import may_be_recoded

if TYPE_CHECKING:
    from etl.repair.steps import Step
    from etl.rules import Cut

# The most changes and doubts of one document.  Each takes some 1,200 bytes until it is written: 64 MiB of damaged
# letters would take 16 GB.
MAX_REPAIRS = 1_000_000


class TooManyRepairs(Exception):
    """A document with more than MAX_REPAIRS repairs.  The message has this number."""


def repaired_blocks(
    blocks: tuple[Block, ...], replacements: Sequence[Replacement], risky: bool, taken: frozenset[int]
) -> tuple[tuple[Block, ...], tuple[tuple[Repair, ...], ...]]:
    """Return the blocks of a page repaired, and the repairs of each.  Removed blocks need no repairs.

    Raises TooManyRepairs.
    """
    texts = [block.text for block in blocks if block.index not in taken]
    charset = _charset(texts)
    if not charset and needs_no_repair(texts, replacements):
        return blocks, ((),) * len(blocks)

    from etl.repair.evidence import proved_steps

    proved = proved_steps([charset.mend(text) for text in texts] if charset else texts)
    repaired: list[tuple[Block, tuple[Repair, ...]]] = []
    count = 0
    for block in blocks:
        if block.index in taken:
            repaired.append((block, ()))
            continue
        found = repair(block.text, replacements, risky, proved, charset)
        count += len(found.script) + len(found.flags)
        if count > MAX_REPAIRS:
            raise TooManyRepairs(f"{MAX_REPAIRS:,} damaged characters")
        repaired.append(_repaired(block, found))
    return tuple(block for block, _ in repaired), tuple(repairs for _, repairs in repaired)


def _charset(texts: Sequence[str]) -> "Step | None":
    """Return the step that corrects the encoding in which a whole document was read, if it was wrong."""
    if not may_be_recoded("\n".join(texts)):
        return None

    from etl.repair.charset import recoded

    return recoded(texts)


def _repaired(block: Block, repaired: Repaired) -> tuple[Block, tuple[Repair, ...]]:
    if not (repaired.script or repaired.flags):
        return block, ()
    repairs = _booked(block, block.text, repaired.script)
    flags = tuple(
        Repair(block.line, block.char_start + flag.start, flag.text, flag.text, (flag.rule,), "tag")
        for flag in repaired.flags
    )
    return structs.replace(block, text=repaired.text) if repairs else block, repairs + flags


def cut_out(document: Document, found: "Sequence[Cut]") -> Document:
    """Return a document without its cuts, which are recorded with the repairs of the same blocks."""
    blocks, repairs = list(document.blocks), list(document.repairs)
    for index, of_block in groupby(found, key=lambda cut: cut.block):
        block, group = blocks[index], tuple(of_block)
        script = tuple(Change(cut.start, cut.end, cut.after, cut.rules) for cut in group)
        repairs[index] = _composed(document, block, script, group[0])
        blocks[index] = structs.replace(block, text=apply(block.text, script))
    return structs.replace(document, blocks=tuple(blocks), repairs=tuple(repairs))


def _composed(document: Document, block: Block, script: Script, cut: "Cut") -> tuple[Repair, ...]:
    """Return the repairs and then the cuts of a block, composed into one script over its decoded text."""
    repairs = document.repairs[block.index]
    start, source = block.char_start, document.text[block.char_start : block.char_end]
    repairing = tuple(
        Change(one.char_start - start, one.char_start - start + len(one.before), one.after, one.steps)
        for one in repairs
        if one.action != "tag"
    )
    names = {name for change in script for name in change.rules}
    booked = tuple(
        structs.replace(repair, action="cut", kind=cut.kind, version=cut.version)
        if names.intersection(repair.steps)
        else repair
        for repair in _booked(block, source, compose(source, repairing, script))
    )
    return booked + tuple(one for one in repairs if one.action == "tag")


def _booked(block: Block, source: str, script: Script) -> tuple[Repair, ...]:
    return tuple(
        Repair(block.line, block.char_start + one.start, source[one.start : one.end], one.after, one.rules)
        for one in script
    )
