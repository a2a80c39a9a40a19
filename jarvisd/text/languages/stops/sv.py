"""Swedish."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words(
        """adj civ.ing dir doc fil.dr fru frk hr ing jur.kand kapt leg med.dr prof red s:t st"""
    ),
    before_number=words(
        """art avd avs bil fig kap kl nr nrs par s sid sd st tab tel tfn vol § mom"""
    ),
    before_anything=words(
        """bl.a ca d.v.s dvs dåv eg ev exkl f.d fr.o.m from gm i.o.m i.st ink inkl jfr jmf
        m.a.o m.h.a motsv n.b o.d obs p.g.a pga resp s.a.s s.k sk t.ex tex t.o.m tom
        t.v tr ung u.p.a v.s.b å.s"""
    ),
    after_something=words(
        """ab e.d e.kr etc f.kr forts g ha hk inv kg km kr m.fl m.m mfl milj min mkt mm mdr o.d
        o.s.v osv o.dyl p.s s.a.s sek st t.h t.v tim tr u.å"""
    ),
    calendar=words("jan feb mar apr jun jul aug sep sept okt nov dec mån tis ons tors fre lör sön"),
    short_words=words(
        """all allt att av bar bil bo bok bra dag de dem den det dig din dit dom du där dö ej
        en er ett fall fem får få för från ge gick gå gör ha han har hej hem hit hon
        hos hund hur hus här i id in is ja jag ju just kan kom kon kött lag land liv
        lov lång lär man mat med men mer mig min mor må nej ner ni nio nog nu ny när
        nät och oj om ord os oss på rak rum sa se sedan ser sig sin sitt ska sjö sju
        skog sol som son så ta tag tak te tid till tio tog tre tro tur två upp ur ut
        vad var ved vem vet vi vid vil vin vän väg år än är åt ö bror"""
    ),
    starters=words(
        """Alla Allt Andra Att Av Bara Både Den De Denna Dess Dessa Det Detta Din Du Där
        Därefter Därför Efter Eftersom Ett En Eller Enligt Fast Flera Fram Från För
        Först Ge Genom Ha Han Har Hela Hon Hur Här I Idag Igår Imorgon Ibland In
        Ingen Inte Ja Jag Kan Kanske Man Med Medan Mellan Men Min Mitt Många Måste
        När Nej Ni Någon Något Nu Och Också Om Omkring På Ska Sedan Senare Sina
        Skulle Som Snart Så Sådana Tack Till Trots Tyvärr Under Ut Utan Vad Var
        Varför Varje Vem Vi Vid Vilka Vilken Våra Vår Än Ändå Är Även Över"""
    ),
    joiners=words("och eller mot vs vs. med till"),
)
