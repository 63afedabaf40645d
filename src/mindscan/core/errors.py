"""Every error a user can meet.

MindscanError            exit code 2; one line: what was given, what was expected, how to mend it
├── SettingsError        a plan, a recipe or an argument holds something impossible
├── FileError            a file is missing, damaged or not what it should be
├── FolderError          an output folder is foreign, unwritable or full
└── PackageError         an optional package is not installed
"""


class MindscanError(Exception):
    """Root of all errors that mindscan raises on purpose.

    The message is one line: what was given, what was expected, how to mend it.
    """

    def __init__(self, given: str, expected: str = "", mend: str = "") -> None:
        self.given, self.expected, self.mend = given, expected, mend
        parts = [given, expected and f"expected {expected}", mend]
        super().__init__("; ".join(" ".join(part.split()) for part in parts if part))

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        """Cross process borders unchanged (the default would fold the three parts into one)."""
        return type(self), (self.given, self.expected, self.mend)


class SettingsError(MindscanError):
    """A plan, a recipe or an argument holds something impossible."""


class FileError(MindscanError):
    """A file is missing, damaged or not what it should be."""


class FolderError(MindscanError):
    """An output folder is foreign, unwritable or full."""


class PackageError(MindscanError):
    """An optional package is not installed."""
