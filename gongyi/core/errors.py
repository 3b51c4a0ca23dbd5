"""The one error that carries a sentence for a person. Field errors are Django's; what may not be seen is a 404."""


class Refused(Exception):  # noqa: N818 - it reads as a sentence: raise Refused(...)
    """The product says no to a well-formed wish.

    `code` is stable and for programs, `sentence` says what happened, `todo` what to do next; both in the reader's language.
    `mine` and `theirs` hold the two texts when somebody else was faster. Pages show it with `status` (409 unless said).
    """

    def __init__(
        self, code: str, sentence: str, todo: str = "", *, mine: str = "", theirs: str = "", status: int = 409
    ) -> None:
        super().__init__(code)
        self.code, self.sentence, self.todo = code, sentence, todo
        self.mine, self.theirs, self.status = mine, theirs, status

    def __str__(self) -> str:
        return f"{self.sentence} {self.todo}".strip()
