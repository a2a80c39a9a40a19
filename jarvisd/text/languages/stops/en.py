"""English. A quotation in German, French or Spanish is split as well as ever."""

from jarvisd.text.languages.stops import common, de, es, fr
from jarvisd.text.languages.stops.model import Stops, words

WORDS = Stops(
    titles=words(
        """adm brig capt cmdr col cpl ft gen gov hon lt maj messrs mx pres rep rev sen sgt supt
        sr"""
    ),
    before_number=words("""pg ch chap sec eq"""),
    before_anything=words("""circa f.e resp viz esp v"""),
    after_something=words(
        """ave bd blvd dept est rd al hrs hr lbs oz temp orig assn univ inst intl misc prev"""
    ),
    # Months, days: the end of a sentence only when what follows clearly starts one.
    calendar=words(
        """jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
        sat sun"""
    ),
    short_words=words(
        """age all and any are bad bed big box boy bus but buy by can car cat cup cut dad day
        did do dog dry eat egg end eye far few fly for fun gas get go got guy had
        has he her him his hot how ice if in is it its job key kid law lay let lie
        lot low man map me men met mom my new now off oil ok old on one our out own
        pay put ran red run sad saw say sea see set she sit six sky so son tea ten
        the tie tip to too top toy try tv two up us use war was way we wet who why
        win yes yet you zoo"""
    ),
    # "9 a.m. Monday through Friday"
    zones=words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    starters=words(
        """A After All Also An And Any Are Aren't As At Before Both But By Can Could Did Do
        Does Don't Each Even Every First For From Has Have He Her Here Hers His How
        However I'd I'll I'm I've If In Is It It's Its Let Let's Maybe More Most My
        Next Nor Not Now On Once One Only Or Our Perhaps Please She She's Should
        Since So Some Sometimes Such Sure Thank Thanks That That's The Their Then
        There There's These They They're This Those Though Through Thus To Today
        Tomorrow Try Unfortunately Until Was We We're Well Were What What's When
        Where Whether Which While Who Why Will With Would Yes Yesterday Yet You
        You're Your"""
    ),
    joiners=words("and or vs vs. v. versus against to from by with &"),
)
STOPS = common.STOPS | WORDS | de.QUOTED | fr.QUOTED | es.QUOTED
