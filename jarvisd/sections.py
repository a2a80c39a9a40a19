"""The parts of a table of settings: base class, bounds of values, explanations.

Every room, engine and provider declares its settings with them. Imports nothing of ours.
"""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Bytes = Annotated[int, Meta(ge=1_024, le=1_073_741_824)]
Milliseconds = Annotated[int, Meta(ge=0, le=10_000)]
Weight = Annotated[int, Meta(ge=1, le=10_000)]
Cores = Annotated[float, Meta(ge=0, le=1_024)]
CpuList = Annotated[str, Meta(pattern=r"^([0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*)?$")]

# A path in the file system: in a file it must be absolute.
FilePath = Annotated[str, Meta(extra={"path": True})]


def about(text: str) -> Meta:
    """The line of explanation that ``etc/jarvisd.toml`` shows above a setting."""
    return Meta(description=text)


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration file."""

    def broken_rules(self) -> Iterable[tuple[str, str]]:
        """Settings of this table whose values break a rule, each with what is wrong."""
        return ()
