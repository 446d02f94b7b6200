"""Flattened pages: labels that stand between sentences go, and words of the story that are like them stay."""

import pytest

import etl

FIRST = "The council of Ashdale has voted to close the pool, and hundreds of people stood outside the hall to protest."
SECOND = "The mayor said that the money was needed for schools, and that a new pool would be built within three years."
THIRD = "A petition has 12,000 names so far. Its author, a teacher of 61, says that she will swim in the river instead."
DE = [
    "Der Stadtrat von Hellental hat beschlossen, das Schwimmbad zu schließen, und Hunderte standen vor dem Rathaus.",
    "Die Bürgermeisterin sagte, das Geld werde für Schulen gebraucht, ein neues Bad werde in drei Jahren gebaut.",
    "Eine Petition hat bisher 12.000 Namen. Ihre Verfasserin will jetzt im Fluss schwimmen, bis es ein neues gibt.",
]
ES = [
    "El Ayuntamiento de Valleseco ha votado cerrar la piscina, y cientos de vecinos protestaron frente a la sede.",
    "La alcaldesa dijo que el dinero hacía falta para los colegios y que habrá otra piscina dentro de tres años.",
    "Una petición suma ya 12.000 firmas. Su autora, una maestra de 61 años, dice que nadará en el río mientras tanto.",
]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(f"Share full article {FIRST} {SECOND} {THIRD}", [FIRST, SECOND, THIRD], id="above the text"),
        pytest.param(f"{FIRST} Continue reading the main story {SECOND} {THIRD}", [FIRST, SECOND, THIRD], id="between"),
        pytest.param(f"{FIRST} {SECOND} {THIRD} Back to top Share", [FIRST, SECOND, THIRD], id="below"),
        pytest.param(
            f"{FIRST} Advertisement SKIP ADVERTISEMENT {SECOND} {THIRD}", [FIRST, SECOND, THIRD], id="a row of labels"
        ),
        pytest.param(
            f"{FIRST} Share on Facebook Share on Twitter Copy link {SECOND} {THIRD}",
            [FIRST, SECOND, THIRD],
            id="a share bar",
        ),
        pytest.param(
            f"{FIRST}Advertisement{SECOND}Sign up for our newsletter{THIRD}Share this article",
            [FIRST, SECOND, THIRD],
            id="glued",
        ),
        pytest.param(f"Artikel anhören Link kopieren {' '.join(DE)} Zur Startseite", DE, id="German"),
        pytest.param(f"{DE[0]} Artikel teilen {DE[1]} Kommentar schreiben {DE[2]}", DE, id="German, between"),
        pytest.param(f"{ES[0]} Compartir en Facebook {ES[1]} Más información {ES[2]}", ES, id="Spanish"),
    ],
)
def test_labels_between_sentences_go(text: str, left: list[str]) -> None:
    done = etl.clean(text)
    (record,) = done.articles
    assert record.text.replace(" ", "") == "".join(left).replace(" ", "")
    assert {entry.action for entry in done.audit if entry.rule.startswith(("core/", "de/", "es/"))} == {"cut"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Home Secretary Jane Roe was not asked, her office said on Monday.",
        "Comments Smith made in May were read out to the hall.",
        "Print is not dead, the editor said.",
        "Read more books, she told the children of Ashdale.",
        "Share prices of the builder fell by a tenth on Friday.",
        "Back to the river, the banners said.",
        "Learn from Norrvik, where the pool was saved, she told them.",
        "News Corp said that it would not comment.",
        "“Close the pool, close the town,” they sang.",
        "Save the pool, they wrote on the walls.",
        "Sign in the window of the pool: closed.",
        "Follow the money, an opponent said.",
        "World leaders have other worries, he said.",
        "Search teams went out at noon.",
    ],
)
def test_words_of_the_story_stay(sentence: str) -> None:
    (record,) = etl.clean(f"{FIRST} {sentence} {SECOND} {THIRD}").articles
    assert sentence in record.text


def test_paragraphs_of_a_page_with_lines_are_not_looked_into() -> None:
    text = f"{FIRST} Back to top {SECOND}\n\n{THIRD} {FIRST}\n\n{SECOND} {THIRD}"
    assert "Back to top" in etl.clean(text).articles[0].text


@pytest.mark.parametrize(
    ("sentences", "label", "tail"),
    [
        pytest.param(DE, "Lesen Sie auch", "Mehr zum Thema", id="German"),
        pytest.param(ES, "Lee también", "Lo más leído", id="Spanish"),
    ],
)
def test_a_label_behind_the_last_sentence_of_a_paragraph_goes(sentences: list[str], label: str, tail: str) -> None:
    text = "\n\n".join([sentences[0], f"{sentences[1]} {label}", sentences[2], tail])
    assert etl.clean(text).text == "\n\n".join(sentences)


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("Foto: Jan Nowak", id="a credit, whose caption goes with it"),
        pytest.param("Nobody read more", id="words of a sentence"),
        pytest.param("Politik", id="a section, which is a word of any text"),
    ],
)
def test_what_is_no_label_stays_behind_a_sentence(ending: str) -> None:
    done = etl.clean("\n\n".join([FIRST, f"{SECOND} {ending}", THIRD]))
    assert not [entry for entry in done.audit if entry.action == "cut"]
