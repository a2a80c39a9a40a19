"""German."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

# What is German beyond doubt in a text of another language, too.
QUOTED = Stops(
    titles=words("""hr fr"""),
    before_number=words("""abb kap ziff str"""),
    before_anything=words(
        """bzw env evtl ggf inkl d.h m.a.w resp s.a s.o s.u sog u.a usu vgl z.b z.t zzgl"""
    ),
    after_something=words("""mio mrd usf usw gmbh"""),
    short_words=words("da das der die du er es ich ihr ja nur sie so tag um uns wir zu"),
    number_endings=("straße", "str"),
    ordinal_nouns=words(
        """Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober
        November Dezember Jahrhundert Jahrhunderts Stock Klasse Platz Quartal
        Weltkrieg Etage Semester Halbjahr Lebensjahr Bundesliga"""
    ),
    starters=words("Aber Das Der Die Dies Diese Ein Eine Er Es Ich Ihr Sie Und Wir Wenn"),
)
STOPS = (
    common.STOPS
    | QUOTED
    | Stops(
        titles=words(
            """mio mrd tsd adv apl bgm bürgerm dipl frl gebr hptm hrn ing insp jun kom lic mag med
        min minr mmag nat oberst phil priv-doz rer sen st stellv u.ä u.ä.m a.d b.d
        e.h e.v i.r h.c hl d.gr a.m u.v.m u.dgl o.g i.v i.a p.a st.-gallen sankt fa
        co"""
        ),
        before_number=words(
            """abs abschn anm art aufl bd bde bl bspw fn hft hs jg jh kfz lfd nrn par pkt rn rz sp
        tab telef teil tfl § postf plz s"""
        ),
        before_anything=words(
            """abzgl allg amtl angebl bes betr bspw bez ca d.i dgl dt ehem eigtl einschl engl
        entspr erg erw etw evang ev exkl franz frz geb gegr gem gesch gest griech
        gez ggü grds i.allg i.d.r i.d i.e.s i.w.s insb insbes ital jew jmd kath lat
        lt m.e m.w mind mgl möbl n.v o.b.d.a o.ä o.g od österr p.p phys russ s.o s.u
        sämtl schweiz span soz tägl tel theol u ugs ungef urspr u.u u.a.m u.z v.a
        v.chr verb versch vorm vors wg w.o z.z z.zt z.hd z.h zus zuzgl zw zwz"""
        ),
        after_something=words(
            """ag d.j d.m etc gez jh jhd kl min mrd n.chr nachm std sek stk tsd u.dgl u.ä usf v.chr
        v.h vorm wwe"""
        ),
        calendar=words("jan feb mär apr jun jul aug sep sept okt nov dez mo di mi do fr sa so"),
        short_words=words(
            """ab alt am an arm arzt auf aus auto bad bei bin bis brot bus dach dann dir doch drei
        dort ein ende fünf gar geld gern gut hat haus hier hin hoch ihm ihn ihnen im
        in ist jahr kalt klar los mal man mehr mir mit nach nah nein neu nie nun ob
        ok ort per rad rat rot ruf sagt satz see seit sein sind tat teil tor tun tür
        typ uhr und vier von vor war warm was weg wer weil wie wohl zeit zum zur
        zwei"""
        ),
        before_ordinal=words(
            """am vom zum beim im ab bis seit der die das den dem des dieser diesen diesem jeder
        jeden jedem ihr ihrem ihren sein seinem seinen mein meinem meinen dein
        deinem unser unserem unseren zur ins ein einem einen Am Vom Zum Beim Im Ab
        Bis Seit Der Die Das Den Dem Jeder Jeden Zur Unser"""
        ),
        ordinal_nouns=words(
            """Mal Tag Tages Tage Woche Monat Jahr Jahres Geburtstag Geburtstages Kapitel Teil Band
        Auflage Stufe Runde Spieltag Liga Bezirk Advent Hochzeitstag Person Schritt
        Versuch Grad Obergeschoss Untergeschoss Stockwerk Zimmer Jahrestag Minute
        Stunde Sekunde Mose Sinfonie Symphonie Ausgabe Kolonne Spalte Zeile
        Bundesland Generation Jahrgang Reihe Satz Akt"""
        ),
        starters=words(
            """Ab Alle Allerdings Alles Als Also Am An Auch Auf Aus Außerdem Bei Beide Bis Bitte Da
        Dabei Dadurch Dafür Dagegen Daher Damals Damit Danach Dann Daran Darauf
        Daraus Darin Darum Darüber Dass Davon Davor Dazu Deine Dem Den Denn Dennoch
        Deren Deshalb Deswegen Dein Dort Doch Du Dürfen Durch Einen Einer Einige
        Entweder Erst Etwas Euer Falls Fast Für Gegen Genau Gestern Gibt Gut Hast
        Hat Haben Heute Hier Hinter Ihre Ihnen Ihren Im Immer In Indem Ist Ja Jede
        Jeder Jedes Jedoch Jemand Jetzt Kann Kannst Kein Keine Können Leider Man
        Manche Mehr Mein Meine Meistens Mit Möchten Morgen Muss Nach Nachdem
        Natürlich Neben Nein Nicht Nichts Niemand Noch Nun Nur Ob Obwohl Oder Ohne
        Schon Sehr Sein Seine Seit Selbst Sind So Sobald Soll Sollen Sollte Sondern
        Sonst Später Trotzdem Über Um Uns Unser Unsere Unter Viele Vielleicht Vom
        Von Vor Wann War Waren Warum Was Wegen Weil Weitere Welche Welcher Wer
        Werden Wie Wieder Will Wird Wo Wollen Würde Während Zu Zudem Zuerst Zum Zur
        Zwar Zwischen Übermorgen"""
        ),
        joiners=words("und oder gegen vs. vs von mit sowie bis"),
    )
)
