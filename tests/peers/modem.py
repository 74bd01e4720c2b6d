"""Debian's gammu-smsd in its own process, on a SQLite file, with Gammu's dummy phone: files for the texts of its SIM.

What the dummy phone cannot do is written into the tables as the daemon would: delivery reports, failures to send.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

DEADLINE_SECONDS = 20.0
TABLES = Path(__file__).with_name("gammu.sql")
CONFIGURATION = """\
[gammu]
device = {folder}/phone
connection = none
model = dummy
[smsd]
service = sql
{tables}
logfile = {folder}/smsd.log
debuglevel = 1
commtimeout = 1
receivefrequency = 1
statusfrequency = 1
loopsleep = 0
checksecurity = 0
checkbattery = 0
checksignal = 0
deliveryreport = sms
multiparttimeout = 2
"""
"""loopsleep 0: it sends as fast as it can, not one text a second."""

SIM = """\
[SMSBackup000]
SMSC = "123456"
SMSCUnicode = 003100320033003400350036
Sent = 20261125T120000
State = UnRead
Number = ""
NumberUnicode = {number}
Name = ""
NameUnicode =
Text00 = {text}
Coding = Unicode
Folder = 1
Length = {length}
Class = -1
ReplySMSC = False
RejectDuplicates = True
ReplaceMessage = 0
MessageReference = 0
{header}
"""


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row of sentitems: what the phone was given. header: the user data header."""

    text_id: str
    recipient: str
    header: bytes
    words: str


