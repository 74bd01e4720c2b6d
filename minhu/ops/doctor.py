"""What is wrong with this installation, and what to do about each. Looks only; changes nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import override

from minhu.audit import pulse
from minhu.directory.models import CalendarFeed, Line
from minhu.ops import probes
from minhu.ops import texting_checks as texting
from minhu.ops.digest_checks import mails
from minhu.ops.document_checks import documents
from minhu.ops.findings import Finding, Grade, said
from minhu.ops.insight_checks import insight
from minhu.ops.inspection_checks import inspection
from minhu.ops.reading_checks import reading
from minhu.ops.retention_checks import retention
from minhu.ops.search_checks import search
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day

WARN_BEFORE_CALENDAR_ENDS = timedelta(days=60)
LEAST_FREE_BYTES, SCARCE_FREE_BYTES = 500 * 2**20, 5 * 2**30
LARGEST_CLOCK_ERROR_SECONDS = 2.0
PATIENCE_SECONDS = 3.0
ENGLISH = "en"


Check = Callable[[], Iterator[Finding]]


def examine() -> Iterator[Finding]:
    """Look at everything, in the order in which one would mend it. A check that itself fails is a finding too."""
    for check in (
        _settings,
        _database,
        _disk,
        _clock,
        _calendar,
        _directory,
        _trunk,
        texting.gateways,
        _processes,
        texting.outbox,
        inspection,
        reading,
        insight,
        search,
        retention,
        documents,
        mails,
    ):
        try:
            yield from check()
        except (OSError, DatabaseError) as error:
            yield Finding(
                check.__name__.strip("_"), Grade.ILL, said("没能检查：{error}", error=error), said("先解决上面的问题")
            )


def told() -> list[dict[str, object]]:
    """The findings as the operator's page reads them later: in English, and under spoken in its other languages."""
    others = [language for language, _name in settings.LANGUAGES if language != ENGLISH]
    return [
        {"about": one.about, "grade": one.grade.value, **_in(ENGLISH, one)}
        | {"spoken": {language: _in(language, one) for language in others}}
        for one in examine()
    ]


def _in(language: str, one: Finding) -> dict[str, str]:
    with override(language):
        return {"found": str(one.found), "cure": str(one.cure)}


def _settings() -> Iterator[Finding]:
    try:
        call_command("check", deploy=settings.PRODUCTION, fail_level="WARNING", verbosity=0, stdout=StringIO())
    except SystemCheckError as error:
        yield Finding("settings", Grade.ILL, " ".join(str(error).split()), said("每一项设置见 .env.example"))
        return
    if settings.PRODUCTION:
        yield Finding("settings", Grade.WELL, said("正式运行"))
    else:
        cure = said("群众使用以前，设 MINHU_MODE=production")
        yield Finding(
            "settings",
            Grade.CARE,
            said("现在是 {mode} 模式，密钥放在 {folder}", mode=settings.MODE, folder=settings.DATA_DIR),
            cure,
        )


def _database() -> Iterator[Finding]:
    try:
        began = time.perf_counter()
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Finding(
            "database", Grade.ILL, said("没有应答：{error}", error=error), said("启动数据库，或者改正 DATABASE_URL")
        )
        return
    if missing:
        yield Finding("database", Grade.ILL, said("有 {n} 个迁移没有做", n=len(missing)), said("运行：minhu migrate"))
        return
    yield Finding(
        "database",
        Grade.WELL,
        said("{vendor}，{ms} 毫秒应答", vendor=connection.vendor, ms=f"{(time.perf_counter() - began) * 1000:.0f}"),
    )


