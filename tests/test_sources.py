"""What a source says beside its text: which language it is in, who wrote it, under which headline."""

import pytest

import etl

ENGLISH = (
    "The council in Corley approved its budget for the winter after 12 days of talks, and the mayor said that the rain "
    "had cost the town more than the new bridge would have done."
)
GERMAN = (
    "Der Stadtrat von Corley hat nach zwölf Tagen den Haushalt für den Winter beschlossen, und die Bürgermeisterin "
    "sagte, dass der Regen die Stadt mehr gekostet habe als die neue Brücke."
)
MENU = "<nav><a href=/>Startseite</a> <a href=/p>Politik und alles, was sonst noch in der Stadt geschehen ist</a></nav>"


def page(lang: str, *paragraphs: str, around: str = "") -> str:
    body = "".join(f"<p>{one} ({number})</p>" for number, one in enumerate(paragraphs))
    return f"<!doctype html><html lang={lang}><body>{around}<article>{body}</article></body></html>"


@pytest.mark.parametrize(
    ("document", "language"),
    [
        pytest.param(page("en", GERMAN, GERMAN[4:]), "de", id="what the template says, over a text in German"),
        pytest.param(page("de", ENGLISH, ENGLISH[4:], around=MENU * 9), "en", id="a menu is no part of the story"),
        pytest.param(page("de", GERMAN, GERMAN[4:]), "de", id="keeps: as it says"),
        pytest.param(page("nb", ENGLISH, GERMAN), "nb", id="keeps: paragraphs that do not agree"),
        pytest.param(page("en", "Der Stadtrat tagt."), "en", id="keeps: a text too short to tell"),
        pytest.param({"text": f"{GERMAN}\n\n{GERMAN[4:]}", "language": "en"}, "en", id="keeps: a record is believed"),
        pytest.param(f"{GERMAN}\n\n{GERMAN[4:]}", "de", id="nobody says it"),
    ],
)
def test_language_is_that_of_the_text_where_only_a_template_says_another(document: object, language: str) -> None:
    assert etl.clean(document).articles[0].language == language  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Астана әкімдігі биыл қалада 35 жаңа мектеп салынатынын және оған ұзақ уақыт кететінін мәлімдеді.", "kk"),
        ("Улаанбаатар хотын захиргаа намар гэхэд 12 шинэ цэцэрлэг ашиглалтад оруулахаар төлөвлөжээ.", "mn"),
        ("Самарқандда янги темир йўл вокзали қурилиши бошланди, маҳаллий аҳоли эски бинони сўрамоқда.", ""),
        ("ប្រជាពលរដ្ឋជាង ២០០ គ្រួសារនៅខេត្តកំពត បានតវ៉ានៅមុខសាលាខេត្ត ដើម្បីទាមទារដំណោះស្រាយដីធ្លី។", "km"),
        ("సముద్ర తీరంలో కొత్తగా పది ప్రభుత్వ ఆసుపత్రులు నిర్మించనున్నట్లు ఆరోగ్య శాఖ మంత్రి మంగళవారం ప్రకటించారు.", "te"),
        ("Bakıda mayın birindən sərnişin avtobuslarında gediş haqqı altmış qəpik olacaq, bildirib sözçü.", "az"),
        ("सिन्धुपाल्चोकमा पहिरोले पुरेको सडक पाँच दिनपछि खुलेको छ र एकतर्फी सवारी मात्र चल्न दिइएको छ।", "ne"),
        ("د اوبو د کمښت له امله په کندهار کې د انارو حاصلات سږ کال نیمایي شوي دي.", "ps"),
    ],
)
def test_a_language_that_detection_does_not_know_is_not_taken_for_another(text: str, language: str) -> None:
    assert etl.clean(text).articles[0].language == language


def test_words_of_people_beside_the_text_are_repaired_as_it_is() -> None:
    record = {
        "title": "Belarusâ€™ president\u2060 speaks &amp; waits",
        "publisher": "Ash\u200bdale Gazette",
        "author": "JosÃ© Martí",
        "url": "https://example.invalid/?a=1&amp;b=2",
        "text": ENGLISH,
    }
    (article,) = etl.clean(record).articles
    assert (article.headline, article.publisher, article.author, article.url) == (
        "Belarus’ president speaks & waits",
        "Ashdale Gazette",
        "José Martí",
        "https://example.invalid/?a=1&amp;b=2",
    )
