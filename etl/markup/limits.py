"""How many lines and elements one document may have."""

# Lines with text.  A page takes some 500 bytes for each before its paragraphs are counted: 64 MiB of "<p>x" would take
# 8 GB.
MAX_LINES = 1_500_000


# Elements of a page that are set as blocks, such as <div>.  Each takes some 450 to 900 bytes, also if it is empty:
# 64 MiB of "<h2>" would take 8 GB.
MAX_ELEMENTS = 2_000_000


class TooMany(Exception):
    """A document of more lines, elements or paragraphs than it may have; says of what, and how many these are."""
