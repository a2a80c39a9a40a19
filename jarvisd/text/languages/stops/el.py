"""Greek: its question mark looks like a semicolon."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words("""κ κα κκ δρ καθ αγ αρχ γεν δ.σ π.χ"""),
    before_number=words("""αρ αριθ άρθ βλ εδ εικ κεφ παρ πίν σελ σ σσ τ τηλ τόμ οδ"""),
    before_anything=words("""βλ δηλ λ.χ π.χ πρβλ ό.π κ.α μτφρ περ υπ"""),
    after_something=words(
        """κ.ά κ.ο.κ κ.λπ κλπ κτλ κ.τ.λ μ.μ π.μ μ.χ π.χ χλμ ευρώ λεπτ α.ε ε.π.ε"""
    ),
    half_days=words("""π.μ μ.μ"""),
    terminators=";",
    joiners=words("και ή εναντίον με"),
)
