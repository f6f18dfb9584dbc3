"""In place of a voice library that must be compiled: Home Assistant imports it, the demo hears no voice."""


class MicroVad:
    """Detects no speech."""

    def Process10ms(self, audio: bytes) -> float:  # noqa: N802  the library's name
        """Return that ten milliseconds of sound are surely not speech."""
        return 0.0
