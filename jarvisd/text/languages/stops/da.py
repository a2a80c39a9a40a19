"""Danish."""

from jarvisd.text.languages.stops import common, en
from jarvisd.text.languages.stops.model import Stops, words

STOPS = (
    common.STOPS
    | en.WORDS
    | Stops(
        titles=words(
            """adv cand dir fhv fr frk frø hr ing insp kapt lic mag nævn past pens rekt sgt"""
        ),
        before_number=words("""afd afsn bd bilag kap lb lbnr nr par pkt s side stk tlf tab § kl"""),
        before_anything=words(
            """abs adr alm andet ang anm bl.a ca d.d d.s.s d.v.s d.y d.æ div dvs eftf eks ekskl el
        emer eng evt f f.eks fa ff fhv flg fmd foreg forts forv fre fx følg gl gr
        gsn hhv hist ifm ifht ift iht indb indtil inkl int intet jf jvf kgl m.a.o
        m.h.t m.h.p mht mf ml nml o.a omkr opg opl overs p.a p.b p.g.a p.t pga pers
        pl pr på.g.a ref reg samt sek sen sing skr smst s.u sml spec spm ssg str t.h
        t.o.m tdl th tilh tilsv u.a ubest udb udg ult vedr vist vha v.h.a vs yderl
        årg årh årl skt"""
        ),
        after_something=words(
            """a/s aps bl dl e.kr f.kr ha kbh km kr kvt m.fl m.m m.v mfl mia mio mv min o.l o.lign
        o.s.v osv sek stk t.v t.h tdr ugl"""
        ),
        calendar=words(
            "jan feb mar apr jun jul aug sept sep okt nov dec man tir ons tor fre lør søn"
        ),
        short_words=words(
            """af ak alt at bad bil blev bo bog brev bus by båd da dag de dem den der det dig dog
        du dø død efter eg ej en er et fad far fem fik fin fly for fra fri få får
        gad gav glad god går ham han har hav helt her hus hvad hvem hvor i id igen
        ikke ild ind is ja jeg jo kan kat kom kun kød land lav lidt liv lov lys låg
        man mand med men mig min mod mor mus må nat ned nej ni no nok nu ny nå når
        of og om op os otte ovn ovre på ro sagt se selv sig sin skal skib skov små
        snart sne so sol som syd syv så tag tak te tid til tit to tog tre tro tur ud
        uge under ur vand var ved vej vi vil vin år"""
        ),
        starters=words(
            """Af Alle Allerede Alt Anden Andre At Både Da De Deres Den Denne Der Derefter Derfor
        Det Dette Dig Din Dine Disse Dog Du Efter Eller En Er Et Fordi For Fra Før
        Gennem Godt Han Hans Har Havde Hele Hende Hendes Her Hun Hvad Hvem Hver
        Hvilken Hvilket Hvis Hvor Hvordan Hvorfor Hvornår I Igen Ikke Imidlertid
        Inden Ingen Ja Jeg Jo Kan Kun Kunne Lad Man Mange Med Mellem Men Mens Min
        Mine Mit Mod Må Måske Nej Nogle Noget Nok Nu Når Og Også Om Omkring Op Os
        Over På Pludselig Samtidig Selv Selvom Senere Siden Sin Skal Skulle Som
        Stadig Så Sådan Til Tidligere Uden Under Vi Vil Ville Vores Ved Var"""
        ),
        joiners=words("og eller mod vs vs. med til"),
    )
)
