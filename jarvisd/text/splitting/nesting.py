"""What is open at a position in a sentence: inline code, brackets, a quotation."""


class Nesting:
    """Follows the characters of a sentence; everything is closed at the end of the line."""

    def __init__(self) -> None:
        self.code = False
        self.guillemets = False
        self.title = False  # 《…》: its stops end no sentence
        self._label = False
        self._depth = 0
        self.quoted = False

    @property
    def open(self) -> bool:
        """Whether anything is open: no place for a cut inside a sentence."""
        return self.code or self.quoted or self.guillemets or self.title or self._depth > 0

    @property
    def indivisible(self) -> bool:
        """Whether a stop here ends no sentence: inline code or the label of a link."""
        return self.code or self._label

    def reset(self) -> None:
        """A line or sentence ended: close everything."""
        self.code = self.guillemets = self.title = self._label = self.quoted = False
        self._depth = 0

    def character(self, character: str) -> None:
        """Take the next visible character that is neither a letter nor a digit."""
        if character == "`":
            self.code = not self.code
        elif self.code:
            return
        elif character in "([])":
            self._bracket(character)
        elif character == '"':
            self.quoted = not self.quoted
        elif character in "“„”":
            self.quoted = character != "”" and not self.quoted
        elif character in "《》":
            self.title = character == "《"
        elif character in "«»":
            self.guillemets = not self.guillemets  # either way round: «…» and »…«

    def _bracket(self, character: str) -> None:
        self._depth = max(0, self._depth + (1 if character in "([" else -1))
        if character in "[]":
            self._label = character == "["
