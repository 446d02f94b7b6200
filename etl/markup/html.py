"""HTML -> blocks: one for each paragraph of the story, and one for each region of the page outside it.

Nothing is removed: every character of the page's text is in exactly one block.  `Page.outside` has the removals of
blocks outside the story, each with the features that contributed most.  `Block.tag` is one word: for story the element
the text stands in,

    p  h1 h2 h3 h4 h5 h6  li dt dd  td th caption  blockquote  pre  address figure summary
    div                 everything else that is set as a block, and text between blocks
    article-body        text that the page's JSON-LD, or the state for its scripts, has and its body has not

and for a region its name (`regions`).
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from etl.markup.clues import BYLINES, MAX_SCRIPT, MIN_STATE, Said, said_of
from etl.markup.discussions import credible
from etl.markup.elements import BIT
from etl.markup.features.sources import MIN_BODY
from etl.markup.features.texts import endings, letters_of
from etl.markup.layout import Clue, Layout, Line, chars_of
from etl.markup.levels import leveller
from etl.markup.linked_data import paragraphs
from etl.markup.metadata import read_metadata
from etl.markup.page_model import PageModel
from etl.markup.page_state import story_of
from etl.markup.prediction import against
from etl.markup.regions import ARTICLE_BODY, ENTRY_TIME, HEADLINE, KINDS, Group, entry_name, grouped
from etl.markup.selector import selected
from etl.markup.shown import shown_of
from etl.markup.story import Judged, judge
from etl.markup.walk import lay_out
from etl.model import Action, Block, KeepRule, KeepRules, Level, Link, Metadata, Page, PageStatus, Removal

GAP = "\n\n"
# Elements that tag a block with their own name; the others are a "div".
TELLING = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "address", "figure", "summary"),
        *("li", "dt", "dd", "td", "th", "caption"),
    )
)
# Characters.  A page with less story is suspect if it has so much prose outside the story.
MIN_STORY, MIN_PROSE, MIN_SENTENCE = 140, 400, 60
# Characters.  A longer text is not a preview of a paywalled story, whatever the page says.
MAX_PREVIEW = 1_500
# Boxes before the frames of a page of frames.
MAX_BEFORE_FRAMES = 10
# The articleBody is the story if the page shows less than the first share of it.  The second share counts as nothing.
SHOWN, HARDLY = 0.5, 0.1
# A tag that protects the times of entries from rules for lines with a time.
TIMES = KeepRule(entry_name(ENTRY_TIME), "", "structure", ())
# Letters of the pieces of the articleBody that are searched on the page, and the most pieces.  In a longer articleBody,
# pieces are evenly spread; otherwise a page of 1 MB would be read 25,000 times.
PIECE, MAX_PIECES = 40, 1_000


class _Draft(Struct, frozen=True, gc=False):
    """A block before its place in the text is known."""

    text: str
    tag: str
    region: str = ""
    css: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    links: tuple[Link, ...] = ()
    kept_by: KeepRule | None = None


def read_html(
    text: str,
    selectors: Sequence[str] = (),
    model: PageModel | None = None,
    keep_rules: KeepRules | None = None,
    with_links: bool = False,
) -> Page:
    """Return a page with its blocks, in reading order, and its metadata.  Each block has the selectors that match it.

    Without a model, all text except controls is story.  With `links`, blocks have their links.

    >>> page = read_html("<nav>Home</nav><article><p>Minsk, 23 August.<br>By our staff</p></article>")
    >>> [(block.tag, block.text) for block in page.blocks]
    [('div', 'Home'), ('p', 'Minsk, 23 August.\\nBy our staff')]
    """
    parted = part(text, model, keep_rules, with_links)
    layout = parted.layout
    css = selected(layout, selectors, text)
    drafts = [_Draft(paragraph, ARTICLE_BODY) for paragraph in parted.body]
    drafts += _drafts(parted, css, _evidence(layout, parted.groups, parted.judged, model))
    blocks, outside = _placed(drafts, model.version if model else "")
    return Page(
        GAP.join(draft.text for draft in drafts),
        blocks,
        GAP,
        metadata=parted.metadata,
        outside=outside,
        status=_status(layout, parted.said, parted.kept, parted.body),
    )


class Parted(Struct, frozen=True):
    """A page as groups of lines.  If the body lacks the story, the paragraphs of the articleBody come first.

    `kept` are the lines of the story; if the story is the articleBody, only the lines that a rule keeps.  `kept_by` are
    the rules of such lines.
    """

    layout: Layout
    said: Said
    judged: Judged
    metadata: Metadata
    body: tuple[str, ...]
    kept: tuple[bool, ...]
    kept_by: Mapping[int, KeepRule]
    groups: tuple[Group, ...]


def part(text: str, model: PageModel | None, keep_rules: KeepRules | None = None, with_links: bool = False) -> Parted:
    """Return the lines of a page in two parts: those of its story, and the regions around it.

    If the prose of a page is in its text for browsers without scripts or frames, this text is read.
    """
    layout = lay_out(text, with_links=with_links)
    if _is_for_no_script(layout):
        layout = lay_out(text, with_scripts=False, with_links=with_links)
    said = said_of(layout.clues)
    layout = credible(layout, said)
    judged = judge(layout, said, model)
    metadata = read_metadata(_own(layout, judged), shown_of(layout, judged.kept, judged.headlines, judged.span()))
    kept_by = _kept_by(layout, keep_rules(metadata), text) if keep_rules else {}
    kept = tuple(is_kept or place in kept_by for place, is_kept in enumerate(judged.kept)) if kept_by else judged.kept
    body = _hidden_story(layout, said, kept)
    if body:
        kept = tuple(place in kept_by for place in range(len(layout.lines)))
    elif judged.times:
        kept_by = dict.fromkeys(judged.times, TIMES) | kept_by
    groups = grouped(layout, kept, frozenset() if body else judged.headlines)
    return Parted(layout, said, judged, metadata, body, kept, kept_by, tuple(groups))


def _own(layout: Layout, judged: Judged) -> list[Clue]:
    """Return the clues of a page without bylines in quotations, which name who is quoted, and in <article>s within.

    Those below the story stay: their number shows that they belong to teasers.
    """
    kept = (line for line, is_kept in enumerate(judged.kept) if is_kept)
    holding, span = layout.around({*kept, *judged.headlines}), judged.span()
    others = {place for place, box in enumerate(layout.boxes) if box.name == "article"} - holding
    is_other = layout.inside(others)
    within = range(span.start, span.end)
    not_own = {
        line
        for line, one in enumerate(layout.lines)
        if layout.boxes[one.box].parts & BIT["blockquote"] or (is_other[one.box] and line in within)
    }
    return [clue for clue in layout.clues if clue.name not in BYLINES or clue.line not in not_own]


def _kept_by(layout: Layout, rules: Sequence[KeepRule], text: str) -> dict[int, KeepRule]:
    """Return the lines that rules keep, each with the first of these."""
    by_selector: dict[str, KeepRule] = {}
    for rule in rules:
        for selector in rule.css:
            by_selector.setdefault(selector, rule)
    held = selected(layout, tuple(by_selector), text) if rules else []
    return {place: by_selector[found[0]] for place, found in enumerate(held) if found}


def _is_for_no_script(layout: Layout) -> bool:
    """Return whether a page has frames, or most of its prose in a <noscript>, and enough prose for a story."""
    controls = [layout.boxes[line.box].control for line in layout.lines]
    if any(box.name == "frameset" for box in layout.boxes[:MAX_BEFORE_FRAMES]):
        return True
    if "noscript" not in controls:
        return False
    prose = _prose(layout.lines)
    inside = sum(length for length, control in zip(prose, controls, strict=True) if control == "noscript")
    return inside >= MIN_PROSE and 2 * inside > sum(prose)


def _drafts(parted: Parted, css: Sequence[tuple[str, ...]], evidence: Sequence[tuple[str, ...]]) -> Iterator[_Draft]:
    """Yield a block for each group of lines; those of the story with what Markdown shows of them."""
    layout, levels_of = parted.layout, leveller(parted.layout)
    for group, told in zip(parted.groups, evidence, strict=True):
        lines = layout.lines[group.start : group.end]
        box = lines[0].box
        text = "\n".join([line.text for line in lines])
        name = layout.boxes[box].name
        tag = group.region if group.region not in ("", HEADLINE) else name if name in TELLING else "div"
        levels, links = ((), ()) if group.region else (levels_of(box), _links(lines))
        yield _Draft(text, tag, group.region, css[group.start], told, levels, links, parted.kept_by.get(group.start))


def _links(lines: Sequence[Line]) -> tuple[Link, ...]:
    """Return the links of lines, with places in the joined lines."""
    found: list[Link] = []
    start = 0
    for line in lines:
        found += [Link(one.start + start, one.end + start, one.address) for one in line.links]
        start += len(line.text) + 1
    return tuple(found)


def _placed(drafts: Sequence[_Draft], version: str) -> tuple[tuple[Block, ...], tuple[Removal, ...]]:
    """Return the blocks of a page, the removals of those of regions, and tags for those that rules keep."""
    blocks: list[Block] = []
    outside: list[Removal] = []
    line, start = 1, 0
    for index, draft in enumerate(drafts):
        end = start + len(draft.text)
        blocks.append(Block(index, line, start, end, draft.text, draft.tag, draft.css, draft.levels, draft.links))
        if draft.region:
            action: Action = "extract" if draft.region == HEADLINE else "drop"
            rule, kind = entry_name(draft.region), KINDS[draft.region]
            outside.append(Removal(index, action, rule, version, kind, draft.evidence))
        elif draft.tag == ARTICLE_BODY and index == 0:
            outside.append(Removal(index, "tag", entry_name(ARTICLE_BODY), version, "structure"))
        elif draft.kept_by:
            outside.append(
                Removal(index, "tag", draft.kept_by.name, draft.kept_by.version or version, draft.kept_by.kind)
            )
        line += draft.text.count("\n") + len(GAP)
        start = end + len(GAP)
    return tuple(blocks), tuple(outside)


def _evidence(
    layout: Layout, groups: Sequence[Group], judged: Judged, model: PageModel | None
) -> list[tuple[str, ...]]:
    """Return the features that contributed most to the removal of each region's longest line."""
    none: list[tuple[str, ...]] = [()] * len(groups)
    if not judged.prediction or not model:
        return none
    asked: dict[int, int] = {}
    for at, group in enumerate(groups):
        places = [place for place in range(group.start, group.end) if place in judged.rows]
        if group.region not in ("", HEADLINE) and places:
            asked[at] = judged.rows[max(places, key=lambda place: len(layout.lines[place].text))]
    for at, names in zip(asked, against(judged.prediction, model, tuple(asked.values())), strict=True):
        none[at] = names
    return none


