from jarvisctl.dashboard.verbs import VERBS, path_for
from jarvisd.api.routes import ROUTES


def test_the_palette_holds_every_verb_of_the_api() -> None:
    offered = {(verb.method, verb.path) for verb in VERBS}
    served = {(route.method, route.path) for route in ROUTES}
    assert served <= offered, f"not in the palette: {sorted(served - offered)}"
    assert offered <= served, f"not served: {sorted(offered - served)}"


def test_a_verb_about_a_reply_names_it() -> None:
    verb = next(verb for verb in VERBS if verb.path == "/v1/replies/{reply}/pause")
    assert path_for(verb, reply="r-1", conversation="c-1") == "/v1/replies/r-1/pause"
    assert path_for(verb, reply="", conversation="c-1") is None
