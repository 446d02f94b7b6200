"""Sentences that report what somebody said: no built-in rule takes such a sentence for the notice that it quotes.

"Download our app" is a button; "Download our app, the banner said." is a sentence of a story about buttons.  The clause
that names the speaker has a verb of saying, a comma or quotation mark before it, and a full stop behind it.  The title
of another story ("Mayor to resign, says minister") has no full stop.  A line with a label in front ("Read also: …") is
a title in any case.  A sentence may also quote a notice without a speaker.
"""

from collections.abc import Iterable, Iterator, Sequence

from etl.fold import count_words, space_before
from etl.lazy_regex import lazy
from etl.rules.language import Rule
from etl.rules.matching.neighbours import is_contextual

REPORTED = "a clause that says who said it, or a quotation"

# Verbs of saying in the third person, as news writes them, with their endings.  None is also a noun or an imperative
# of notices, as "say", "tell", "replies", Spanish "cuenta" and Indonesian "kata sandi" are.
_VERBS = (
    r"said|says|told|tells|wrote|writes|warn(?:s|ed)|argue[sd]|admit(?:s|ted)|joke[sd]|claimed|add(?:s|ed)|ask(?:s|ed)"
    r"|explain(?:s|ed)|recall(?:s|ed)|insist(?:s|ed)|urge[sd]|shouted|cried|replied|answered|announced"
    r"|sag(?:t|te|ten)|meinte|erklär(?:t|te)|berichte(?:t|te)|schr(?:eibt|ieb)|r(?:uft|ief)|frag(?:t|te)|warn(?:t|te)"
    r"|beton(?:t|te)|h(?:ei|ie)ß|heißt|riet"
    r"|a(?:vait)? dit|dit(?=-|,? [A-ZÉ]| l[ea']| un)|disait|expliqu(?:e|é|ait)|déclar[eé]|assur[eé]|affirm[eé]"
    r"|estim[eé]|racont[eé]|écri(?:t|vait)|a lancé|prévient|répond(?:u)?|avertit|confi[eé]"
    r"|dij(?:o|eron)|dicen?|decían?|afirm(?:ó|a|ou)|explic(?:ó|a|ou)|asegur(?:ó|a)|señal(?:ó|a)|contó|contou|advirtió"
    r"|advierte|escribió|respondi(?:ó|eu)|pidió|añadió|agregó|di(?:z|zia|zem)|disse(?:ro|ram)?|escreveu|avisou|alertou"
    r"|ha detto|dicono|diceva|spieg(?:a|ato)|scrive|avverte|risponde|rispose|aggiun(?:ge|to)"
    r"|z(?:ei|egt|eggen|eiden)|schr(?:eef|ijft)|vertel(?:t|de)|aldus|waarschuw(?:t|de)"
    r"|powiedzia(?:ł|ła|no|eli)|mówi(?:ł|ła|ą)?|twierdzi(?:ł|ła)?|napisał[a]?|doda(?:ł|ła|je)|radzi(?:ł|ła)?|głosi(?:ł|ła)?"
    r"|ostrzega(?:ł|ła)?|zapytał[a]?|odpowiedział[a]?|wyjaśni(?:a|ł|ła)"
    r"|сказал[аи]?|говор(?:ит|ят|ил|ила)|заявил[аи]?|рассказал[а]?|пиш(?:ет|ут)|написал[а]?|сообщ(?:ил|ила|ает|ают)"
    r"|совету(?:ет|ют)|предупре(?:ждает|дил|дила)|отме(?:тил|тила|чает)|добавил[а]?|ответил[а]?|объяснил[а]?|спросил[а]?"
    r"|сказа(?:в|ла|ли)|кажуть|говорить|заяви(?:в|ла)?|розпові(?:в|ла|дає)|пише|повідоми(?:в|ла|ли)|дода(?:в|ла)|радить"
    r"|сказа[ўл]а?|кажа|заявіў|каза(?:ха)?|казва|рекао|рекла|каже|изјави(?:о|ла)|rek(?:ao|la)|kaže|kazao|izjavi(?:o|la)"
    r"|řek(?:l|la)|říká|uved(?:l|la)|dodal[a]?|poved(?:al|ala)|hovorí|dejal[a]?"
    r"|dedi(?:ler)?|diyor|söyle(?:di|yor)|sade|säger|sagde|siger|sier|sano[io]|kertoi|s(?:a|ade)(?= [A-ZÆØÅ])"
    r"|mondta|mondja|közölte|spus|spune|declarat|είπε|λέει|δήλωσε|kata(?= [A-Z])|katanya|ujar(?:nya)?|nói"
    r"|c(?:ảnh báo|ho biết|ho hay)|khẳng định|sabi n[ig]|a(?:li|me)sema|bildirib|deyib|д(?:ейді|еді)|d(?:eydi|edi)"
    r"|ამბობს|თქვა|განაცხადა|ասաց|ասում է|хэлэв|хэлжээ"
)
# Verbs for signs, pages, requests and advertisements.  No notice uses one of them as an instruction.
_SHOWS = (
    r"reads(?= \w)|(?:it|sign|page|message|notice|screen|label|post|text|poster)(?: \w+ the \w+)? reads"
    r"|beg(?:s|ged)|plead(?:s|ed)|repeats|(?:banner|sign|page|notice|he|she) went on"
    r"|w(?:irbt|arb)|mahn(?:t|te)|fordert|laute(?:t|te)"
    r"|st(?:eht|and) (?:\w+ ){0,2}(?:an|am|auf|dort|über)(?! (?:dies|unser))|(?:ist|war)(?: \w+){1,4} zu lesen"
    r"|p(?:eut|ouvait)-on lire|l(?:it|isait)-on|proclam(?:e|ait)|conseill(?:e|ait)"
    r"|se le(?:e|ía) en|reza(?:ba)?|pide|pede|l[êi]a?-se|si legge(?:va)?|recita(?:va)?|chied(?:e|eva)"
    r"|st(?:aat|ond) er (?:op|boven)|luid(?:t|de)|czytamy|brzmi(?:ał)?|st(?:ojí|álo) na|hlás(?:á|al|ala)"
    r"|гласи(?:т|л|ла)|призыва(?:ет|ют|л|ла)|написано на|свідчи(?:ть|в)|заклика(?:є|ють|в|ла)|yazıyor(?:du)?"
    r"|st(?:år|od|o) de[rt] (?:i|på|over|över)|ly(?:der|dde|der det)|luk(?:ee|i)(?= \w+(?:ss[aä]|ll[aä]))"
    r"|γράφει|έγραφε|scri(?:e|a) pe|áll az?|hirdet(?:i|te)|bunyi|begitu tertulis"
)
# Words before the verb (its subject, or an auxiliary) and behind it (who, to whom, when).
_BEFORE, _BEHIND, _BRIEF = 4, 9, 4
_WORD = r"[\w'’.-]+(?:,\d+)*"
_CLAUSE = rf"[,?!\"»”«]['\"»”,]? (?:- )?(?:{_WORD} ){{0,{_BEFORE}}}(?:{_VERBS}|{_SHOWS})\b"
_REPORTED = lazy(rf"{_CLAUSE}(?:(?:,? {_WORD}){{0,{_BEHIND}}}[.!…]['\"»”]?$|(?: {_WORD}){{0,{_BRIEF}}}[,;] )")
# The same for scripts without spaces, and for languages with the verb first (Arabic) or last (Persian, Hindi, Japanese,
# Korean).  Hebrew "wrote" is left out, because the word also means "article".  A notice in Japanese or Korean is polite
# (ました, 합니다), or a noun: the plain past, and the plain form of Korean, are those of a story.
_REPORTED_IN_SCRIPT = lazy(
    r"^[^，。,:：!?！？]{1,14}(?:说|說|称|稱|表示|写道|寫道|指出|宣布|强调|強調|回应|回應|问道|問道|告诉\w{1,6}|告訴\w{1,6})[，,:：]"
    r"|^[^，。,:：!?！？]{1,14}(?:投诉|投訴|认为|認為|透露|认定|認定|裁定|批评|批評|发现|發現)，"
    r"|被(?:法院|警方)?(?:认定|認定|判|指|罚款|罰款|要求|逮捕|起诉|起訴|查处|查處)[^，。]{1,20}。$"
    r"|[\"，,][^，。\"]{0,12}(?:说|說|写道|寫道|表示|喊道|问道|問道|回答)道?。\"?$|(?:写着|寫著|写道|寫道)。$"
    r"|と[^。、]{0,14}(?:書いてあ|書かれてい|記されてい)(?:る|た|った)。"
    r"|と(?:述べ|話し|語っ|言っ|発表し|説明し|明かし|訴え|呼びかけ|報じ|書い)(?:た|ている|ていた|だ)。"
    r"|[다라냐자까\"]고 (?:[가-힣]{1,8} ){0,2}"
    r"(?:말했|밝혔|전했|설명했|강조했|썼|덧붙였|주장했|답했|물었|외쳤|보도했)다\."
    r"|고 (?:[가-힣]{1,8} ){0,3}(?:적혀|쓰여) 있(?:었)?다\."
    r"|(?<!まし)た。$|(?:だという|ている|てきた)。$|[가-힣](?<!니)(?<!금한)(?<!금지한)다\.$"
    r"|^[وف]?(?:قال|أعلن|كتب|أضاف|أكد|صرح|ذكر|أوضح|حذر)(?:ت|وا)? [^:.!؟]{1,60}[:،\"]"
    r"|[،\"] ?(?:(?:حسبما|كما|هكذا) )?(?:قال|كتب|أعلن|أضاف|وفقا?|بحسب)(?:ت|وا)? [^:،]{1,50}\.$"
    r"|(?:گفت|گفته است|نوشت|نوشته است|اعلام کرد|افزود|می.?گوید|تأکید کرد|پرسید|هشدار داد)(?:[:.]| که )"
    r"|نوشته (?:شده )?بود\."
    r"|ने (?:[^।,.]{1,30} )?(?:कहा|बताया|लिखा|पूछा)(?:[,:।.]| है| था| कि)|[^।]{2}लिखा (?:है|था)।$"
    r"|[,\"'] ?[^।,]{0,40}লেখা (?:ছিল|আছে|রয়েছে)।$|(?:বলেন|বলেছেন|জানান|জানিয়েছেন|লিখেছেন)(?:, |।$)"
    r"|म्हणाल(?:े|ा|ी|्या)(?:[,:]|\.$)|(?:கூறினார்|தெரிவித்தார்|என்றார்|என்கிறார்)(?: [^.]{1,40})?\.$"
    r"|نے (?:[^۔،]{1,30} )?(?:کہا|بتایا|لکھا|پوچھا)(?:[:،۔]| ہے| تھا| کہ)"
    r"|(?:^|[,\"] ?)(?:[^,.\":]{1,30} )?(?:אמר|הודיע|מסר|הוסיף|הוסיפ"
    r"|סיפר|כתוב על|הבהיר|טען|טענ|קבע|פסק|דרש|ביקש|הזהיר)[הו]?(?: [^,.\":]{1,40})?(?:[:,]|\.$| כי )"
)
# An opening quotation mark, or a colon behind a verb of saying, before text that a rule would cut from a paragraph.
_OPENS_QUOTATION = lazy(rf"(?:[«「『]|\b(?:{_VERBS})(?: {_WORD}){{0,{_BRIEF}}}:)$")
# A label in front of a title: up to five words, and a colon or a bar.
_LABELLED = lazy(r"[^.,:|]{2,40} ?[:|]")