def _hidden_story(layout: Layout, said: Said, keeps: Sequence[bool]) -> tuple[str, ...]:
    """Return the paragraphs of the articleBody, else of the state for scripts, if the page shows only a part.

    A script would fill such a page.
    """
    parts = paragraphs(said.body)
    # A brief is shorter than what counts as a story beside other prose: it must be all the prose there is.
    least = MIN_BODY if any(_prose(_uncontrolled(layout))) else MIN_SENTENCE
    if _is_unseen(layout, parts, keeps, least):
        return parts
    story = [line for line, is_kept in zip(layout.lines, keeps, strict=True) if is_kept]
    if any(sum(_prose(lines)) >= MIN_PROSE for lines in (story, layout.lines)):
        return ()
    headings = (line.text for line in layout.lines if layout.boxes[line.box].name == "h1")
    parts = story_of(_states(layout), (said.title, *headings))
    return parts if _is_unseen(layout, parts, keeps, MIN_BODY) else ()


def _states(layout: Layout) -> Iterator[str]:
    """Yield what a page gives its scripts: in scripts of its own, and in attributes, as data-page of Inertia."""
    yield from (clue.content for clue in layout.clues if clue.name == "state")
    for box in layout.boxes:
        values = (box.attributes or {}).values()
        yield from (value for value in values if MIN_STATE <= len(value) <= MAX_SCRIPT and value[0] in "{[")


