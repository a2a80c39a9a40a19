"""Words whose full stop does not end a sentence, and words that show that one ended.

Data only, in lower case, without the final stop. English first; the German, French and Spanish
forms are those that language models write most.
"""


def words(text: str) -> frozenset[str]:
    """The words of a list written with white space between them."""
    return frozenset(text.split())


# Stand before a name: "Dr. Smith", "Mt. Fuji".
TITLES = words(
    """adm brig capt cmdr col cpl dr fr ft gen gov hon lt maj messrs mlle mme mr mrs ms mt mx pres
    prof rep rev sen sgt st supt sr sra srta dra hr m mm"""
)

# Stand before a number: "No. 5", "p. 55"; before a capital they are words or initials.
BEFORE_NUMBER = words(
    "no nos nr núm num n° nº fig figs p pp pg pág vol art ch chap sec eq ver v tel ext abb kap ziff"
)

# Stand before anything: never the end of a line of thought.
BEFORE_ANYTHING = words(
    """approx aprox bzw ca cf circa e.g env evtl f.e ggf i.e incl inkl d.h m.a.w resp s.a s.o s.u
    sog u.a usu vgl viz vs z.b z.t zzgl p.ej p.ex c.-à-d esp"""
)

# Stand after something: the end of a sentence when a capital follows.
AFTER_SOMETHING = words(
    """ave bd blvd bros co corp dept est etc inc jr ltd min max mio mrd p.s rd std str usf usw
    al hrs hr lbs oz temp orig assn univ inst intl misc prev gmbh av ud uds"""
)

# Months, days, regions: the end of a sentence only when what follows clearly starts one.
CALENDAR = words(
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun"
)

# Short words that are no abbreviations: nothing has to follow to know that a sentence ended.
SHORT_WORDS = words(
    """age all and any are bad bed big box boy bus but buy by can car cat cup cut dad day did do
    dog dry eat egg end eye far few fly for fun gas get go got guy had has he her him his hot how
    ice if in is it its job key kid law lay let lie lot low man map me men met mom my new now off
    oil ok old on one our out own pay put ran red run sad saw say sea see set she sit six sky so
    son tea ten the tie tip to too top toy try tv two up us use war was way we wet who why win yes
    yet you zoo
    da das der die du er es ich ihr ja nur sie so tag um uns wir zu
    au ça eau été fin il jour moi oui pas toi tu va
    aquí así día eso hoy ir mal más mí sí son ti tú voy ya yo"""
)

HALF_DAYS = words("a.m p.m")

# Names that are written with a stop of their own.
EXCLAMATION_NAMES = words("yahoo jeopardy yum joomla chips panic hamilton wham")

# After a number and a stop these make it an ordinal: "am 3. Oktober".
ORDINAL_NOUNS = words(
    """Januar Februar März April Mai Juni Juli August September Oktober November Dezember
    Jahrhundert Stock Klasse Platz"""
)

# Capitalised, these start a sentence and are not a part of a name.
STARTERS = words(
    """A After All Also An And Any Are Aren't As At Before Both But By Can Could Did Do Does Don't
    Each Even Every First For From Has Have He Her Here Hers His How However I'd I'll I'm I've If
    In Is It It's Its Let Let's Maybe More Most My Next Nor Not Now On Once One Only Or Our Perhaps
    Please She She's Should Since So Some Sometimes Such Sure Thank Thanks That That's The Their
    Then There There's These They They're This Those Though Through Thus To Today Tomorrow Try
    Unfortunately Until Was We We're Well Were What What's When Where Whether Which While Who Why
    Will With Would Yes Yesterday Yet You You're Your
    Aber Das Der Die Dies Diese Ein Eine Er Es Ich Ihr Sie Und Wir Wenn
    Cela Cette Elle Elles Il Ils Je La Le Les Mais Nous Vous
    El Ella Ellos Esta Este Los Pero Una Usted"""
)


def _prefixes(listed: frozenset[str]) -> frozenset[str]:
    return frozenset(word[:length] for word in listed for length in range(1, len(word) + 1))


STARTER_PREFIXES = _prefixes(STARTERS)
ORDINAL_NOUN_PREFIXES = _prefixes(ORDINAL_NOUNS)
