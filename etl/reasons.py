"""The names in the audit that are not rules of a pack, with their meaning."""

from msgspec import Struct


class Reason(Struct, frozen=True, gc=False):
    """A name in the audit that is not a rule: its meaning in a few words, and the reason for it."""

    name: str
    title: str
    why: str


_ROWS = (
    # Structure of a document.
    ("structure/gap", "Unusual white space between paragraphs",
     "Articles have one blank line between paragraphs; `restore` needs the original white space."),
    ("structure/kicker", "Keywords above a headline", "They are on a line above the headline of a story."),
    ("structure/headline", "Headline, now in its field",
     "It is in the article's `headline`, so it is removed from the text."),
    ("structure/headline-again", "Repeated headline", "Pages print it above the story and again inside it."),
    ("structure/masthead", "Head of an archived article", "Archives put publication, date and author above the text."),
    ("structure/empty", "Block without text after repair", "It had only invisible characters."),
    # Surroundings.
    ("classifier/furniture", "Furniture without a label, by its words, its form and its neighbours",
     "A trained model scores each block; `also` in the audit lists the features that decided."),
    ("protected/sentence", "Sentence of the story, kept although a rule matched",
     "Its neighbours alone are never a reason to remove a sentence of the story."),
    ("protected/lead-or-end", "Lead or end of the story, kept although a rule matched",
     "A rule that matches the lead or the end of a story is probably wrong; the article's status is `suspect`."),
    # Copies.
    ("duplicate/exact", "Exact copy of an earlier paragraph",
     "Its words are those of the paragraph in `duplicate_of`."),
    ("duplicate/near", "Near-duplicate of an earlier paragraph",
     "`similarity` is the Jaccard similarity of their word triples; `residue` lists words that the kept one lacks."),
    ("duplicate/end", "End of the audit of `dedup`", "Without it, an audit that was cut off would look complete."),
    ("duplicate/article", "Paragraph of an article that is a copy",
     "At least 80 % of the words of its article are copied from one other article, `duplicate_of`."),
    # Parts of a page around its story.
    ("page/dialog", "Dialog of a page", "A notice that lies over the page: consent, newsletter, age."),
    ("page/comments", "Comments below a story", "Readers wrote them."),
    ("page/nav", "Navigation of a page", "Menus, breadcrumbs, lists of sections."),
    ("page/footer", "Footer of a page", "Imprint, copyright, addresses."),
    ("page/caption", "Caption of a picture", "It stands inside a figure of the page."),
    ("page/form", "Form of a page", "Search, login, newsletter."),
    ("page/button", "Button of a page", "A control with words on it."),
    ("page/header", "Header of a page", "Name, logo and slogan of the site."),
    ("page/aside", "Aside of a page", "A box beside the story."),
    ("page/hidden", "Hidden part of a page", "A browser does not show it."),
    ("page/control", "Control of a page", "Words of a player, a gallery or a share bar."),
    ("page/headline", "Headline of a page outside its story", "The article's `headline` has it."),
    ("page/links", "List of links on a page", "Most of its characters are links."),
    ("page/outside", "Part of a page outside its story", "The page model did not find it to be part of the story."),
    ("page/article-body", "Text that is only in the metadata of a page",
     "The story is in the JSON-LD or in the state for scripts, and the page does not show it."),
    ("page/entry-time", "Time of an entry, kept",
     "It separates the entries of a live blog; rules on times do not judge it."),
    # Damage that is proved, and repaired.
    ("repair/surrogate", "Halves of a surrogate pair", "Two halves are one character; a half alone is lost."),
    ("repair/terminal", "Escape sequence of a terminal", "It sets a colour or a title, and is not text."),
    ("repair/control", "Control character", "NUL, bell, delete: nobody types them."),
    ("repair/entity", "HTML entity in plain text", "It ends in a semicolon, and its name exists."),
    ("repair/escape", "Escape of a program, such as \\u2019", "A program wrote it, and no program read it back."),
    ("repair/quoted-printable", "Character as e-mail writes it, such as =E2=80=99", "Its bytes are valid UTF-8."),
    ("repair/charset", "Document that was read in the wrong encoding",
     "After the repair, all of its letters are in the alphabet of its language. Before, many were not."),
    ("repair/mojibake", "UTF-8 that was read as another encoding", "Converted back, it is valid UTF-8."),
    ("repair/ligature", "Ligature of a printer", "ﬁ is how a printer sets fi."),
    ("repair/width", "Full-width letters", "They are ASCII letters in a wide form."),
    ("repair/compose", "Letter and accent as two characters", "They are one character that looks the same."),
    ("repair/soft-hyphen", "Soft hyphen", "It tells a typesetter where a word may be broken."),
    ("repair/zero-width", "Character without width", "It is invisible, and spells nothing."),
    ("repair/breaks", "Line break of another kind", "All line breaks are written in one way."),
    ("repair/wrapped", "Line break within Chinese or Japanese",
     "Chinese and Japanese have no space where a line was wrapped."),
    ("repair/label", "Label that is joined with its text", "A page had them in two elements."),
    ("repair/spaces", "Runs of spaces, and no-break spaces", "They serve the layout of a page."),
    # Damage that is likely: flagged, and changed by `--repair risky` where a guess is good enough.
    ("repair/question-apostrophe", "Question mark for an apostrophe", "An encoder could not represent it: `don?t`."),
    ("repair/question-quotes", "Question marks for quotation marks", "An encoder could not represent them."),
    ("repair/question-joined", "Question mark between two words", "It may stand for a dash or an apostrophe."),
    ("repair/cut-mojibake", "Mojibake of which a part is lost", "The third byte of a quotation mark is gone."),
    ("repair/stripped-apostrophe", "Mojibake without its control characters",
     "`doesnât`: one of three characters is left."),
    ("repair/stripped-quotes", "Quotation marks of mojibake, stripped", "One of three characters is left of each."),
    ("repair/lost-apostrophe", "Replacement character for an apostrophe", "A decoder could not read it."),
    ("repair/lost-character", "Replacement character", "A decoder could not read the original."),
    ("repair/entity-open", "HTML entity without its semicolon", "Browsers also guess it."),
    ("repair/entity-markup", "Escaped angle bracket", "It may be intended."),
    ("repair/escape-newline", "Line break written as \\n", "It stands between two sentences."),
    ("repair/percent-escape", "Percent escapes outside an address", "They are valid UTF-8."),
    ("repair/cyrillic-as-latin", "Cyrillic that was read as Latin-1", "It reads as a Russian word."),
    ("repair/macroman-apostrophe", "Apostrophe of Mac Roman", "`donÕt`: every byte is a character in both."),
    ("repair/polish-as-latin", "Polish that was read as Latin-1", "ñ is where only ń is possible."),
    ("repair/ascii-quotes", "Quotation marks of a typewriter", "Two accents or two apostrophes for a quotation mark."),
    ("repair/acute-apostrophe", "Accent for an apostrophe", "´ is within a word."),
    ("repair/src-for-zero", "`src` for the digit 0", "A template put it there: `2src2src`."),
    ("repair/missing-space", "Sentences without a space between them", "A page had them in two elements."),
    ("repair/joined-link", "Link that is joined with a sentence", "`… on Sunday.Read more`."),
    ("repair/hyphen-break", "Word that is broken at the end of a line", "No other place proves that it is one word."),
    ("repair/half-width", "Half-width katakana", "They are ordinary katakana in a narrow form."),
    ("repair/symbol-font", "Bullet of a symbol font", "Wingdings and Symbol use codes that other fonts lack."),
    ("repair/private-use", "Character for private use", "Its meaning is a private agreement."),
    ("repair/noncharacter", "Code that is not a character", "Unicode will never assign it."),
    ("repair/lost-possessive", "Name that lost its apostrophe", "`Belaruss president`: the name has no plural."),
    ("repair/bidi-override", "Mark that changes the direction of writing", "What a reader sees has another order."),
    ("repair/homoglyph", "Letters of two alphabets in a word", "It looks like another word."),
)  # fmt: skip

REASONS = {name: Reason(name, title, why) for name, title, why in _ROWS}
