"""`copydesk schema`: the formats that copydesk writes and reads, and the meaning of each field."""

import click
import msgspec

from etl.cli.command import GroupedCommand
from etl.writers import indented_json

ARTICLE = {
    "schema": "Version of this schema; it changes if the meaning of a field changes.",
    "id": "Id of the article, made from its place in the input: path, row, record, index. Rules do not change it, "
    "unless they separate stories (`start-article`, `end-article`).",
    "text": "The kept blocks, repaired, separated by blank lines. It may be empty: see `status`.",
    "source": "Name of the input without folders and endings; `origin.path` is the full path.",
    "created": "When the article was published, as its source says; in UTC with milliseconds.",
    "added": "When this record was made. Only this field differs between two runs of the same input. --added sets it.",
    "url": "Address of the article, as its source says.",
    "headline": "Headline, without the publisher that pages append to it.",
    "publisher": "Name of the publisher as copydesk knows it, or as the source says.",
    "author": "Names of the authors. They are separated by semicolons if they are from a page, and by commas if they "
    "are from a list in a record.",
    "language": "Language of the text as ISO 639 code, such as en: from its source, or detected.",
    "status": "full: none of the following; teaser: the text ends with an ellipsis, or at a notice that there is more "
    "text (such as 'Subscribe to read on'); stub: there is no text, with or without a headline; paywalled: the data of "
    "the page says that the article is not free, and the text is short; suspect: a person should look at the article, "
    "because rules matched all of its sentences, or its first or last sentence, or because most prose of an HTML page "
    "stands outside the story that was found.",
    "word_count": "Words of `text`.",
    "removed_ratio": "Share of the article's characters that was removed or moved into a field. White space "
    "between blocks is not counted.",
    "duplicate_ratio": "Share of the article's characters that was removed as duplicates; part of `removed_ratio`.",
    "text_sha256": "SHA-256 of `text`; `restore` uses it to verify that the text was not edited.",
    "origin": "Place of the article in the input.",
    "metadata": "The other fields of the input's record, as a JSON object in a string.",
    "captions": "Picture captions that were removed from the text, each with `text` and `credit`, as a JSON array "
    "in a string; only with --captions.",
    "markdown": "`text` in Markdown, with headings, lists, quotations and tables; only with --structure markdown. It "
    "has links only with --links.",
}
ORIGIN = {
    "path": "Input, as it was named on the command line; - is standard input.",
    "record": "The record's own id, or its row. If a row holds a list of records, the second record of row 7 is `7.2`. "
    "Empty for a file that is one document.",
    "row": "Number of the record in its file, from 1. In JSON lines and CSV, the line on which the record begins; in "
    "WARC, its offset. All records of a list in one JSON object have the row of this object.",
    "sha256": "SHA-256 of the raw document.",
    "index": "Number of the article in its document, from 0.",
    "line_start": "First line of the article in the decoded text, from 1.",
    "line_end": "Last line of the article.",
    "char_start": "First character of the article in the decoded text, from 0.",
    "char_end": "Place after the last character of the article.",
    "encoding": "Encoding of the raw document.",
    "gap": "Usual white space between two blocks.",
}
AUDIT = {
    "schema": "Version of this schema.",
    "article_id": "`id` of the article that the entry belongs to.",
    "path": "Input, as in the article's `origin`.",
    "record": "Record, as in the article's `origin`.",
    "row": "Row, as in the article's `origin`. In the `end` entry: number of documents.",
    "line": "Line of the decoded text, from 1.",
    "char_start": "First character of `before` in the decoded text, from 0.",
    "char_end": "Place after the last character of `before`. In the `document` entry: length of the decoded text.",
    "action": "drop: a block is removed; cut: a part of a block is removed; repair: characters of a block are changed; "
    "extract: a block is moved into a field; tag: a block is kept, and only named in the audit; reject: a whole "
    "article is removed, because it is not an article; duplicate: a block or an article is removed as a duplicate; "
    "structure: unusual white space between two blocks; document: the first entry of a document; end: the last entry "
    "of the audit.",
    "rule": "Rule that made the change: copydesk rules show NAME explains it. If several repairs or cuts changed the "
    "same characters, their names are joined by +.",
    "rule_version": "Version of the rule's pack.",
    "also": "Other rules that match the block; for the classifier, its features. In the `document` entry: the "
    "articles, each as id:sha256 of its text.",
    "kind": "What the block is: caption, credit, link, notice, player, structure (a headline, menu or separator), "
    "glitch (damage, or text that a tool left) or duplicate.",
    "before": "Characters of the decoded text that were removed, changed or tagged.",
    "after": "Text that replaces `before` in the article; empty if nothing replaces it.",
    "gap": "White space that was removed with a block.",
    "duplicate_of": "For a duplicate: the block that is kept, as article:line, or the article; in the audit of "
    "`dedup`, the record.",
    "similarity": "For a duplicate: Jaccard similarity of the word triples (in `dedup`: of the shingles that "
    "--shingles chooses); for a whole article, its copied share.",
    "residue": "For a near-duplicate: its words that the kept block lacks.",
    "line_sha256": "SHA-256 of `before`. An exception can name a line by the first digits of this hash. In the "
    "`document` entry: SHA-256 of the decoded text. In the `end` entry: a checksum of all documents.",
}
REJECT = {
    "schema": "Version of this schema.",
    "path": "Input that could not be read.",
    "row": "Row of the record that could not be read, from 1.",
    "reason": "Why the file or record could not be read.",
    "bytes": "The raw document in base64, at most its first 64 KiB.",
}


@click.command(cls=GroupedCommand)
@click.argument("what", type=click.Choice(["article", "audit", "reject", "rules"]))
def schema(what: str) -> None:
    """Print the JSON Schema of what copydesk writes (article, audit, reject) or reads (rules).

    \b
    Example:
      copydesk schema article > article.schema.json
    """
    from etl.audit import Entry
    from etl.pipeline.job import RejectLine
    from etl.record import Record
    from etl.rules.language import Pack

    nouns = {"article": Record, "audit": Entry, "reject": RejectLine, "rules": Pack}
    found = msgspec.json.schema(nouns[what])
    for noun, described in {"Record": ARTICLE, "Origin": ORIGIN, "Entry": AUDIT, "RejectLine": REJECT}.items():
        for name, field in found["$defs"].get(noun, {}).get("properties", {}).items():
            field["description"] = described[name]
    full = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"copydesk {what}, version 1", **found}
    click.echo(indented_json(full), nl=False)