# A quotation within a block, and the words of a sentence around it.
_QUOTED = lazy(r'"[^"]*(?:"|$)|«[^»]*(?:»|$)|「[^」]*(?:」|$)')
MIN_WORDS_AROUND = 5
# Words behind a label that are the headline of a story.
MIN_TITLE_WORDS = 3

# Kinds of rules whose words occur in sentences of a story only as reported speech.  A caption or a credit may itself
# name a speaker.
SAYABLE_KINDS = frozenset({"link", "notice", "player", "structure"})
_ACTIONS = frozenset({"drop", "reject", "end-article"})


def is_reported(text: str) -> bool:
    """Return true if a text with plain quotes contains a clause that names the speaker.

    >>> is_reported("Download our app, the banner said."), is_reported("Mayor to resign, says minister")
    (True, False)
    >>> is_reported("公司称：“请关注我们的微信公众号。”"), is_reported("延伸閱讀：部長說，他會辭職")
    (True, False)
    """
    labelled = _LABELLED.match(text)
    if _REPORTED.search(text) is not None:
        return labelled is None
    if text.isascii() or (clause := _REPORTED_IN_SCRIPT.search(text)) is None:
        return False
    return labelled is None or clause.start() < labelled.end()


def only_quotes(text: str, labels: Sequence[str]) -> bool:
    """Return true if a folded text has some of these labels, all within quotations, and words around the quotations.

    >>> only_quotes('the page says "log in to comment" to all who read it.', ["log in to comment"])
    True
    >>> only_quotes('"read more", log in to comment', ["log in to comment"])
    False
    """
    if not any(label in text for label in labels):
        return False
    around = _QUOTED.sub(" ", text)
    return not any(label in around for label in labels) and count_words(around) >= MIN_WORDS_AROUND


