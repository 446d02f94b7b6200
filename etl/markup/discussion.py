"""What readers say below a story.  Their prose reads like a story's, and may be longer than it."""

from collections import defaultdict
from collections.abc import Collection

from etl.markup.elements import BIT
from etl.markup.features import Said
from etl.markup.layout import Layout

# Characters of story that must stand above it, or the discussion may be the story of a page that calls it so.
MIN_STORY = 140


def discussion(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments among those taken for story.

    They stand in a box that calls itself comments, below all other story, with names or times of those who wrote them.
    """
    comments = BIT["comments"]
    outermost: list[int] = []
    for place, box in enumerate(layout.boxes):
        above = outermost[box.parent] if place else -1
        outermost.append(above if above >= 0 else place if box.parts & comments else -1)
    inside: dict[int, list[int]] = defaultdict(list)
    others = []
    for line in sorted(story):
        top = outermost[layout.lines[line].box]
        (inside[top] if top >= 0 else others).append(line)
    if sum(len(layout.lines[line].text) for line in others) < MIN_STORY:
        return frozenset()
    signed = {outermost[layout.lines[line].box] for line in said.bylines | said.dates if line < len(layout.lines)}
    return frozenset(line for top, lines in inside.items() if top in signed and lines[0] > others[-1] for line in lines)
