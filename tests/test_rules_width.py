"""Sentences of stories about the things that furniture is made of: no rule takes them, wherever they stand."""

import pytest

from etl.document import clean
from etl.model import Raw
from etl.packs import Selection, compile_rules

# The classifier, and what is protected from it, are another matter.
RULES = compile_rules(Selection(ignore=("classifier/*",)))

STORY = [
    "The council of Ashdale met on Monday for the first time since the vote, and hundreds of people came to listen.",
    "The mayor said that the money was needed for schools, and that a new pool would be built within three years.",
    "A petition has 12,000 names so far, and its author, a teacher of 61, says that she will swim in the river.",
]

SENTENCES = [
    # copyright
    "Copyright law was changed in 2001 after a case about school songs.",
    "Copyright on the songs of 1935 ran out at midnight, and anyone may sing them now.",
    "Copyright © is a sign that few children can explain.",
    "Copyright holders from 12 countries sued the company in 2019 over its archive of books.",
    "Image copyright Act of 1990 was read aloud in court, and nobody in the room seemed to know what it meant.",
    "Champagne is a registered trademark in Europe, and no other wine may bear the name.",
    "The two names are trademarks of one firm, which has never made a shoe.",
    "Drones may not be flown here without written permission of the park.",
    "The letters were published without permission of her heirs.",
    "All rights reserved for men were given to women in 1971.",
    "The company holds the rights reserved. It will sell them in May.",
    # cookies, browsers, scripts
    "The cookie was invented in 1994 by a programmer of 23.",
    "Cookies are used by nine in ten sites to follow people across the web.",
    "Google and its partners use cookies to follow people across the web, a court found on Friday.",
    "It appears that cookies follow users even when they say no.",
    "How to disable cookies in a browser is a question for pupils of the sixth form now.",
    "JavaScript is required for nine in ten pages, a count has shown, and half of them would work without it.",
    "Your browser does more work than your car, the professor tells her students.",
    "It looks like you are using ads to win, his rival told him on air.",
    # accounts, paywalls, newsletters
    "You must register to vote by Friday, October 5, or wait for another year.",
    "Register to vote by Friday, the posters say.",
    "Users must be logged in to see the list of those who signed.",
    "The post broke our community standards, the company said in a letter.",
    "Comments are closed on most sites of the group since May.",
    "Keep your comments to yourself, the judge told him.",
    "I agree that the bypass is needed, but not that the trees must go.",
    "I would like to receive an answer before I die.",
    "By joining the club you will receive a free swim a week.",
    "By using the tunnel you understand why the city was built here.",
    "The bill would give tax breaks to papers that support local journalism.",
    "A fund to support local journalism has opened in three counties.",
    "The list was sent to your inbox, the lawyer reminded her.",
    "You have reached your limit, she told the boy, and took the glass.",
    "Subscribe to the theory or not, the ice is melting.",
    "Sign up to the army, his father told him, and he did.",
    # players, galleries
    "The video failed to persuade the jury.",
    "The video is not available to the defence, her lawyer said.",
    "The media failed to ask who had paid for the flight.",
    "The feature is not available in Europe yet.",
    "An error occurred while votes were being counted in the north.",
    "Loading docks were full, and lorries waited until the evening.",
    "This audio is not evidence, the judge said.",
    # advertisements
    "Advertisement: the story of a brand is a book of 800 pages.",
    "Advertising pays for half of all football, a study found.",
    "The senator receives payment for each vote, prosecutors say.",
    "The paper is part of a media group that owns 30 titles.",
    "Agents earn a commission on each house they sell.",
    "The report continues below the line that divides the two pages.",
    # blogs, bylines, shares
    "The minister says: we were not told.",
    "Theme: love and loss by the sea.",
    "Posted by the door was a list of those who may enter.",
    "Follow us if you can, the boys shouted.",
    "Share this story with nobody, she wrote on the last page.",
    "Join us on Sunday, the banner says.",
    "Jane Roe is a reporter, and she will not be told what to write.",
    "Editing by hand took the two of them eleven years.",
    "Reporting by the BBC led to two arrests.",
    "The photo shows a man with a dog, police said.",
    "File the papers by noon, the clerk told them.",
    "Source: none of your business, he wrote on the form.",
    "Read the law, the judge told him, and then read it again.",
    "More from him was not to be had that day.",
    "Recommended doses were exceeded in 12 of 40 cases.",
    "Related crimes rose by a tenth.",
    "Tags were found on 40 of the birds.",
    "Topics of the talks were the budget, the war and the weather.",
    "The story was first published in 1934 and has been in print since then.",
    "This story has been corrected to show that the vote was on Monday.",
    "Correction: an earlier version of this story gave a wrong age for the mayor.",
    "Editor's note: names have been changed to protect the children.",
    # who says so, and what the words mean in a story
    "No part of the wall may be copied without the consent of the city, which owns the painting.",
    "Flights were delayed at least 20 minutes by the fog.",
    "Victims may receive compensation for the land they lost, the minister said.",
    "Farmers may receive payments for each tree that they plant, under the plan.",
    "Our company receives payment for the repairs only when the bridge is open again.",
    "This site is operated by a firm from Riga, which has not paid tax since 2011.",
    "This story is more than 2,000 years old, but it still draws pilgrims to the town.",
    "Your browser does not forget, and neither does the police.",
    "I agree that the privacy of patients matters most.",
    "I agree to the terms, but I do not like them.",
    "By joining the march you accept that the police may take your data.",
    "By using this site as a camp, the army broke the truce.",
    "Comments are moderated by three people in Manila, the company said.",
    "The comments posted here by soldiers were read out in parliament.",
    "You must be logged in to see who voted against the tax.",
    "Required fields are marked with red flags by the engineers who clear the mines.",
    "The website told thousands of users to please try again later.",
    "We use cookies in our house as money, the girl said.",
    "This cookie is used by bakers in Lyon since 1820.",
    "We acknowledge the traditional owners of the river, the minister told the crowd.",
    "The views of the author are not necessarily those of the girl in the book.",
    "The report was published by the staff of the embassy in May.",
    "We need your permission to show that the dog is alive, the officer told him.",
    "Get exclusive access to the minister and you lose your freedom, she wrote.",
    "Every evening, DW listeners in the village gathered around one radio.",
    "We value your privacy more than your money, the bank's slogan reads.",
    "Comments have been closed for a week since the riot.",
    "Quotes delayed at least a day were read out to the jury.",
    "function logString(input: string) { console.log(input); }",
    ".button { color: red; }",
    # not articles
    "Access denied was all that the screen said.",
    "Are you a robot? Few questions are asked more often.",
    # other languages
    "Der Artikel 5 des Grundgesetzes ist nur für Bürger da, sagte er.",
    "Anzeige erstattete der Mann erst drei Tage später.",
    "Die Bilder zeigen: Das Haus ist verloren.",
    "Lesen Sie das Kleingedruckte, rät die Beraterin.",
    "La publicité pèse un tiers des recettes du journal.",
    "Lire la suite des aveux fut pénible, dit le juge.",
    "Foto a foto, la policía reconstruyó el viaje.",
    "Compartir el agua es ley en el valle desde 1820.",
    "Der Betreiber verwendet Cookies, ohne zu fragen, klagen Verbraucherschützer.",
    "Mit der Anmeldung des Vereins begann 1911 der Streit um den Namen.",
    "Informationen zum Datenschutz fehlten in 40 von 100 Verträgen, so die Prüfer.",
    "Zunächst war es eine Webseite der Stadt, auf der die Fotos erschienen.",
    "En Andalucía queda prohibida la reproducción de la especie en cautividad.",
    "Al continuar navegando hacia el sur, el barco perdió el motor.",
    "El portal utiliza cookies sin permiso, denunció la asociación.",
    "La reproduction interdite de cette espèce menace les éleveurs.",
    "Todos los derechos reservados a los nobles fueron abolidos en 1812.",
    "Tous droits réservés aux nobles furent abolis en 1789.",
    "Все права защищены конституцией, напомнила юрист.",
    "Wszelkie prawa zastrzeżone dla szlachty zniesiono w 1807 roku.",
    "Votre navigateur sait tout de vous, avertit la chercheuse.",
    "En poursuivant votre navigation vers le nord, vous verrez le phare, dit le guide.",
    "La riproduzione vietata dei delfini ha aperto un processo.",
    "De site maakt gebruik van cookies zonder te vragen, zegt de toezichthouder.",
    "Serwis wykorzystuje pliki cookie bez zgody, uznał sąd.",
    "Na ilha é proibida a reprodução da espécie em cativeiro.",
    "Об этом сообщает сетевое издание «Речной вестник».",
    "Центр признан НКО, выполняющим функции иностранного агента, и подал жалобу в суд.",
    "При цитировании речи министра журналист ошибся, решил суд.",
    "Сайт использует cookie без согласия, решил суд.",
    "Передрук матеріалів газети став причиною суду.",
    "Пры выкарыстанні матэрыялаў са свінцом рабочыя атрымлівалі малако.",
    "Реклама на улицах запрещена с мая этого года.",
    "Читайте мелкий шрифт, советует юрист.",
    "广告收入占该报的三分之一。",
    "相关部门表示，正在调查此事。",
    "責任者は取材に対し、コメントを控えた。",
    "광고 수입이 크게 줄었다고 신문은 밝혔다.",
]


# Words of menus that also head a part of a story.
SUBHEADS = ["Privacy", "Accessibility", "Tips", "Abstract", "HTML", "Ausbildung", "Además", "Recherche", "Servizi"]


@pytest.mark.parametrize("word", SUBHEADS)
def test_word_between_paragraphs_is_a_subhead(word: str) -> None:
    blocks = [STORY[0], word, *STORY[1:]]
    (record,) = clean(Raw("a.txt", "\n\n".join(blocks), "0" * 64), RULES).records
    assert record.text.split("\n\n") == blocks


@pytest.mark.parametrize("place", ["head", "body", "tail"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentence_about_furniture_stays(sentence: str, place: str) -> None:
    at = {"head": 0, "body": 2, "tail": 3}[place]
    blocks = [*STORY[:at], sentence, *STORY[at:]]
    (record,) = clean(Raw("a.txt", "\n\n".join(blocks), "0" * 64), RULES).records
    assert record.text.split("\n\n") == blocks
