"""Readers' comments below a story: in boxes with telling names, or with a link to reply."""

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import islice

from msgspec import structs

from etl.markup.clues import Said
from etl.markup.elements import BIT, GROUPS
from etl.markup.layout import Box, Layout
from etl.markup.naming import names_discussion

_COMMENTS = BIT["comments"]
# Characters of the longest line of links below a comment, and boxes around it that may contain the comment.
MAX_REPLY, REPLY_LEVELS = 40, 4
_REPLY = re.compile(
    r"(?<!\w)(?:reply|antworten|répondre|responder|rispondi|beantwoorden|reageer|svara|svar|odpowiedz|odpovědět|válasz"
    r"|yanıtla|ответить|відповісти|απάντηση|vastaa|balas|odgovori|răspunde|trả lời|הגב)(?!\w)"
    r"|回复|回覆|返信|답글|رد|जवाब|ตอบกลับ",
    re.IGNORECASE,
)


def discussions(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments among those taken for story.

    They are below all other story: in repeated boxes that each have a link to reply; or in a box with a telling name,
    with names or times of the authors, or in repeated boxes.
    """
    threads = _threads(layout)
    if threads:
        found = _below_story(layout, sorted(story), threads)
        return found | _named_discussions(layout, said, set(story) - found)
    return _named_discussions(layout, said, story)


def _threads(layout: Layout) -> set[int]:
    """Return adjacent boxes with the same attributes, or none, that each have a link to reply."""
    beside: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line in layout.lines:
        is_control = line.linked or layout.boxes[line.box].parts & BIT["button"]
        if is_control and len(line.text) <= MAX_REPLY and _REPLY.search(line.text):
            for place in islice(layout.path(line.box), REPLY_LEVELS):
                box = layout.boxes[place]
                beside[box.parent, box.key].add(place)
    return {place for places in beside.values() if len(places) > 1 for place in places}


def _below_story(layout: Layout, story: Sequence[int], threads: Collection[int]) -> frozenset[int]:
    """Return the lines of a story in some boxes, if these are below all of its other lines."""
    is_inside = layout.inside(threads)
    inside = [line for line in story if is_inside[layout.lines[line].box]]
    others = [line for line in story if not is_inside[layout.lines[line].box]]
    is_below = bool(inside) and _is_below(layout, others, inside[0])
    return frozenset(inside if is_below else ())


def _named_discussions(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments in a box with a telling name."""
    if not any(_is_discussion(layout, layout.boxes[place]) for place in layout.around(story)):
        return frozenset()
    outermost = _outermost(layout)
    inside: dict[int, list[int]] = defaultdict(list)
    others: list[int] = []
    for line in sorted(story):
        top = outermost[layout.lines[line].box]
        (inside[top] if top >= 0 else others).append(line)
    if not layout.have_chars(others):
        return frozenset()
    signed = _signed(layout, said, outermost) | _repeating(layout, outermost)
    found = [lines for top, lines in inside.items() if top in signed and _is_below(layout, others, lines[0])]
    return frozenset(line for lines in found for line in lines)


def _is_below(layout: Layout, others: Sequence[int], first: int) -> bool:
    """Return whether a line is below a story, except for a word or two at the end of the page."""
    at = bisect(others, first)
    return not layout.have_chars(others[at:]) and layout.have_chars(others[:at])


def credible(layout: Layout, said: Said) -> Layout:
    """Return a layout in which only boxes with signed or repeated comments are marked as comments."""
    if not any(box.parts & _COMMENTS for box in layout.boxes):
        return layout
    outermost = _outermost(layout)
    known = _signed(layout, said, outermost) | _repeating(layout, outermost)
    boxes = [
        structs.replace(box, parts=box.parts & ~_COMMENTS)
        if box.parts & _COMMENTS and outermost[place] not in known
        else box
        for place, box in enumerate(layout.boxes)
    ]
    return structs.replace(layout, boxes=tuple(boxes))


def _outermost(layout: Layout) -> list[int]:
    """Return for each box the outermost discussion around it; -1 if there is none."""
    outermost: list[int] = []
    is_called = [_is_called_discussion(key) for key in layout.keys]
    for place, box in enumerate(layout.boxes):
        above = outermost[box.parent] if place else -1
        outermost.append(place if above < 0 and (box.parts & _COMMENTS or is_called[box.key]) else above)
    return outermost


def _is_discussion(layout: Layout, box: Box) -> bool:
    """Return whether a box is in comments by its marks, or is called a discussion."""
    return bool(box.parts & _COMMENTS) or _is_called_discussion(layout.keys[box.key])


def _is_called_discussion(key: tuple[str, str]) -> bool:
    name, names = key
    return bool(names) and name in GROUPS and names_discussion(names)


def _signed(layout: Layout, said: Said, outermost: Sequence[int]) -> set[int]:
    """Return the discussions with names or times of those who wrote."""
    return {outermost[layout.lines[line].box] for line in said.bylines | said.dates if line < len(layout.lines)}


def _repeating(layout: Layout, outermost: Sequence[int]) -> set[int]:
    """Return the discussions with adjacent boxes with the same attributes, or with rows of them."""
    seen: set[tuple[int, ...]] = set()
    found: set[int] = set()
    for place, box in enumerate(layout.boxes):
        row = layout.boxes[box.parent]
        is_named = layout.keys[box.key][1] or (box.name == "li" and _is_discussion(layout, row))
        if outermost[place] >= 0 and outermost[place] != place and is_named:
            beside = {(box.parent, box.key), (row.parent, row.key, box.key)}
            if not seen.isdisjoint(beside):
                found.add(outermost[place])
            seen |= beside
    return found
