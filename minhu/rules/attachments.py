"""What may be handed in with a case: photos and PDF documents, known by what they are and not by their names."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from minhu.rules.errors import Refusal
from minhu.rules.plain import storable

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2560
MOST_PER_CASE = 20
_LONGEST_NAME = 60


class FileKind(StrEnum):
    """What is kept."""

    JPEG = "jpg"
    PNG = "png"
    PDF = "pdf"


class NotAFileWeTake(Refusal):
    """Neither a photo nor a PDF."""

    code = "not_a_file_we_take"
    words = "只收照片（JPG、PNG、WebP）和 PDF 文件，请换一种格式再传。"


class FileTooBig(Refusal):
    code = "file_too_big"
    words = f"文件太大，请控制在 {MOST_BYTES // 1024 // 1024} MB 以内。"


class FileBroken(Refusal):
    """It says it is a photo, and cannot be opened."""

    code = "file_broken"
    words = "文件打不开，可能已经损坏，请重新拍照或导出后再传。"


class FileActive(Refusal):
    """A PDF that does something when it is opened."""

    code = "file_active"
    words = "这个 PDF 带有脚本或内嵌文件，为安全起见不能接收，请打印成新的 PDF 再传。"


class TooManyFiles(Refusal):
    code = "too_many_files"
    words = f"一件诉求最多附 {MOST_PER_CASE} 个文件。"


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"%PDF-", "pdf"),
)
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm|ImportData)\b")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def sniff(content: bytes) -> str:
    """``image`` or ``pdf``, by the first bytes. Raises: NotAFileWeTake, FileTooBig."""
    if len(content) > MOST_BYTES:
        raise FileTooBig
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image"
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    raise NotAFileWeTake


def check_pdf(content: bytes) -> None:
    """A whole PDF that does nothing by itself, as far as can be seen. Raises: FileBroken, FileActive.

    Names written with escapes (``/J#53``) are read as a reader reads them. Source: ISO 32000-1, 7.3.5.
    """
    if b"%%EOF" not in content[-2048:]:
        raise FileBroken
    plain = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), content) if b"#" in content else content
    if _ACTIVE.search(plain):
        raise FileActive


def safe_name(name: str, kind: FileKind) -> str:
    """A file name that is only a name: no folders, no control or direction marks, with the ending of what it is."""
    plain = unicodedata.normalize("NFKC", storable(name)).replace("\\", "/").rsplit("/", 1)[-1]
    stem = plain.rsplit(".", 1)[0] if "." in plain.strip(".") else plain
    kept = "".join(one for one in stem if one.isalnum() or one in " -_（）()")
    kept = re.sub(r"\s+", " ", kept).strip(" -_.")[:_LONGEST_NAME]
    return f"{kept or '附件'}.{kind.value}"
