"""A dict that counts its changes, so that what is derived from it can be kept."""

from typing import Any, override


class Versioned[K, V](dict[K, V]):
    """A dict whose `version` grows with every change of an item."""

    version = 0

    @override
    def __setitem__(self, key: K, value: V) -> None:
        """Set an item; the same object again is no change."""
        if self.get(key) is not value:
            self.version += 1
        super().__setitem__(key, value)

    @override
    def __delitem__(self, key: K) -> None:
        """Remove an item."""
        self.version += 1
        super().__delitem__(key)

    @override
    def pop(self, key: K, *default: Any) -> Any:
        """Remove an item and return it."""
        self.version += 1
        return super().pop(key, *default)
