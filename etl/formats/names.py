"""Names under which programs and interfaces write what an article record holds.  docs/formats.md shows these tables.

A name with dots is a path: "data.content" is `content` in the object `data`.  The first name with something usable in
it is taken; a field that is taken does not stand in `metadata` any more.
"""

import re

# trafilatura, newspaper4k, news-please, fundus, datatrove, OSCAR (`content`), schema.org, NewsAPI, the Guardian's and
# WordPress's interface, Kaggle's sets.  What was cut down (`raw_text`, `summary`, `description`) is taken last.
TEXT_NAMES = (
    *("text", "content", "body", "article", "maintext", "article_text", "articleBody", "article_body", "plaintext"),
    *("main_text", "full_text", "fulltext", "clean_text", "cleaned_text", "text_content", "textContent", "bodyText"),
    *("fields.bodyText", "data.text", "data.content", "_source.text", "_source.content", "story", "raw_text"),
    *("raw_content", "plain_text", "page_content"),
)
HTML_NAMES = (
    *("html", "raw_html", "rawHtml", "content_html", "contentHtml", "body_html", "article_html", "html_content"),
    *("fields.body", "html.content", "summary_html", "page_html"),
)
# Last: of a record that has nothing longer these are a teaser.
TEASER_NAMES = ("summary", "description", "excerpt", "lead", "abstract", "snippet", "lead_paragraph")

FACT_NAMES: dict[str, tuple[str, ...]] = {
    "headline": (
        *("headline", "title", "webTitle", "headline.main", "article_title", "title_page", "title_rss", "headlines"),
        *("titel", "metadata.title", "data.title", "_source.title", "og:title"),
    ),
    "publisher": (
        *("publisher", "site_name", "sitename", "source_name", "source-hostname", "source.name", "source.title"),
        *("meta_site_name", "html.source_info.publisher", "publication", "outlet", "media_name", "newspaper"),
        *("source_domain", "thread.site_full", "hostname", "domain", "clean_url", "metadata.publisher", "og:site_name"),
        *("metadata.sitename",),
    ),
    "author": (
        *("author", "authors", "byline", "byline.original", "creator", "dc:creator", "fields.byline", "writer"),
        *("metadata.author", "metadata.authors", "_source.author"),
    ),
    "created": (
        *("created", "date", "published", "date_publish", "publish_date", "publishing_date", "publishedAt", "pubDate"),
        *("datePublished", "date_published", "published_date", "publication_date", "published_at", "publishedDate"),
        *("published_time", "published_on", "pub_date", "webPublicationDate", "dateTime", "datetime", "date_gmt"),
        *("created_at", "createdAt", "timestamp", "metadata.date", "metadata.published", "_source.date", "datum"),
    ),
    "url": (
        *("url", "link", "canonical_link", "webUrl", "web_url", "uri", "source_url", "page_url", "article_url", "href"),
        *("WARC-Target-URI", "warc_headers.warc-target-uri", "warc-target-uri", "html.responded_url", "permalink"),
        *("html.requested_url", "mainEntityOfPage.@id", "mainEntityOfPage", "metadata.url", "_source.url", "source"),
    ),
    "language": (
        *("language", "lang", "inLanguage", "meta_lang", "language_code", "languageCode", "metadata.language"),
        *("metadata.identification.label", "warc_headers.warc-identified-content-language", "sprache", "locale"),
    ),
}
# The first that is a string or a whole number is the record's own id.
ID_NAMES = ("id", "_id", "guid", "uuid", "article_id", "_source.id")

# Within an object that stands where a text is expected: WordPress ("rendered"), feedparser ("value"), Mongo ("$date").
VALUE_NAMES = ("rendered", "value", "text", "html", "content", "name", "title", "main", "$date", "$numberLong", "$oid")

# Lists of these hold the records of an answer that is one object: NewsAPI, the Guardian, Elasticsearch, JSON Feed.
LIST_NAMES = (
    *("articles", "items", "results", "response.results", "response.docs", "hits.hits", "data", "docs", "records"),
    *("entries", "posts", "news", "stories", "documents", "rows", "data.articles", "data.items", "@graph"),
)

# As language detectors (ISO 639-3) and people write the languages that rules know.
LANGUAGE_CODES = {
    **{"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt"},
    **{"nld": "nl", "dut": "nl", "pol": "pl", "ces": "cs", "cze": "cs", "rus": "ru", "ukr": "uk", "bel": "be"},
    **{"tur": "tr", "ron": "ro", "rum": "ro", "hun": "hu", "swe": "sv", "dan": "da", "nor": "no", "nob": "no"},
    **{"fin": "fi", "ell": "el", "gre": "el", "hrv": "hr", "lit": "lt", "lav": "lv", "ind": "id", "vie": "vi"},
    **{"ara": "ar", "arb": "ar", "hin": "hi", "jpn": "ja", "kor": "ko", "zho": "zh", "chi": "zh", "cmn": "zh"},
    **{"english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es"},
    **{"español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl"},
    **{"polish": "pl", "czech": "cs", "russian": "ru", "ukrainian": "uk", "belarusian": "be", "turkish": "tr"},
    **{"romanian": "ro", "hungarian": "hu", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi"},
    **{"greek": "el", "croatian": "hr", "lithuanian": "lt", "latvian": "lv", "indonesian": "id", "arabic": "ar"},
    **{"vietnamese": "vi", "hindi": "hi", "japanese": "ja", "korean": "ko", "chinese": "zh", "nb": "no", "nn": "no"},
}

_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")


def language_code(said: str) -> str:
    """Return the first subtag of a language code, or the code of a language's name; "" if it is neither.

    >>> language_code("en-GB"), language_code("deu_Latn"), language_code("German"), language_code("mixed")
    ('en', 'de', 'de', '')
    """
    said = said.strip().lower()
    if said in LANGUAGE_CODES:
        return LANGUAGE_CODES[said]
    match = _CODE.fullmatch(said)
    return LANGUAGE_CODES.get(match[1], match[1]) if match else ""
