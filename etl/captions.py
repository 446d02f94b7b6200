"""Captions of pictures, with their credits: made from the captions that rules and the page model removed."""

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from etl.audit import EditedArticle
from etl.lazy_regex import lazy
from etl.model import Document

# The ids, in any pack, of rules of kind "credit" that match credits of pictures; the others match bylines.
PICTURE_CREDITS = frozenset(
    (
        *("photo-credit", "agency-alone", "agency-credit", "copyright-credit", "courtesy", "credit-labelled"),
        *("image-buttons", "inline-bbc-credit", "inline-credit-agency", "inline-credit-brackets"),
        "inline-caption-buttons",
    )
)

_KIND = (
    r"(?:photo(?:graph|graphy|graphie|grafía)?s?|images?|pictures?|pics?|fotos?|fotografía|imagen|bilder|bild|zdjęcie|fot\."
    r"|фото|снимок|写真|图片|照片|사진)"
)
_CREDIT = r"(?:credits?|crédits?|créditos?|source|quelle|by|courtesy of|von|de|par|di|via)"
# "Photograph: Marta Oake/AP", "Image credit: …", "Crédit photo : …", "Foto: …", "© …" stand anywhere, with a capital;
# "Photo by …" at the start, or behind a sentence.
_LABEL = lazy(
    rf"(?:^|\b(?=[A-Z])|(?=[^\x00-\x7f]))(?i:{_KIND}(?:\s+{_CREDIT})?|{_CREDIT}(?:\s+{_KIND})?)\s*[:：]\s*"
    rf"|(?:^|(?<=[.!?…)\]\"”’,;|/–—-])\s*)(?i:{_KIND}\s+(?:by|courtesy of|credit|source|copyright)\b,?)\s*"
    r"|(?<!\w)(?:©|\([cC]\))\s*"
)
_AGENCY = (
    r"(?:AP|AFP|Reuters|REUTERS|EPA|PA|DPA|dpa|ANSA|EFE|TASS|Xinhua|Getty(?: Images)?|Shutterstock|Alamy|iStock"
    r"|Unsplash|Bloomberg|Associated Press|AP Photo|PA (?:Media|Wire)|[Ii]mago|picture[- ]alliance|Handout)"
)
# "… for the last time. Marta Oake / AP", "… (AP Photo/Marta Oake)", "… [Marta Oake/Reuters]".
_AT_END = lazy(
    rf"(?<!\s)\s*[(\[]([^()\[\]]{{0,200}}\b{_AGENCY}\b[^()\[\]]{{0,200}}|[A-Z][^()\[\]\d]{{1,40}})[)\]]\s*$"
    rf"|(?<=[.!?…])\s+((?:[^\s.!?]+\s+){{0,5}}?[^\s.!?]*\b{_AGENCY}\b[^.!?]{{0,40}})$"
)
# Most words of a line that is only a credit: "Andrew Roth/The Washington Post via Getty Images".
_BETWEEN_NAMES = lazy(r"[\s/|,]+")
_SMALL_WORDS = frozenset(("via", "for", "of", "and", "de", "von"))
MAX_CREDIT_WORDS = 10
_OPENING = lazy(r"^(?:(?:image|photo|picture|media|video)\s+)?caption(?:\s*[,:]|\s|$)\s*", re.I)
_AGENCY_ALONE = lazy(rf"\b{_AGENCY}\b")
_AROUND = " \t,;:|/–—-"
_BUTTONS = lazy(r"(?<!\s)\s*\b(?:hide|toggle) caption\b\s*", re.I)


class Caption(Struct, frozen=True, gc=False):
    """The caption of a picture and its credit; one of the two may be ""."""

    text: str
    credit: str = ""


LABEL_ALONE = Caption("")


class _Found(Struct, frozen=True, gc=False):
    block: int
    caption: Caption


