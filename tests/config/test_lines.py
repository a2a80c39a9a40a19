from jarvisd.config.lines import key_lines, nearest


def test_keys_headers_and_dotted_keys_have_lines() -> None:
    text = """\
# a
root = 1

[api]  # the socket
socket = "x=y"
[ speech . "piper" ]
threads=2
x.y = 3
"""
    assert key_lines(text) == {
        "root": 2,
        "api": 4,
        "api.socket": 5,
        "speech.piper": 6,
        "speech.piper.threads": 7,
        "speech.piper.x.y": 8,
    }


def test_text_inside_multi_line_strings_is_no_key() -> None:
    text = "[llm]\nsystem_prompt = '''\nmodel = 1\n[api]\n\"\"\"\n'''\nmodel = 'm'\n"
    assert key_lines(text) == {"llm": 1, "llm.system_prompt": 2, "llm.model": 7}


def test_a_multi_line_string_on_one_line_ends_there() -> None:
    assert key_lines('a = """x"""\nb = 2\n') == {"a": 1, "b": 2}


def test_a_line_of_a_million_spaces_is_read_once() -> None:
    assert key_lines(" " * 1_000_000 + "\na = 1\n") == {"a": 2}
    assert key_lines("a " * 500_000 + "\nb = 1\n") == {"b": 2}


def test_an_unknown_place_falls_back_to_the_table_around_it() -> None:
    assert nearest({"api": 4}, "api.socket") == 4
    assert nearest({"api": 4}, "llm.url") is None
