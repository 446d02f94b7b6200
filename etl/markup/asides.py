"""Prose that is not the story's, whatever the model takes it for: what readers say below it, what a dialog asks them.

Both read like a story and may be longer than it.  They are told by where they stand: beside a story, in a box that
calls itself so.  A whole story in such a box stays.
"""

import re
from collections import defaultdict
from collections.abc import Collection

from etl.markup.elements import BIT, GROUPS
from etl.markup.features import Said
from etl.markup.layout import Box, Layout

# Characters of story that must stand outside, or the box may hold the story of a page that calls it so.
MIN_STORY = 140
# What groups of comments are called besides those that `elements.SAYS_PART` knows.
_NAMES = re.compile(
    r"(?<![a-z])(?:discussions?|opinions|talkbacks?|forum|reactions|kommentare?|commentaires?|comentarios|commenti|"
    r"reacties|комментарии)(?![a-z])",
    re.IGNORECASE,
)


def asides(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of discussions and dialogs among those taken for story."""
    dialogs = frozenset(line for line in story if layout.boxes[layout.lines[line].box].parts & BIT["dialog"])
    if _chars(layout, set(story) - dialogs) < MIN_STORY:
        dialogs = frozenset()
    return dialogs | discussions(layout, said, set(story) - dialogs)


def _chars(layout: Layout, lines: Collection[int]) -> int:
    return sum(len(layout.lines[line].text) for line in lines)


def discussions(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments among those taken for story.

    They stand in a box that calls itself so, below all other story, with names or times of those who wrote them or in
    boxes that repeat.
    """
    outermost: list[int] = []
    for place, box in enumerate(layout.boxes):
        above = outermost[box.parent] if place else -1
        outermost.append(above if above >= 0 else place if _is_discussion(box, layout) else -1)
    inside: dict[int, list[int]] = defaultdict(list)
    others: list[int] = []
    for line in sorted(story):
        top = outermost[layout.lines[line].box]
        (inside[top] if top >= 0 else others).append(line)
    if not inside or _chars(layout, others) < MIN_STORY:
        return frozenset()
    signed = {outermost[layout.lines[line].box] for line in said.bylines | said.dates if line < len(layout.lines)}
    signed |= _repeating(layout, outermost)
    found = [lines for top, lines in inside.items() if top in signed and lines[0] > others[-1]]
    return frozenset(line for lines in found for line in lines)


def _is_discussion(box: Box, layout: Layout) -> bool:
    names = layout.keys[box.key][1]
    return bool(box.parts & BIT["comments"]) or (bool(names) and box.name in GROUPS and bool(_NAMES.search(names)))


def _repeating(layout: Layout, outermost: list[int]) -> set[int]:
    """Return the discussions in which boxes with the same attributes stand beside one another."""
    seen: set[tuple[int, int]] = set()
    found: set[int] = set()
    for place, box in enumerate(layout.boxes):
        if outermost[place] >= 0 and outermost[place] != place and layout.keys[box.key][1]:
            if (box.parent, box.key) in seen:
                found.add(outermost[place])
            seen.add((box.parent, box.key))
    return found
