"""Prose that is not the story's, whatever the model takes it for: what readers say below it, what a dialog asks them.

Both read like a story and may be longer than it.  They are told by where they stand: beside a story, in a box that
calls itself so.  A whole story in such a box stays.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from msgspec import structs

from etl.markup.clues import Said
from etl.markup.elements import BIT, GROUPS
from etl.markup.layout import Layout
from etl.markup.naming import CAPTIONS, OFFERS, PICTURES, names_discussion

# Characters of story that must stand outside, or the box may hold the story of a page that calls it so.
MIN_STORY = 140
# Characters of the longest caption; boxes around a line in which an offer is looked for.
MAX_CAPTION, OFFER_LEVELS = 300, 3
# Share of the characters of a way out that are linked.
MOSTLY = 0.7
_COMMENTS = BIT["comments"]


def asides(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of dialogs, captions, offers, links and discussions among those taken for story."""
    found: set[int] = set()
    for is_one in (_is_in_dialog, _is_caption, _is_offer, _is_way_out):
        lines = {line for line in story if line not in found and is_one(layout, line)}
        if _chars(layout, set(story) - found - lines) >= MIN_STORY:
            found |= lines
    return frozenset(found) | discussions(layout, said, set(story) - found)


def _is_in_dialog(layout: Layout, line: int) -> bool:
    return bool(layout.boxes[layout.lines[line].box].parts & BIT["dialog"])


def _is_caption(layout: Layout, line: int) -> bool:
    """Return whether a short line is a caption by its element, or by the name of its box or the one around."""
    box = layout.boxes[layout.lines[line].box]
    if len(layout.lines[line].text) > MAX_CAPTION:
        return False
    names = f"{layout.keys[box.key][1]} {layout.keys[layout.boxes[box.parent].key][1]}"
    is_beside = layout.lines[line].pictures > 0 and PICTURES.search(layout.keys[box.key][1])
    return bool(box.parts & BIT["figcaption"] or CAPTIONS.search(names) or is_beside)


def _is_offer(layout: Layout, line: int) -> bool:
    """Return whether a line stands in a box that is called an offer, close around it."""
    path = list(layout.path(layout.lines[line].box))[:OFFER_LEVELS]
    return any(OFFERS.search(layout.keys[layout.boxes[place].key][1]) for place in path)


def _is_way_out(layout: Layout, line: int) -> bool:
    """Return whether a line is but a link in brackets, "[ How locks work ]", or links of hashtags."""
    text, linked = layout.lines[line].text, layout.lines[line].linked
    return linked > MOSTLY * len(text) and (text[0] + text[-1] == "[]" or all(one[0] == "#" for one in text.split()))


def _chars(layout: Layout, lines: Collection[int]) -> int:
    return sum(len(layout.lines[line].text) for line in lines)


def discussions(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments among those taken for story.

    They stand in a box that calls itself so, below all other story, with names or times of those who wrote them or in
    boxes that repeat.
    """
    outermost = _outermost(layout)
    inside: dict[int, list[int]] = defaultdict(list)
    others: list[int] = []
    for line in sorted(story):
        top = outermost[layout.lines[line].box]
        (inside[top] if top >= 0 else others).append(line)
    if not inside or _chars(layout, others) < MIN_STORY:
        return frozenset()
    signed = _signed(layout, said, outermost) | _repeating(layout, outermost)
    found = [lines for top, lines in inside.items() if top in signed and lines[0] > others[-1]]
    return frozenset(line for lines in found for line in lines)


def credible(layout: Layout, said: Said) -> Layout:
    """Return a layout in which only what has comments in it is marked as such: signed, or in boxes that repeat."""
    if not any(box.parts & _COMMENTS for box in layout.boxes):
        return layout
    outermost = _outermost(layout)
    known = _signed(layout, said, outermost) | _repeating(layout, outermost)
    boxes = [
        structs.replace(box, parts=box.parts & ~_COMMENTS) if outermost[place] not in known else box
        for place, box in enumerate(layout.boxes)
    ]
    return structs.replace(layout, boxes=tuple(boxes))


def _outermost(layout: Layout) -> list[int]:
    """Return for each box the outermost discussion around it; -1 if there is none."""
    is_named = [name in GROUPS and bool(names) and names_discussion(names) for name, names in layout.keys]
    outermost: list[int] = []
    for place, box in enumerate(layout.boxes):
        above = outermost[box.parent] if place else -1
        is_one = above < 0 and (is_named[box.key] or box.parts & _COMMENTS)
        outermost.append(place if is_one else above)
    return outermost


def _signed(layout: Layout, said: Said, outermost: Sequence[int]) -> set[int]:
    """Return the discussions with names or times of those who wrote."""
    return {outermost[layout.lines[line].box] for line in said.bylines | said.dates if line < len(layout.lines)}


def _repeating(layout: Layout, outermost: Sequence[int]) -> set[int]:
    """Return the discussions in which boxes with the same attributes stand beside one another, or in rows that do."""
    seen: set[tuple[int, ...]] = set()
    found: set[int] = set()
    for place, box in enumerate(layout.boxes):
        if outermost[place] >= 0 and outermost[place] != place and layout.keys[box.key][1]:
            row = layout.boxes[box.parent]
            beside = {(box.parent, box.key), (row.parent, row.key, box.key)}
            if not seen.isdisjoint(beside):
                found.add(outermost[place])
            seen |= beside
    return found
