-- The tables that gammu-smsd 1.42 expects in SQLite (version 17 of its structure), see gammu-smsd-tables(7).
CREATE TABLE gammu (Version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO gammu VALUES (17);
CREATE TABLE inbox (
    ID INTEGER PRIMARY KEY AUTOINCREMENT,
    UpdatedInDB NUMERIC NOT NULL DEFAULT (datetime('now')),
    ReceivingDateTime NUMERIC NOT NULL DEFAULT (datetime('now')),
    SenderNumber TEXT NOT NULL DEFAULT '', SMSCNumber TEXT NOT NULL DEFAULT '', RecipientID TEXT NOT NULL,
    Text TEXT NOT NULL, TextDecoded TEXT NOT NULL DEFAULT '', UDH TEXT NOT NULL, Coding TEXT NOT NULL,
    Class INTEGER NOT NULL DEFAULT -1, Processed TEXT NOT NULL DEFAULT 'false', Status INTEGER NOT NULL DEFAULT -1
);
CREATE TABLE outbox (
    ID INTEGER PRIMARY KEY AUTOINCREMENT,
    UpdatedInDB NUMERIC NOT NULL DEFAULT (datetime('now')), InsertIntoDB NUMERIC NOT NULL DEFAULT (datetime('now')),
    SendingDateTime NUMERIC NOT NULL DEFAULT (datetime('now')),
    SendingTimeOut NUMERIC NOT NULL DEFAULT (datetime('now')),
    SendBefore TIME NOT NULL DEFAULT '23:59:59', SendAfter TIME NOT NULL DEFAULT '00:00:00',
    DestinationNumber TEXT NOT NULL DEFAULT '', Text TEXT, TextDecoded TEXT NOT NULL DEFAULT '', UDH TEXT,
    Coding TEXT NOT NULL DEFAULT 'Default_No_Compression', Class INTEGER DEFAULT -1,
    MultiPart TEXT NOT NULL DEFAULT 'false', RelativeValidity INTEGER DEFAULT -1, SenderID TEXT,
    DeliveryReport TEXT DEFAULT 'default' CHECK (DeliveryReport IN ('default', 'yes', 'no')),
    CreatorID TEXT NOT NULL, Retries INTEGER DEFAULT 0, Priority INTEGER DEFAULT 0,
    Status TEXT NOT NULL DEFAULT 'Reserved', StatusCode INTEGER NOT NULL DEFAULT -1
);
CREATE TABLE outbox_multipart (
    ID INTEGER, SequencePosition INTEGER NOT NULL DEFAULT 1,
    Text TEXT, TextDecoded TEXT, UDH TEXT, Coding TEXT NOT NULL DEFAULT 'Default_No_Compression',
    Class INTEGER DEFAULT -1, Status TEXT NOT NULL DEFAULT 'Reserved', StatusCode INTEGER NOT NULL DEFAULT -1,
    PRIMARY KEY (ID, SequencePosition)
);
CREATE TABLE sentitems (
    ID INTEGER, SequencePosition INTEGER NOT NULL DEFAULT 1,
    UpdatedInDB NUMERIC NOT NULL DEFAULT (datetime('now')), InsertIntoDB NUMERIC NOT NULL DEFAULT (datetime('now')),
    SendingDateTime NUMERIC NOT NULL DEFAULT (datetime('now')), DeliveryDateTime NUMERIC,
    DestinationNumber TEXT NOT NULL DEFAULT '', SMSCNumber TEXT NOT NULL DEFAULT '', SenderID TEXT NOT NULL,
    Text TEXT NOT NULL, TextDecoded TEXT NOT NULL DEFAULT '', UDH TEXT NOT NULL, Coding TEXT NOT NULL,
    Class INTEGER NOT NULL DEFAULT -1, RelativeValidity INTEGER NOT NULL DEFAULT -1, TPMR INTEGER NOT NULL DEFAULT -1,
    CreatorID TEXT NOT NULL, Status TEXT NOT NULL DEFAULT 'SendingOK',
    StatusError INTEGER NOT NULL DEFAULT -1, StatusCode INTEGER NOT NULL DEFAULT -1,
    PRIMARY KEY (ID, SequencePosition)
);
CREATE TABLE phones (
    IMEI TEXT PRIMARY KEY NOT NULL, IMSI TEXT NOT NULL, ID TEXT NOT NULL,
    UpdatedInDB NUMERIC NOT NULL DEFAULT (datetime('now')), InsertIntoDB NUMERIC NOT NULL DEFAULT (datetime('now')),
    TimeOut NUMERIC NOT NULL DEFAULT (datetime('now')), Send TEXT NOT NULL DEFAULT 'no',
    Receive TEXT NOT NULL DEFAULT 'no', NetCode TEXT DEFAULT 'ERROR', NetName TEXT DEFAULT 'ERROR',
    Client TEXT NOT NULL, Battery INTEGER NOT NULL DEFAULT -1, Signal INTEGER NOT NULL DEFAULT -1,
    Sent INTEGER NOT NULL DEFAULT 0, Received INTEGER NOT NULL DEFAULT 0
);
CREATE TRIGGER phones_updated UPDATE ON phones BEGIN
    UPDATE phones SET UpdatedInDB = datetime('now') WHERE IMEI = old.IMEI;
END;
