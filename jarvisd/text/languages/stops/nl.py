"""Dutch."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words("""mej drs ir ing mgr mr prof.dr bgm burg kol lic ds st zr fam b.en.w"""),
    before_number=words(
        """afb afl art blz bijl dl hfdst hst jrg lid nrs par pag postb tab tel §"""
    ),
    before_anything=words(
        """bijv b.v d.m.v d.w.z e.d e.v evt excl i.c i.p.v i.s.m i.t.t i.v.m incl inz m.b.t
        m.b.v m.i m.i.v m.n max min n.a.v nl o.a o.b.v o.i.v o.l.v o.m resp t.a.v
        t.b.v t.g.v t.n.v t.o.v t/m t.w t.z.t vgl vnl z.g.a.n zgn zg ca a.u.b dhr
        mevr mw mr"""
    ),
    after_something=words(
        """a.u.b enz e.d e.a etc jl m.m mln mld n.chr v.chr s.v.p str min sec u uur km b.v n.v"""
    ),
    calendar=words("jan feb mrt apr jun jul aug sep sept okt nov dec ma di wo do vr za zo"),
    short_words=words(
        """aan af al als dag dan dat de die dit door een eens en er ga gaan geen gek goed had
        heb hem het hij hoe huis iets ik in is ja jaar je jij kan kat kop lag land
        lijn maan maar man me mee mij mijn na naar nee niet nog nu of om ons ook op
        over pas rij ruim te toe tot tuin uit van veel ver vol voor waar was wat
        weer weg wel werk wie wij wil zee zeg ze zij zijn zin zo zoon zou zus"""
    ),
    starters=words(
        """Aan Al Alle Als Alles Bij Dan Daar Daarna Daarom Dat De Deze Die Dit Door Dus Een
        Echter Eerst Elke Er Gisteren Geen Het Heb Heeft Heel Hier Hij Hoe Hoewel
        Hun Iedereen Ik In Is Ja Je Jij Jouw Kan Kun Kunt Maar Met Meer Mijn
        Misschien Morgen Moet Na Naar Nee Niet Nu Of Om Omdat Ons Onze Ook Op Over
        Sinds Soms Te Terwijl Toch Toen Tot U Uit Uw Vandaag Van Veel Via Voor
        Volgens Waar Waarom Wanneer Wat We Wel Welke Wie Wij Wil Zal Ze Zij Zijn Zo
        Zou"""
    ),
    number_endings=("str",),
    joiners=words("en of tegen vs vs. met tot"),
)
