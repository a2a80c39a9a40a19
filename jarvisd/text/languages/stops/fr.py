"""French."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

# What is French beyond doubt in a text of another language, too.
QUOTED = Stops(
    titles=words("""fr m mm mlle mme"""),
    before_number=words("""num"""),
    before_anything=words("""env p.ex c.-à-d"""),
    after_something=words("""av"""),
    short_words=words("au ça eau été fin il jour moi oui pas toi tu va"),
    starters=words("Cela Cette Elle Elles Il Ils Je La Le Les Mais Nous Vous"),
)
STOPS = (
    common.STOPS
    | QUOTED
    | Stops(
        titles=words(
            """mgr mlles mmes me pr ste vve cdt cne gén lt mons ph r.p s.m s.a.r ll.aa.ii.rr av"""
        ),
        before_number=words("""chap fasc liv ill paragr pl t tabl tél bd f° §"""),
        before_anything=words(
            """c.a.d cad c.à.d ex hab ibid i.e id op.cit qq qqch qqn réf sq v vs"""
        ),
        after_something=words(
            "apr arr av.j.-c apr.j.-c boul déc dép env hab min mn sarl sec suiv tél éd édit vol h"
        ),
        calendar=words("janv févr fév avr juil sept oct nov déc lun mar mer jeu ven sam dim"),
        short_words=words(
            """ai an ans bas beau bien bon bord bras bref ce chez ciel cinq clé clef coup cour deux
        dix doux elle en est et feu fils fois font ici jeu là lit loi lui mal mer
        mois mot mur même nez ni non nord nous nu oh on or os ou où par paix peu
        pied pis plus port pour près puis qui quoi rue sac six soir sol son sud sur
        tard temps tort tôt tous tout très trop trou vie vin vite voir vois voix
        vous vrai vu zéro"""
        ),
        starters=words(
            """À Afin Ainsi Alors Après Au Aucun Aujourd'hui Aussi Avant Avec Bien C'est Car Ce
        Ceci Celui Cependant Ces Cet Chaque Comme Comment Dans De Depuis Des Dès
        Donc Du En Enfin Ensuite Entre Est Et Il Je J'ai Jamais L'un La Là Le Leur
        Lorsque Ma Maintenant Mes Mon Ne Non Notre On Or Ou Oui Où Par Parfois Pas
        Pendant Personne Peut Plus Plusieurs Pour Pourquoi Pourtant Puis Puisque
        Quand Que Quel Quelle Qu'est-ce Qui Quoi Sa Sans Selon Ses Seul Si Son Sous
        Souvent Sur Tous Tout Toute Toutefois Très Trop Tu Un Une Voici Voilà Votre
        Y À"""
        ),
        dash_goes_on=True,
        joiners=words("et ou contre vs vs. avec de à"),
    )
)
