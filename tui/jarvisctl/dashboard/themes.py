"""The dashboard's own themes, beside those that Textual brings.

``jarvis-safe`` tells apart what people with any colour blindness can (blue, orange, black, white);
``jarvis-16`` uses the terminal's own sixteen colours, whatever they are.
"""

from textual.theme import BUILTIN_THEMES, Theme

DEFAULT = "jarvis"
FALLBACKS = {"frame": "#5a5f73", "frame-focus": "#7dcfff"}

THEMES = (
    Theme(
        name="jarvis",
        primary="#7aa2f7",
        secondary="#9d7cd8",
        accent="#7dcfff",
        foreground="#c8d0e6",
        background="#11131c",
        surface="#161925",
        panel="#1d2130",
        success="#9ece6a",
        warning="#e0af68",
        error="#f7768e",
        dark=True,
        variables={
            "frame": "#343b58",
            "text-muted": "#7d86a5",
            "frame-focus": "#7dcfff",
            "block-cursor-background": "#7dcfff",
            "block-cursor-foreground": "#11131c",
        },
    ),
    Theme(
        name="jarvis-light",
        primary="#2e5aac",
        secondary="#7847bd",
        accent="#0f6f9e",
        foreground="#2b3040",
        background="#f6f7fb",
        surface="#ffffff",
        panel="#e7eaf2",
        success="#33751f",
        warning="#8f5a00",
        error="#b3263f",
        dark=False,
        variables={
            "frame": "#b9c0d4",
            "text-muted": "#6b7289",
            "frame-focus": "#0f6f9e",
            "block-cursor-background": "#0f6f9e",
            "block-cursor-foreground": "#ffffff",
        },
    ),
    Theme(
        name="jarvis-safe",
        primary="#56b4e9",
        secondary="#cc79a7",
        accent="#f0e442",
        foreground="#e8e8e8",
        background="#101010",
        surface="#161616",
        panel="#202020",
        success="#56b4e9",
        warning="#e69f00",
        error="#ff8c42",
        dark=True,
        variables={
            "frame": "#4a4a4a",
            "text-muted": "#9a9a9a",
            "frame-focus": "#f0e442",
            "block-cursor-background": "#f0e442",
            "block-cursor-foreground": "#101010",
        },
    ),
    Theme(
        name="jarvis-16",
        ansi=True,
        primary="ansi_bright_blue",
        secondary="ansi_magenta",
        accent="ansi_cyan",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        success="ansi_green",
        warning="ansi_yellow",
        error="ansi_red",
        dark=True,
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            "frame": "ansi_bright_black",
            "frame-focus": "ansi_cyan",
            "text-muted": "ansi_bright_black",
            "text-success": "ansi_green",
            "text-warning": "ansi_yellow",
            "text-error": "ansi_red",
            "text-primary": "ansi_bright_blue",
            "text-accent": "ansi_cyan",
            "block-cursor-background": "ansi_cyan",
            "block-cursor-foreground": "ansi_black",
        },
    ),
)