def _disk() -> Iterator[Finding]:
    for name, folder in (
        ("data", settings.DATA_DIR),
        ("spool", settings.SPOOL_DIR),
        ("recordings", settings.RECORDINGS_DIR),
    ):
        place = _nearest(Path(folder))
        if not os.access(place, os.W_OK):
            yield Finding(
                f"disk: {name}",
                Grade.ILL,
                said("{place} 写不进去", place=place),
                said("让运行民呼的用户能写 {folder}", folder=folder),
            )
            continue
        free = shutil.disk_usage(place).free
        shown = said("{place} 还剩 {free} GiB", place=place, free=f"{free / 2**30:.1f}")
        if free < LEAST_FREE_BYTES:
            yield Finding(f"disk: {name}", Grade.ILL, shown, said("马上清理：再满下去录音和来电都存不下"))
        elif free < SCARCE_FREE_BYTES:
            yield Finding(f"disk: {name}", Grade.CARE, shown, said("准备扩容：每条留言都占地方"))
        else:
            yield Finding(f"disk: {name}", Grade.WELL, shown)


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() else _nearest(folder.parent)


def _clock() -> Iterator[Finding]:
    state = probes.kernel_clock()
    if state is None:
        yield Finding("clock", Grade.CARE, said("系统没有说明是否在用 NTP 对时"), said("运行 chrony 或 timesyncd"))
    elif not state.synchronised:
        yield Finding("clock", Grade.CARE, said("没有对时"), said("运行 chrony 或 timesyncd：答应的时限都靠它"))
    elif state.error_seconds > LARGEST_CLOCK_ERROR_SECONDS:
        yield Finding(
            "clock",
            Grade.ILL,
            said("可能差 {seconds} 秒", seconds=f"{state.error_seconds:.1f}"),
            said("查看 chrony 或 timesyncd"),
        )
    else:
        yield Finding("clock", Grade.WELL, said("已对时"))


def _calendar() -> Iterator[Finding]:
    last = china().last_day
    left = last - legal_day(timezone.now())
    if left < timedelta():
        yield Finding("working days", Grade.ILL, said("只排到 {last}", last=last), said("升级，否则时限按周一到周五算"))
    elif left < WARN_BEFORE_CALENDAR_ENDS:
        cure = said("国务院办公厅公布新一年放假安排以后，升级")
        yield Finding("working days", Grade.CARE, said("排到 {last}，还有 {days} 天", last=last, days=left.days), cure)
    else:
        yield Finding("working days", Grade.WELL, said("排到 {last}", last=last))


def _directory() -> Iterator[Finding]:
    lines = Line.objects.filter(withdrawn_at=None).count()
    if not lines:
        yield Finding(
            "directory", Grade.CARE, said("没有公布的号码"), said("导入名录：见 docs/how-to/import-the-directory.md")
        )
    else:
        yield Finding("directory", Grade.WELL, said("{n} 条线路在用", n=lines))
    for feed in CalendarFeed.objects.exclude(fault="").select_related("official")[:20]:
        yield Finding("calendar", Grade.CARE, f"{feed.official}: {feed.fault}", said("在日程页改正日历地址"))


def _trunk() -> Iterator[Finding]:
    listen = ", ".join(settings.SIP.listen)
    if not settings.SIP.trunk:
        yield Finding(
            "trunk",
            Grade.CARE,
            said("在 {listen} 等来电，但打不出去", listen=listen),
            said("设 SIP_TRUNK=udp:主机:端口"),
        )
        return
    transport, _, address = settings.SIP.trunk.partition(":")
    host, _, port = address.rpartition(":")
    answer = asyncio.run(probes.options(transport, host, int(port), PATIENCE_SECONDS))
    if answer:
        yield Finding("trunk", Grade.WELL, said("{trunk} 应答：{answer}", trunk=settings.SIP.trunk, answer=answer))
    else:
        cure = said("检查地址和防火墙；运营商登记了本机的地址吗")
        yield Finding("trunk", Grade.ILL, said("{trunk} 不应答 OPTIONS", trunk=settings.SIP.trunk), cure)


def _processes() -> Iterator[Finding]:
    now = timezone.now()
    for process in ("switch", "jobs"):
        if pulse.running(process, now):
            yield Finding(process, Grade.WELL, said("在运行"))
        else:
            yield Finding(
                process,
                Grade.ILL,
                said("没有在运行"),
                said("运行：minhu {process}（或者 minhu serve 全部启动）", process=process),
            )
