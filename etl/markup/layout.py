"""The layout of a page: its boxes, its lines of text, its clues.  These are plain values, which need no parser."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import accumulate

from msgspec import Struct

from etl.fold import DENSE
from etl.model import Link

# Characters of story that must be outside of a box that is removed by its name, because the box may be the story.
MIN_STORY = 140


def chars_of(text: str) -> int:
    """Return the characters of a text; one of Chinese, Japanese, Korean or Thai counts as three."""
    return len(text) + 2 * len(DENSE.findall(text))


class Box(Struct, frozen=True, gc=False):
    """A block-level element.  Boxes are in document order: the boxes inside it are those up to `Layout.ends`.

    `parent` is the box around it; the root is its own.  `parts` are the bits of elements.PARTS that contain it, `key`
    is the place of its name and naming attributes in `Layout.keys`, and `control` the word for a control's text.
    """

    name: str
    parent: int
    parts: int
    key: int
    control: str = ""
    attributes: Mapping[str, str] | None = None


class Line(Struct, frozen=True, gc=False):
    """Text that a browser shows in one line or paragraph: a block, cut at <br>.

    `linked`, `bold` and `italic` count such characters, and `pictures` the pictures since the previous line.
    `continues` is true if only one <br> separates it from the previous line in the same box.  `links` are optional.
    """

    text: str
    box: int
    linked: int = 0
    bold: int = 0
    italic: int = 0
    pictures: int = 0
    continues: bool = False
    links: tuple[Link, ...] = ()


class Clue(Struct, frozen=True, gc=False):
    """What the page says about itself: a meta tag under its property or name, the text of a script, a <time>, ...

    `line` is the place in `Layout.lines` that comes next.
    """

    name: str
    content: str
    line: int = 0


class Layout(Struct, frozen=True, gc=False):
    """Boxes in the order of their start tags, where each ends, lines in reading order, clues.

    `keys` are the different (name, attributes) of boxes: their words are looked up once.
    """

    boxes: tuple[Box, ...]
    ends: tuple[int, ...]
    keys: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    clues: tuple[Clue, ...]

    def around(self, lines: Iterable[int]) -> set[int]:
        """Return the boxes around lines."""
        found: set[int] = set()
        for line in lines:
            place = self.lines[line].box
            while place not in found:
                found.add(place)
                place = self.boxes[place].parent
        return found

    def outermost(self, part: int) -> list[int]:
        """Return the outermost box around each box (or itself) that is in a part; 0 if there is none."""
        outermost = [0] * len(self.boxes)
        for place, box in enumerate(self.boxes):
            if box.parts & part:
                outermost[place] = outermost[box.parent] or place
        return outermost

    def path(self, place: int) -> Iterator[int]:
        """Yield a box's place, its parent's, and so on up to the root's."""
        while place:
            yield place
            place = self.boxes[place].parent
        yield 0

    def have_chars(self, lines: Iterable[int], least: int = MIN_STORY) -> bool:
        """Return whether lines have so many characters; one of Chinese, Japanese, Korean or Thai counts as three."""
        return any(chars >= least for chars in accumulate(chars_of(self.lines[line].text) for line in lines))

    def children(self, parent: int) -> Iterator[int]:
        """Yield the direct children of a box."""
        child = parent + 1
        while child < self.ends[parent]:
            yield child
            child = max(self.ends[child], child + 1)

    def inside(self, boxes: Collection[int]) -> list[bool]:
        """Return whether each box is one of some boxes, or is inside one."""
        found = [False] * len(self.boxes)
        for place, box in enumerate(self.boxes):
            found[place] = place in boxes or (place > 0 and found[box.parent])
        return found

    def counts(self, lines: Iterable[int]) -> list[int]:
        """Return how many of some lines are in each box."""
        own = [0] * (len(self.boxes) + 1)
        for line in lines:
            own[self.lines[line].box + 1] += 1
        until = list(accumulate(own))  # in all boxes before each
        return [until[end] - until[place] for place, end in enumerate(self.ends)]

    def lines_in(self, box: int, line: int, most: int) -> range:
        """Return the lines around one that stand in a box, one after another; of more than `most` so many and some."""
        first, last = line, line
        while first and line - first <= most and box <= self.lines[first - 1].box < self.ends[box]:
            first -= 1
        while last + 1 < len(self.lines) and last - line <= most and box <= self.lines[last + 1].box < self.ends[box]:
            last += 1
        return range(first, last + 1)
