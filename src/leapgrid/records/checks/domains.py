"""Likely typing mistakes in the domains that most people's addresses have.

A suggestion is only worth showing when it is nearly always right: many small providers differ from a big
one by one letter (``ymail.com``, ``gmx.de``, ``email.com``). So a domain is only questioned when it is one
mistake away from a common one *and* begins with the same letter, or stands in a list of mistakes seen often;
never when it is known to exist.
"""

from __future__ import annotations

from functools import lru_cache

COMMON = (
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "yahoo.com",
    "outlook.com",
    "icloud.com",
    "protonmail.com",
    "rediffmail.com",
    "hotmail.co.uk",
    "yahoo.co.uk",
    "yahoo.co.in",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "t-online.de",
)

_EXISTING_LIST = """
126.com 139.com 163.com aim.com alice.it aliyun.com aol.com aol.de arcor.de att.net bellsouth.net
bigpond.com bluewin.ch bol.com.br btinternet.com btopenworld.com charter.net cmail.com cox.net daum.net
duck.com earthlink.net email.com email.de fastmail.com fastmail.fm foxmail.com free.fr freenet.de
gmail.de gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net gmx.org gmx.us hanmail.net hey.com hitmail.com
hotmail.at hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.co.id hotmail.co.il hotmail.co.jp
hotmail.co.kr hotmail.co.nz hotmail.co.th hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br
hotmail.com.hk hotmail.com.mx hotmail.com.tr hotmail.com.tw hotmail.com.vn hotmail.cz hotmail.de
hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.nl hotmail.no
hotmail.ph hotmail.pt hotmail.rs hotmail.se hotmail.sg hushmail.com inbox.com inbox.lv inbox.ru
interia.pl juno.com kabelmail.de laposte.net libero.it list.ru live.at live.ca live.cn live.co.uk
live.com live.com.au live.com.mx live.de live.fr live.in live.it live.nl live.se mac.com mail.com
mail.de mail.ru mailbox.org mailfence.com me.com msn.com naver.com neuf.fr ntlworld.com o2.pl onet.pl
online.de online.no optonline.net optusnet.com.au orange.fr outlook.at outlook.be outlook.cl
outlook.co.id outlook.co.il outlook.co.th outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr
outlook.com.tr outlook.com.vn outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu
outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt
outlook.sa outlook.sg outlook.sk pm.me posteo.de proton.me protonmail.ch qq.com rambler.ru
rocketmail.com seznam.cz sfr.fr shaw.ca sina.com sky.com sympatico.ca talktalk.net telenet.be tiscali.it
tuta.io tutanota.com uol.com.br virgilio.it vodafone.de wanadoo.fr web.de windowslive.com wp.pl yahoo.at
yahoo.be yahoo.ca yahoo.ch yahoo.cl yahoo.cn yahoo.co.id yahoo.co.il yahoo.co.jp yahoo.co.kr yahoo.co.nz
yahoo.co.th yahoo.co.za yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.co yahoo.com.hk
yahoo.com.mx yahoo.com.my yahoo.com.pe yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.ve
yahoo.com.vn yahoo.cz yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in
yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.ru yahoo.se yahoo.sg yandex.com yandex.ru
yeah.net ymail.com zoho.com zohomail.com
"""
_EXISTING = frozenset(_EXISTING_LIST.split()) | frozenset(COMMON)

MISTAKES = {
    typo: right
    for right, typos in {
        "gmail.com": "gmial.com gmai.com gmil.com gmal.com gnail.com gamil.com gmaill.com gmail.con gmail.co "
        "gmail.cm gmail.om gmail.cmo gmail.c gmail.comm gmail.coom gmaio.com gmali.com gimail.com gmailcom "
        "gmail hmail.com gmai.co gmial.co gmial.con gmai.con fmail.com gmaol.com ggmail.com jmail.com",
        "googlemail.com": "googlemail googelmail.com goglemail.com googlmail.com googlemailcom",
        "hotmail.com": "hotnail.com hotmial.com hotmal.com hotmil.com hotmai.com hotmaill.com hotmail.con "
        "hotmail.co hotmail.c homail.com htomail.com hotamil.com hotmsil.com hotmailcom hotmail otmail.com "
        "hormail.com",
        "yahoo.com": "yaho.com yahooo.com yhoo.com yhaoo.com yaoo.com yahoo.con yahoo.c yahoo.co ahoo.com "
        "yahoocom yahoo yahho.com yaho.co tahoo.com",
        "outlook.com": "outlok.com outloo.com outlook.con outlook.co outlook.c otlook.com outllok.com "
        "outlookcom outlook outlock.com oulook.com putlook.com outlool.com",
        "icloud.com": "iclod.com icloud.con icloud.co icloud.c iclould.com icould.com icloudcom icloud "
        "icoud.com",
        "aol.com": "aol.con aol.co aol.c aolcom aol.om",
        "live.com": "live.con live.co live.c livecom live.cm",
        "msn.com": "msn.con msn.co msn.c msncom",
        "gmx.de": "gmx gmxde gmx.d gmx.dee gmx.ded",
        "web.de": "webde web.d web.dee we.de wbe.de",
    }.items()
    for typo in typos.split()
}

NO_SUCH_ENDINGS = {
    "con": "com",
    "cmo": "com",
    "ocm": "com",
    "comm": "com",
    "coom": "com",
    "ccom": "com",
    "cim": "com",
    "cpm": "com",
    "vom": "com",
    "xom": "com",
    "nte": "net",
    "nett": "net",
    "ogr": "org",
    "orgg": "org",
}
"""Top-level domains that do not exist and what was meant."""


def _one_mistake(typed: str, right: str) -> bool:
    """Whether one letter was left out, added, changed or swapped with its neighbour."""
    if abs(len(typed) - len(right)) > 1:
        return False
    at = 0
    limit = min(len(typed), len(right))
    while at < limit and typed[at] == right[at]:
        at += 1
    rest, wanted = typed[at:], right[at:]
    if len(rest) == len(wanted):
        swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
        return swapped or rest[1:] == wanted[1:]
    return rest[1:] == wanted or rest == wanted[1:]


@lru_cache(maxsize=16384)
def meant_domain(domain: str) -> str | None:
    """The common domain that was probably meant, or None.

    Args:
        domain: what stands after the @, in any case; a domain without its dot (``gmailcom``) is known too.
    """
    typed = domain.lower()
    if typed in _EXISTING:
        return None
    if typed in MISTAKES:
        return MISTAKES[typed]
    if "." in typed:
        for right in COMMON:
            if typed[:1] == right[0] and _one_mistake(typed, right):
                return right
        stem, _, ending = typed.rpartition(".")
        if stem and ending in NO_SUCH_ENDINGS:
            return f"{stem}.{NO_SUCH_ENDINGS[ending]}"
    return None