def captions(document: Document, edited: EditedArticle) -> tuple[Caption, ...]:
    """Return the captions that were removed from an article, in reading order and each once, with their credits."""
    found: list[_Found] = []
    for one in _taken(document, edited):
        is_near = bool(found) and one.block - found[-1].block <= 1
        if one.caption == LABEL_ALONE:  # between a credit and its caption: "Getty Images", "Image caption", "The ferry"
            if is_near and not found[-1].caption.text:
                found[-1] = _Found(one.block, found[-1].caption)
        elif is_near and (joined := _joined(found[-1], one)):
            found[-1] = joined
        else:
            found.append(one)
    return tuple(dict.fromkeys(one.caption for one in found))


def as_json(found: tuple[Caption, ...]) -> str:
    """Return captions as a JSON array in a string, as a record has them."""
    return msgspec.json.encode(found).decode()


def _joined(last: _Found, one: _Found) -> _Found | None:
    """Return a caption joined with the credit on the line next to it; None if they do not belong together."""
    before, after = last.caption, one.caption
    if not after.text and after.credit == before.credit:  # printed twice, as on pages with buttons for captions
        return last
    if before.text and not before.credit and not after.text:
        return _Found(one.block, Caption(before.text, after.credit))
    if after.text and not after.credit and not before.text:
        return _Found(one.block, Caption(after.text, before.credit))
    return None


def _taken(document: Document, edited: EditedArticle) -> Iterator[_Found]:
    texts = {block.index: block.text for block in edited.blocks}
    removals = {one.block: one for one in edited.removals if one.action != "tag"}
    for index, text in texts.items():
        removal = removals.get(index)
        if removal and _is_of_picture(removal.kind, (removal.rule, *removal.also)):
            yield from _parted(index, text, removal.kind)
        for repair in document.repairs[index] if index not in removals else ():
            if repair.action == "cut" and _is_of_picture(repair.kind, repair.steps):
                yield from _parted(index, repair.before, repair.kind)


def _is_of_picture(kind: str, rules: Iterable[str]) -> bool:
    return kind == "caption" or any(rule.rpartition("/")[2] in PICTURE_CREDITS for rule in rules)


def _parted(index: int, text: str, kind: str) -> Iterator[_Found]:
    """Yield the captions in a removed text, one per line: a region of a page may have several."""
    for line in text.splitlines():
        line = _OPENING.sub("", _BUTTONS.sub(" ", line)).strip(_AROUND)
        if line:
            caption = parted(line)
            if kind == "credit" and not caption.credit:
                caption = Caption("", caption.text)
            yield _Found(index, caption)
        else:
            yield _Found(index, LABEL_ALONE)


def parted(line: str) -> Caption:
    """Return the caption and the credit in a line.

    >>> parted("The ferry leaves. Photograph: Marta Oake/AP")
    Caption(text='The ferry leaves.', credit='Marta Oake/AP')
    >>> parted("Getty Images"), parted("Crowds on the quay (AP Photo/Marta Oake)").credit
    (Caption(text='', credit='Getty Images'), 'AP Photo/Marta Oake')
    """
    if _is_credit(line):
        text, credit = "", line
    elif match := _AT_END.search(line):
        text, credit = line[: match.start()], match[1] or match[2]
    elif match := _LABEL.search(line):
        text, credit = line[: match.start()], line[match.end() :]
    else:
        return Caption(line)
    credit = _LABEL.sub("", credit, count=1) if _LABEL.match(credit) else credit
    is_bracketed = credit.count(")") > credit.count("(") or credit.count("]") > credit.count("[")
    return Caption(text.rstrip("([ ").strip(_AROUND), credit.strip(_AROUND + (".)]" if is_bracketed else ".")))


def _is_credit(line: str) -> bool:
    """Return whether a line consists only of names, at least one of them an agency."""
    words = _BETWEEN_NAMES.split(line)
    are_names = len(words) <= MAX_CREDIT_WORDS and all(word[:1].isupper() or word in _SMALL_WORDS for word in words)
    return are_names and bool(_AGENCY_ALONE.search(line))
