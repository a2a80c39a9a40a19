"""Polish."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words(
        """abp adm al bp bł dr dyr doc dypl gen hab hr inż ks kard kpt lic łac mgr mjr ob o os
        p pani pl płk por pp pw prof pułk red rkps rtm sierż św ul wicemin śp st woj
        gm pow"""
    ),
    before_number=words(
        """al art nr nry poz pkt rozdz rys r rp s str t tab tel tom ust wyd zob ryc lok m ppkt
        § zał"""
    ),
    before_anything=words(
        """ang cyt cz dosł fr gł i.e in jw łac m.in m.st max min mies n.p np niem ok orig pocz
        pod pol por prawdop przyp rel ros tj tzn tzw ub wg właśc wł współ zwł zw bm
        br bież"""
    ),
    after_something=words(
        """b.r br bm cd cdn godz gr itd itp in k.k km kw m.in min mld mln n.e p.n.e pn pt r ros
        roku rok s sek sp ss szt tys ub ubr w wg z zł tel etc"""
    ),
    calendar=words("sty lut mar kwi maj cze lip sie wrz paź lis gru pon wt śr czw pt sob niedz"),
    short_words=words(
        """a aż ale bez bo być by był co coś czy czas dać dla do dom dni dzień dwa gdy go i ich
        ile im iść ja jak je jej jest już kot kto las lat ma mam mi mną moc mój my
        na nad nam nas nasz nic nie nim niż noc nos oba od on ona one oni pan po pół
        raz rok są się sam sen ser sto syn tak tam te ten to tu twój ty u we wam was
        weź wiem wy za ze"""
    ),
    starters=words(
        """A Aby Ale Albo Był Była Było Były Bo Brak Chociaż Co Czy Dla Dlaczego Dlatego Do
        Dopiero Dziś Dzisiaj Gdy Gdzie I Ich Ile Inne Ja Jak Jaki Jakie Jako Jednak
        Jego Jej Jest Jeśli Jeżeli Jutro Już Kiedy Każdy Kto Która Który Lub Mam
        Może Można Moja Mój My Na Nad Następnie Nasz Nie Nigdy Niektóre O Od On Ona
        Oni One Oraz Po Pod Podczas Ponadto Ponieważ Potem Poza Proszę Przed Przez
        Przy Są Się Skąd Sam Są Także Tak Tam Te Ten Teraz Też To Ta Trzeba Tu Tutaj
        Twój Ty Tylko U W We Wczoraj Więc Wszystkie Wszystko Wtedy Wy Z Za Zatem
        Zawsze Ze Został Że"""
    ),
    dash_goes_on=True,
    joiners=words("i oraz lub albo kontra vs vs. z do od"),
)