class Modem:
    """One daemon and its phone; it may die and live again on the same tables.

    unrecorded: what the phone sent although the daemon did not live to write it down.
    """

    def __init__(self, folder: Path, postgresql: str = "") -> None:
        """postgresql: address of a database to keep the tables in, instead of a SQLite file."""
        self.folder = folder
        self.database = postgresql or str(folder / "smsd.db")
        self.unrecorded: list[SentRow] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._places = iter(range(1, 10_000))
        (folder / "phone/sms/1").mkdir(parents=True, exist_ok=True)
        if postgresql:
            tables = _made_on_postgresql(postgresql)
        else:
            tables = f"driver = sqlite3\ndatabase = smsd.db\ndbdir = {folder}"
            with self.tables() as database:
                database.execute("PRAGMA journal_mode=WAL")
                database.executescript(TABLES.read_text())
        (folder / "smsdrc").write_text(CONFIGURATION.format(folder=folder, tables=tables))

    def start(self) -> None:
        program = shutil.which("gammu-smsd")
        assert program, "gammu-smsd is not installed (Debian: apt-get install gammu-smsd libdbd-sqlite3)"
        with (self.folder / "smsd.err").open("a") as errors:
            command = [program, "-c", str(self.folder / "smsdrc")]
            self._process = subprocess.Popen(command, stdout=errors, stderr=errors)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_SECONDS)
            self._process = None

    @contextmanager
    def tables(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.database, timeout=DEADLINE_SECONDS)) as database, database:
            yield database

    def rows(self, statement: str, *values: object) -> list[Any]:
        with self.tables() as database:
            return database.execute(statement, values).fetchall()

    # ---- the SIM's side

    def receives(self, sender: str, body: str, *, header: bytes = b"") -> None:
        """A text arrives on the SIM, and waits there for the daemon."""
        made = SIM.format(
            number=_hex(sender),
            text=_hex(body),
            length=len(body.encode("utf-16-be")) // 2,
            header=f"UDH = {header.hex().upper()}" if header else "",
        )
        place = self.folder / f"phone/sms/1/{next(self._places)}"
        hidden = self.folder / "arriving"
        hidden.write_text(made)
        hidden.rename(place)

    def on_the_sim(self) -> int:
        return len(list((self.folder / "phone/sms/1").iterdir()))

    def unprocessed(self) -> int:
        return int(self.rows("SELECT count(*) FROM inbox WHERE Processed = 'false'")[0][0])

    def queued(self) -> int:
        return int(self.rows("SELECT count(*) FROM outbox")[0][0])

    def sent(self) -> list[SentRow]:
        """What the phone was given and did not fail to send, oldest first."""
        rows = self.rows(
            "SELECT CreatorID, DestinationNumber, UDH, TextDecoded FROM sentitems"
            " WHERE Status NOT IN ('SendingError', 'Error') ORDER BY SendingDateTime, ID, SequencePosition"
        )
        return [SentRow(text_id, recipient, bytes.fromhex(header), words) for text_id, recipient, header, words in rows]

    # ---- what the dummy phone cannot do

    def reports_at_once(self, status: str = "DeliveryOK") -> None:
        """From now on, the network reports on a text as soon as it was sent."""
        self._when_sent(f"Status = '{status}', DeliveryDateTime = datetime('now')")

    def reports(self, status: str = "DeliveryOK") -> None:
        """The network reports on everything that was sent."""
        with self.tables() as database:
            database.execute(
                "UPDATE sentitems SET Status = ?, DeliveryDateTime = datetime('now') WHERE DeliveryDateTime IS NULL",
                (status,),
            )

    def fails_to_send(self, code: int, *, times: int = 1) -> None:
        """The network refuses so many texts with this number; -1: the phone gives no number."""
        with self.tables() as database:
            database.execute("CREATE TABLE refusals (code INTEGER)")
            database.executemany("INSERT INTO refusals VALUES (?)", [(code,)] * times)
        self._when_sent(
            "Status = 'SendingError', StatusCode = (SELECT code FROM refusals LIMIT 1)",
            condition="EXISTS (SELECT 1 FROM refusals)",
            then="DELETE FROM refusals WHERE rowid = (SELECT rowid FROM refusals LIMIT 1);",
        )

    def _when_sent(self, change: str, *, condition: str = "1", then: str = "") -> None:
        with self.tables() as database:
            database.executescript(  # what a test says, no stranger
                f"CREATE TRIGGER when_sent AFTER INSERT ON sentitems WHEN {condition} BEGIN"  # noqa: S608
                f" UPDATE sentitems SET {change} WHERE ID = new.ID AND SequencePosition = new.SequencePosition;"
                f" {then} END"
            )

    def dies_after_sending(self) -> None:
        """The phone will send one more text, and the daemon die before it has written that down."""
        with self.tables() as database:
            database.execute(
                "CREATE TRIGGER too_late BEFORE INSERT ON sentitems BEGIN SELECT RAISE(ABORT, 'killed'); END"
            )
        threading.Thread(target=self._kill_when, args=(self._transmitted() + 1,), name="killer").start()

    def _transmitted(self) -> int:
        log = self.folder / "smsd.log"
        return log.read_text("utf-8", "replace").count("Transmitted ") if log.exists() else 0

    def _kill_when(self, transmitted: int) -> None:
        until = time.monotonic() + DEADLINE_SECONDS
        while self._transmitted() < transmitted and time.monotonic() < until:
            time.sleep(0.002)
        self.kill()
        for text_id, recipient, header, letters in self.rows(
            "SELECT CreatorID, DestinationNumber, UDH, Text FROM outbox"
        ):
            words = bytes.fromhex(letters).decode("utf-16-be")
            self.unrecorded.append(SentRow(text_id, recipient, bytes.fromhex(header or ""), words))
        with self.tables() as database:
            database.execute("DROP TRIGGER too_late")


def _made_on_postgresql(address: str) -> str:
    """Make the tables; what smsdrc says of where they are."""
    with psycopg.connect(address) as database:
        database.execute(TABLES.with_stem("gammu_postgresql").read_bytes())
        where = database.info
        user, password = where.user, where.password
        return (
            f"driver = native_pgsql\nhost = {where.host}\nport = {where.port}\ndatabase = {where.dbname}\n"
            f"user = {user}\npassword = {password}"
        )


def _hex(words: str) -> str:
    return words.encode("utf-16-be").hex().upper()
