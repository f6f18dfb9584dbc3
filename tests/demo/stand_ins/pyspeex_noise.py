"""In place of a voice library that must be compiled: Home Assistant imports it, the demo hears no voice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Processed:
    """Sound as it came."""

    audio: bytes


class AudioProcessor:
    """Leaves sound as it is."""

    def __init__(self, gain: float, noise: int) -> None:
        """Need neither."""

    def Process10ms(self, audio: bytes) -> Processed:  # noqa: N802  the library's name
        """Return ten milliseconds of sound."""
        return Processed(audio)