def _uncontrolled(layout: Layout) -> list[Line]:
    """Return the lines of a page without those of controls: notices for browsers without scripts."""
    return [line for line in layout.lines if not layout.boxes[line.box].control]


def _is_unseen(layout: Layout, parts: Sequence[str], keeps: Sequence[bool], least: int) -> bool:
    """Return whether paragraphs have the bytes of a story, and the page shows less than half of it.

    Kept lines count as shown, because the words of the data may differ.  On a page that shows nothing of the story,
    teasers may be kept, so there only a kept text that is longer than the story counts.
    """
    if sum(len(part.encode()) for part in parts) < least:
        return False
    on_page = letters_of([line.text for line in layout.lines])
    shown = sum(len(letters) for letters, is_kept in zip(on_page, keeps, strict=True) if is_kept)
    page, story = "".join(on_page), "".join(letters_of(parts))
    apart = PIECE * (1 + len(story) // (PIECE * MAX_PIECES))
    pieces = [story[at : at + PIECE] for at in range(0, len(story), apart)]
    found = sum(len(piece) for piece in pieces if piece in page) * apart // PIECE
    return max(shown, found) < SHOWN * len(story) or (shown < len(story) and found < HARDLY * len(story))


def _status(layout: Layout, said: Said, keeps: Sequence[bool], body: Sequence[str]) -> PageStatus:
    """Return the status of a page that says that it is paywalled, or of which no prose was kept."""
    pairs = list(zip(layout.lines, keeps, strict=True))
    story = sum(map(len, body)) + sum(len(line.text) for line, is_kept in pairs if is_kept)
    if said.is_paywalled and story < MAX_PREVIEW:
        return "paywalled"
    outside = [line for line, is_kept in pairs if not is_kept] if story < MIN_STORY else []
    return "suspect" if sum(_prose(outside)) >= MIN_PROSE else ""


def _prose(lines: Sequence[Line]) -> list[int]:
    """Return the characters of each line of prose, 0 for other lines."""
    found = [0] * len(lines)
    long = [
        place
        for place, line in enumerate(lines)
        if 3 * line.linked < len(line.text) and chars_of(line.text) >= MIN_SENTENCE
    ]
    for place, end in zip(long, endings([lines[place].text for place in long]), strict=True):
        found[place] = chars_of(lines[place].text) if end in (1, 2) else 0
    return found
