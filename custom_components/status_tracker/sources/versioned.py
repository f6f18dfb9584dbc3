"""Dict with a version number, to cache data derived from it."""

from typing import Any, override


class Versioned[K, V](dict[K, V]):
    """Dict whose `version` is incremented when an item is set or removed."""

    version = 0
    _listed: tuple[int, tuple[V, ...]] = -1, ()

    @property
    def all(self) -> tuple[V, ...]:
        """Return the values; the same tuple until they change."""
        if self._listed[0] != self.version:
            self._listed = self.version, tuple(self.values())
        return self._listed[1]

    @override
    def __setitem__(self, key: K, value: V) -> None:
        """Set an item; setting the same object again does not change the version."""
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
