-- Times are whole seconds since 1970, UTC.

-- One row: which storage this database is about. The same id is in the storage's own file.
CREATE TABLE storage (
    id TEXT NOT NULL
) STRICT;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    -- Since when nothing is served to it.
    suspended_at INTEGER,
    -- NULL: no bound.
    quota_bytes INTEGER CHECK (quota_bytes >= 0),
    instance_limit INTEGER NOT NULL CHECK (instance_limit >= 0),
    -- Whether a device registers an instance by creating its repository: for clients that know
    -- nothing but restic's protocol.
    registers_itself INTEGER NOT NULL CHECK (registers_itself IN (0, 1))
) STRICT;

CREATE TABLE devices (
    -- A ULID.
    id TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    -- SHA-256 of its token, which is nowhere.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- A name is free again once its device is revoked.
CREATE UNIQUE INDEX devices_by_name ON devices (account_id, name) WHERE revoked_at IS NULL;

CREATE TABLE instances (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    -- A ULID: the repository's folder. The catalogue is in no list.
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

-- What lets one device remove things from one repository, for a while.
CREATE TABLE grants (
    -- A ULID.
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    instance_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE INDEX grants_by_device ON grants (device_id, instance_id);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- Who did it: 'admin', or a device.
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL
) STRICT;
