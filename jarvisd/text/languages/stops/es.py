"""Spanish."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

# What is Spanish beyond doubt in a text of another language, too.
QUOTED = Stops(
    titles=words("""sr sra srta dra"""),
    before_number=words("""núm pág ext"""),
    before_anything=words("""aprox p.ej"""),
    after_something=words("""av ud uds"""),
    short_words=words("aquí así día eso hoy ir mal más mí sí son ti tú voy ya yo"),
    starters=words("El Ella Ellos Esta Este Los Pero Una Usted"),
)
STOPS = (
    common.STOPS
    | QUOTED
    | Stops(
        titles=words(
            """arq cap cia cnel col d da dn dña dr excmo excma fr gral ilmo ilma ing lcdo lcda lic
        mons pbro pdte prof profa sres sras srtas srs sta sto tte vda ee.uu ff.aa
        ff.cc jj.oo cc.oo rr.hh d.c s.m ss.mm mt s.a c.v a.c d.f b.c d.n.i n.ª av
        avda s"""
        ),
        before_number=words(
            """apdo cap cra cl ctra fasc fol lám lib ltr n nro núms párr párrf párrs págs pgs piso
        pza pto tít tomo tlf tfno teléf vols kr km"""
        ),
        before_anything=words(
            """a.c.m admón adm c/u cfr cf d.g.t depto dpto dto ej esp etim fdo gob i.e ibíd íd ítem
        máx mín op.cit pl q.e.p.d s.f.f s.l sig sigs tel trad v.g v.gr vid vol art
        arts"""
        ),
        after_something=words(
            """a.c a.j.c avda av c.a cía cta cte d.c d.j.c dcha etc gr hs hnos izda izq kg min pdta
        prov s.a s.l seg sr tm urb vda vd vds km cm mm"""
        ),
        calendar=words(
            """ene feb abr mar may jun jul ago sep sept set oct nov dic lun mié mier jue vie sáb
        dom"""
        ),
        short_words=words(
            """acá ahí al allá amor año años bajo bien bola café cama casa cosa cual dar de del
        dice dio dos ella en era es esa ese está esta este fe fin fue gas gran ha
        han haz hay he hijo ido la las le les ley lo los luz mar me mes mesa mi mil
        muy nada ni nos oír ojo oro otro para paz pez pie por pues que qué rey ríe
        sal se sea sed ser si sin sol su sur tal tan te té ten todo tren tres tu un
        una uno va vas ve ver vez vía vida vino voz yo"""
        ),
        starters=words(
            """A Además Ahora Al Algo Algunas Algunos Allí Antes Aquel Aquella Aquello Aquí Así Aún
        Aunque Bien Bueno Cada Como Con Cuando Cuál Cuáles Cuándo De Deben Debe Del
        Desde Después Donde Dónde Durante En Entonces Entre Era Es Esa Ese Eso Esos
        Estas Esto Estos Está Están Fue Gracias Ha Hace Hacia Han Hasta Hay Hoy
        Incluso Las Le Les Lo Luego Mañana Más Me Mi Mientras Muchas Muchos Muy Nada
        Nadie Ni No Nos Nosotros Nuestra Nuestro Nunca O Otra Otro Para Por Porque
        Pues Puede Pueden Que Quién Quizás Qué Se Según Sea Ser Será Si Siempre Sin
        Sobre Solo Son Su Sus Sí También Tampoco Tanto Te Tiene Tienen Toda Todas
        Todo Todos Tras Tu Tú Un Unas Unos Usted Ustedes Y Ya Yo"""
        ),
        dash_goes_on=True,
        joiners=words("y e o contra vs vs. con de a"),
    )
)
