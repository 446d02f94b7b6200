"""Words that say whether a time is that of publication or of change."""

import re

# Words before a time of change, or at its beginning: "Updated:", "Aktualisiert am".
_UPDATED = re.compile(
    r"(?<!\w)(?:(?:last |zuletzt |dernière |letzte |laatste |[uú]ltim[ao] |ostatnia |poslední |последнее |date de "
    r"|(?:data|fecha) (?:de |di )?|дата )?(?:updated?|modified|edited|revised|aktualisiert|geändert|mise? à jour"
    r"|modifiée?|actualizad[oa]|atualizad[oa]|modificad[oa]|aggiornat[oa]|bijgewerkt|oppdatert|uppdaterad|opdateret|päivitetty"
    r"|zaktualizowano|aktualizov[aá]no|actualitzat|frissítve|güncelle(?:ndi|me)|обновлено|изменено"
    r"|aktualisierung|aktualizacj[ai]|actualización|atualização|aggiornamento|aktualizace|обновлени[ея])"
    r"|آخر تحديث|(?:最終|最后|最後)?更新(?:日時?)?|수정)"
    r"[\s:：]*(?:on|at|am|le|el|em|il|op|den)?[\s:：]*",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?<!\w)(?:published|posted|veröffentlicht|erstellt|publiée?|mise? en ligne|publicad[oa]|pubblicat[oa]|geplaatst"
    r"|gepubliceerd|publicerad|publiceret|publisert|opublikowan[oea]|publikov[aá]no|опубликовано|giriş|yayın(?:lanma)?"
    r"|publication|veröffentlichung(?:sdatum)?|publicación|publicação|pubblicazione|publicatie(?:datum)?|publikacji|zveřejnění"
    r"|публикации|δημοσίευση|تاريخ النشر)(?!\w)"
    r"|公開|掲載|입력|발행",
    re.IGNORECASE,
)
# Words before the day on which a reader joined a forum.
_JOINED = re.compile(
    r"\W*(?:joined|join date|registered|member since|registriert|beigetreten|dabei seit|mitglied seit|angemeldet"
    r"|inscrit|membre depuis|registrado|miembro desde|membro desde|iscritto|geregistreerd|lid sinds|reg\.?datum"
    r"|medlem sedan|dołączyła?|registrov[aá]n|зарегистрирован|регистрация|注册时间|註冊|登録日)(?!\w)",
    re.IGNORECASE,
)


def begins_updated(text: str) -> bool:
    """Return whether a text begins with a word for the time of a change."""
    return _UPDATED.match(text) is not None


def ends_updated(before: str) -> bool:
    """Return whether a text ends with a word for the time of a change, which follows.

    >>> ends_updated("By Jane Roe | Last updated: "), ends_updated("Updated by Jane Roe, ")
    (True, False)
    """
    return any(match.end() == len(before) for match in _UPDATED.finditer(before))


def up_to_label(text: str) -> str:
    """Return a text without a word for the time of publication or change at its end.

    >>> up_to_label("Av Jane Roe Publicerad"), up_to_label("By Jane Roe")
    ('Av Jane Roe', 'By Jane Roe')
    """
    ends = (
        match.start() for words in (_PUBLISHED, _UPDATED) for match in words.finditer(text) if match.end() == len(text)
    )
    return text[: next(ends, len(text))].rstrip()


def tells_publication(line: str) -> bool:
    """Return whether a line has a word for publication: "Published", "Veröffentlicht"."""
    return _PUBLISHED.search(line) is not None


def published_in(line: str) -> str:
    """Return the part of a line about publication: from the word for it, up to a word for a change.

    >>> published_in("Updated on 9 March 2026 | Published on 2 March 2026"), published_in("2 March 2026")
    ('on 2 March 2026', '2 March 2026')
    >>> published_in("02/03/2026 a las 07:15 | Actualizado el 03/03/2026 a las 18:40")
    '02/03/2026 a las 07:15'
    """
    if match := _PUBLISHED.search(line):
        line = line[match.end() :].strip(" :：")
    changed = _UPDATED.search(line)
    before = line[: changed.start()].rstrip(" |·•,;/([–—-") if changed else ""
    return before if any(map(str.isdecimal, before)) else line


def begins_joined(line: str) -> bool:
    """Return whether a line tells since when a reader is a member.

    >>> begins_joined("Joined: Mon Jan 05, 2009 8:12 am"), begins_joined("Mon Jan 05, 2009")
    (True, False)
    """
    return _JOINED.match(line) is not None
