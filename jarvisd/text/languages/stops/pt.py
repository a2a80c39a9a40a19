"""Portuguese."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words(
        """sr sra srs sras srta d dr dra drs prof profa eng enga arq exmo exma ilmo ilma adv
        cap cel gen maj pe ten sto sta ee.uu e.u.a v.ex.ª r al pça trav min des
        presid gov dep sen"""
    ),
    before_number=words(
        """n nº n.º núm pág págs p pp art arts cap fig figs vol ed inc tel tít apto ap bl cj lt
        qd km rod r § fl fls"""
    ),
    before_anything=words(
        """p.ex ex aprox cf i.e obs ref s.m.j séc tb v.g vs a.c.s máx mín e.g lat pl op.cit av
        jd"""
    ),
    after_something=words(
        """a.c d.c etc cia ltda s.a av h hab kg km lda min seg séc mi bi tel reg dto esq"""
    ),
    calendar=words("jan fev mar abr mai jun jul ago set out nov dez seg ter qua qui sex sáb dom"),
    short_words=words(
        """aí ali ano aos após até bem boa bom cá café cama casa céu com cor da daí dar das de
        dê dez dia diz do dois dor dos é ela ele em era és essa eu faz fé fim flor
        foi fui gás há hoje ir isso já lá lar lei ler lua luz mãe mal mar más mas
        mau me mês meu mil não nem nó nos nós num o ou pai pão par pé pelo por pra
        quê rei rio rua sal se sei sem ser seu sim sol som só sou sua sul tal tão te
        tem tia tio três tu tua um uma vai vão ver vez via voz vou"""
    ),
    starters=words(
        """A Agora Além Algumas Alguns Ainda Ali Amanhã Antes Ao Aos Apesar Após Aquela Aquele
        Aqui As Assim Até Bem Cada Com Como Contudo Da De Deixe Depois Desde Deve Do
        Durante E É Ela Elas Ele Eles Em Embora Enquanto Então Entre Era Essa Esse
        Esta Está Estão Este Eu Foi Há Hoje Isso Isto Já Lá Logo Mais Mas Meu Minha
        Muitas Muito Muitos Na Nada Não Nas Nem Nenhum No Nos Nós Nossa Nosso Nunca
        O Obrigado Onde Ontem Os Ou Outra Outro Para Pela Pelo Pode Podem Por Porém
        Porque Pois Portanto Primeiro Qual Quando Quanto Quase Que Quem Se Segundo
        Seja Sem Sempre Ser Será Seu Sim Sob Sobre Sua Também Talvez Tem Toda Todas
        Todo Todos Tudo Tu Um Uma Umas Vamos Você Vocês"""
    ),
    dash_goes_on=True,
    joiners=words("e ou contra vs vs. com de a"),
)
