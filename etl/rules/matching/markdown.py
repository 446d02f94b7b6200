"""Lines of Markdown in plain text, as a reader sees them: the words of links, headings and emphasis without marks."""

from etl.fold import ORNAMENTS
from etl.lazy_regex import lazy

# Characters of a line outside its links, such as "By" or "Filed under:".  A line with more is prose with links, and is
# not changed.
MAX_BESIDE_LINKS = 40
# Characters.  A menu of twenty links with long addresses has some 3,000.
MAX_LINE_OF_LINKS = 8_000
# Characters.  No label is longer.  In a paragraph, rules cut furniture by its place, and removing marks would move it.
MAX_MARKED = 300

# The words of a link may have a picture, ![words](address).  A picture that is not a link is not changed, because a
# rule matches its marks.
_LINK = lazy(
    r"(?<!!)\[((?:!\[[^\[\]]*\]\([^()\s]*\)|[^\[\]])*+)\]"
    r"\((?:[^()\s]|\([^()\s]*\))*+(?: +\"[^\"]*\")?\)"
)
_HEADING = lazy(r"#{1,6} +(?=\S)")
_EMPHASIS = lazy(r"(\*{1,3}|_{1,3})(?=[^\s*_])([^*\n]+)(?<=[^\s*_])\1")
_MARKS = ("#", "*", "_")
_ITEMS = ("* ", "- ", "+ ")


def shown(text: str) -> str:
    """Return a line of links, a heading or an emphasised line as a reader sees it; any other text as it is.

    >>> shown("[Home](https://a.example/) | [News](/news)"), shown("* [Home](/)"), shown("By [Jane Roe](/jane-roe)")
    ('Home | News', 'Home', 'By Jane Roe')
    >>> shown("## Related stories"), shown("**[Read more](/more)**"), shown("*Photo: Jane Roe*")
    ('Related stories', 'Read more', 'Photo: Jane Roe')
    >>> shown("[![Advertisement](a.png)](/ad)"), shown("[](/ad)")
    ('![Advertisement](a.png)', '[](/ad)')
    """
    words = _without_addresses(text) if "](" in text else text
    if not words.startswith(_MARKS) or len(words) > MAX_MARKED:
        return words
    words = _HEADING.sub("", words, count=1) if words.startswith("#") else words
    emphasised = _EMPHASIS.fullmatch(words)
    return emphasised[2] if emphasised else words


def _without_addresses(text: str) -> str:
    if len(text) > MAX_LINE_OF_LINKS:
        return text
    beside, links = _LINK.subn("", text)
    if not links or len(beside.strip()) > MAX_BESIDE_LINKS:
        return text
    words = _LINK.sub(r"\1", text)
    if not words.strip(ORNAMENTS):
        return text
    return words if links > 1 or not words.startswith(_ITEMS) or beside.strip(ORNAMENTS) else words[2:].lstrip()
