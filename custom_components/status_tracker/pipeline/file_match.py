"""Comparison of the files of library items with those of the *arrs."""

from collections.abc import Iterable

from .evidence.arr import FileEvidence
from .evidence.library import ItemFile, LibraryEvidence
from .ids import lies_in, shared_tail

SIZED = 100  # an equal size outweighs any shared path


def same_file(item: ItemFile, file: FileEvidence) -> int:
    """Return a match score of a library file and an *arr file: 0 if different, else from path and size."""
    shared = shared_tail(item.path, file.path)
    if shared < 2:
        # The path in Jellyfin can be the folder of a disc, whose size differs from the file in it.
        inside = lies_in(file.path, item.path)
        return inside if inside >= 2 else 0
    if item.size and file.size:
        return SIZED + shared if item.size == file.size else 0
    return shared


def closest_file(item: ItemFile, files: Iterable[FileEvidence]) -> int:
    """Return the highest score of a library file among the files."""
    return max((same_file(item, file) for file in files), default=0)


def is_file_of(item: LibraryEvidence, files: Iterable[FileEvidence], others: Iterable[FileEvidence]) -> bool:
    """Return whether an item plays one of the files, with a higher score than any of the others."""
    mine, rest = tuple(files), tuple(others)
    return any((sure := closest_file(one, mine)) and sure > closest_file(one, rest) for one in item.files)


def is_only_other(
    item: LibraryEvidence, files: Iterable[FileEvidence], others: Iterable[FileEvidence]
) -> bool:
    """Return whether all files of an item belong to the other definition (HD for 4K and vice versa)."""
    mine, rest = tuple(files), tuple(others)
    return bool(item.files) and all(
        (sure := closest_file(one, rest)) > 0 and sure > closest_file(one, mine) for one in item.files
    )
