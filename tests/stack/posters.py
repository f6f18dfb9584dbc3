"""Posters of our own: a dot for the tests, a drawn picture with the title for the demo."""

from functools import lru_cache
import hashlib
import io
import textwrap

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 342, 513
MARGIN = 26


def _colours(name: str) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Two dark to medium colours that always are the same for one name."""
    digest = hashlib.sha256(name.encode()).digest()
    first = (30 + digest[0] % 90, 30 + digest[1] % 90, 50 + digest[2] % 110)
    second = (60 + digest[3] % 150, 50 + digest[4] % 120, 60 + digest[5] % 150)
    return first, second


@lru_cache(maxsize=1)
def dot() -> bytes:
    """The smallest poster."""
    stream = io.BytesIO()
    Image.new("RGB", (2, 3), (70, 90, 140)).save(stream, "PNG")
    return stream.getvalue()


@lru_cache(maxsize=256)
def drawn(title: str, year: int) -> bytes:
    """A JPEG with a landscape of hills, a sun, the title and the year."""
    digest = hashlib.sha256(title.encode()).digest()
    low, high = _colours(title)
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    for y in range(HEIGHT):
        share = y / HEIGHT
        draw.line(
            [(0, y), (WIDTH, y)],
            fill=tuple(int(a + (b - a) * share) for a, b in zip(low, high, strict=True)),
        )
    x, y, radius = 50 + digest[6] % 240, 60 + digest[7] % 120, 30 + digest[8] % 45
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(245, 226, 190))
    for layer in range(3):
        top = 250 + layer * 70 + digest[9 + layer] % 40
        left = -120 + digest[12 + layer] % 160
        shade = tuple(int(colour * (0.75 - 0.22 * layer)) for colour in low)
        draw.polygon([(left - 200, HEIGHT), (left + 140, top), (left + 480, HEIGHT)], fill=shade)
        draw.polygon([(left + 120, HEIGHT), (left + 400, top + 40), (left + 720, HEIGHT)], fill=shade)
    lines = textwrap.wrap(title, 13)[:4]
    font, small = ImageFont.load_default(38), ImageFont.load_default(22)
    bottom = HEIGHT - MARGIN - 30
    for line in reversed(lines):
        bottom -= 44
        draw.text((MARGIN, bottom), line, font=font, fill="white")
    draw.text((MARGIN, HEIGHT - MARGIN - 24), str(year), font=small, fill=(225, 225, 225))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return stream.getvalue()
