"""How many lines one document may have."""

# Lines with text.  A page takes some 500 bytes for each before its paragraphs are counted: 64 MiB of "<p>x" would take
# 8 GB.
MAX_LINES = 1_500_000


class TooManyLines(Exception):
    """A document of more than MAX_LINES lines."""
