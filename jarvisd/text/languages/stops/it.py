"""Italian."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words(
        """amb amm arch avv avv.ti bar cap card cav co.re com comm cons cte d dir don dott
        dott.ssa dr dr.ssa f.lli fam geom gen gen.le gent.mo gent.ma giud ill.mo ing
        ingg isp lic magg mar mons on on.le p padre pres proc prof prof.ssa proff
        psicol rag rev s sen sig sig.na sig.ra sigg spett suor ten s.p.a s.r.l s.n.c
        v.cte f.p ss n.d.r u.s.a"""
    ),
    before_number=words(
        """artt cap cfr civ es fasc ibid lett ll mod n nn num pag pagg par prot rif sez tab tav
        telef tit voll km"""
    ),
    before_anything=words(
        """ad.es abbr all app c.d cd cfr c.m circ c.so corr d d.c.m dep e.p es f.to gov ib id
        idraul in.fo incl int k.o lat meteor mitt op.cit ogg p.es per.es p.za p.le
        p.zza pal rep rist s.l.m st st.d sec tel tra u.s v v.le v.lo vd vs v.r c.a
        c.p fig"""
    ),
    after_something=words(
        """a.c a.c.n az c.c circa corr d.c ecc ed es edit gg hh kg km min mm mq mt ore p.m p.s
        sec segg seg ss tot trad u.s v.s econ amm"""
    ),
    calendar=words(
        """gen feb mar apr mag giu lug ago set sett ott nov dic lun mer gio ven sab dom"""
    ),
    short_words=words(
        """ad ai al anno arte basta bene blu c'è che chi ci come con cosa così da dai dal del
        di due già dio ecco ed era ero fa fare fu gas giù ha hai ho ieri in io la là
        le lei li lì lo lui ma mai male me meno mi mia mie mio ne nei noi non o oggi
        ora oro ove per più piede po' poi qua qui re sa sai sei sera si sì sia so
        solo sono sta sto su sua sud sue sui suo te tè ti tre tu tua tuo tutto un
        una uno uva va vai via vita vivo voi zio"""
    ),
    starters=words(
        """A Adesso Ai Al Alcune Alcuni Alla Allora Altri Anche Ancora Appena Arrivederci Bene
        C'è Certo Che Chi Ci Ciao Ciò Come Comunque Con Cosa Così Da Dal Dalla
        Davvero Degli Dei Del Della Di Dopo Dove Dunque È E Ecco Ed Erano Era Fino
        Forse Gli Già Grazie Ha Hai Hanno Ho I Ieri Il In Infatti Inoltre Invece Io
        L'altro La Le Lei Li Lo Loro Lui Ma Mai Mentre Mi Mia Mio Molti Molto Ne Nei
        Nel Nella Nessuno Niente No Noi Non Nonostante Nostro O Ogni Oggi Ora Per
        Perché Però Più Poi Poiché Posso Può Puoi Prima Qual Qualche Quale Quali
        Quando Quanto Quasi Quella Quello Questa Queste Questi Questo Qui Quindi
        Sarà Se Secondo Sei Sembra Senza Si Sì Sia Siamo Solo Sono Sopra Sotto Stava
        Su Sua Subito Sul Sulla Suo Tra Tu Tuttavia Tutte Tutti Tutto Un Una Uno Va
        Vi Voi Vorrei"""
    ),
    joiners=words("e ed o contro vs vs. con di a"),
)
