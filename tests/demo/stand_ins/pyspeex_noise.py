"""In place of a voice library that must be compiled: Home Assistant imports it, the demo hears no voice."""


class AudioProcessor:
    """Cleans sound, elsewhere."""

    def __init__(self, gain: float, noise: int) -> None:
        """Refuse to be used."""
        raise NotImplementedError("the demo has no voice")
