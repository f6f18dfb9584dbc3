"""In place of a voice library that must be compiled: Home Assistant imports it, the demo hears no voice."""


class MicroVad:
    """Detects speech, elsewhere."""

    def __init__(self) -> None:
        """Refuse to be used."""
        raise NotImplementedError("the demo has no voice")
