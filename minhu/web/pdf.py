"""A page as PDF. Nothing is fetched for it: what it shows stands in its own HTML, pictures as ``data:`` addresses.

Refusal
└── NoPdf    this machine lacks the libraries that draw text
"""

from __future__ import annotations

from minhu.rules.errors import Refusal


class NoPdf(Refusal):
    code = "no_pdf"
    words = "这台服务器还不能生成 PDF，请管理员按安装说明装上 Pango；现在可以先在浏览器里打印。"


def pdf_of(html: str) -> bytes:
    """The document of a whole page with its style in it. Raises: NoPdf."""
    try:
        from weasyprint import HTML  # half a second and forty megabytes, which few processes need
        from weasyprint.urls import URLFetcher
    except OSError as missing:
        raise NoPdf from missing
    return bytes(HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf())
