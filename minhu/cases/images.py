"""Photos made anew: turned upright, made smaller, without where and when they were taken.

An image is decoded and encoded again, so that nothing but what is seen survives: no location, no thumbnail, no comment,
no bytes behind its end.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from minhu.rules.attachments import LONGEST_SIDE, MOST_PIXELS, FileBroken, FileKind, FileTooBig

Image.MAX_IMAGE_PIXELS = None  # asked below, before a pixel is decoded, with an answer instead of a warning

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_JPEG_QUALITY = 85


def made_anew(content: bytes) -> tuple[FileKind, bytes]:
    """What is kept of a photo. Raises: FileBroken, FileTooBig."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise FileTooBig
            image.seek(0)
            upright = ImageOps.exif_transpose(image)
            return _encoded(upright)
    except (UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError) as fault:
        raise FileBroken from fault


def _encoded(image: Image.Image) -> tuple[FileKind, bytes]:
    lets_through = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    plain = image.convert("RGBA" if lets_through else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(plain.mode, plain.size)  # carries nothing of the old one's info
    bare.paste(plain)
    target = io.BytesIO()
    if lets_through:
        bare.save(target, "PNG", optimize=True)
        return FileKind.PNG, target.getvalue()
    bare.save(target, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return FileKind.JPEG, target.getvalue()