def is_titled(text: str) -> bool:
    """Return true if a text is a title behind a label, such as "In pictures: the last ferry".

    >>> is_titled("In pictures: the last ferry"), is_titled("Share: Facebook, X")
    (True, False)
    """
    return (label := _LABELLED.match(text)) is not None and count_words(text[label.end() :]) >= MIN_TITLE_WORDS


def quotations(text: str, starts: Iterable[int]) -> Iterator[bool]:
    """Yield whether a quotation begins at each of these places of a plain text, in order.

    Reported speech counts as a quotation, too.

    >>> list(quotations('The sign said "Click here to subscribe".', [15]))
    [True]
    >>> list(quotations('"No." Click here to subscribe', [6]))
    [False]
    """
    marks = counted = 0
    for start in starts:
        marks, counted = marks + text.count('"', counted, start), start
        end = space_before(text, start)
        if text.endswith('"', 0, end):
            yield marks % 2 == 1
        else:
            yield _OPENS_QUOTATION.search(text[max(0, end - 120) : end]) is not None


def spares_reported(rule: Rule) -> bool:
    """Return true if a rule must keep reported speech, because it judges a block by its words."""
    if rule.kind not in SAYABLE_KINDS or rule.action not in _ACTIONS or is_contextual(rule.match):
        return False
    return rule.match.recurs is None
