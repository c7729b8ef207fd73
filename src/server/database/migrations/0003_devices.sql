-- What a device is, for pictures: 'computer', 'handheld', 'phone', 'other'.
ALTER TABLE devices ADD COLUMN kind TEXT NOT NULL DEFAULT 'other';

-- Since when all of it is in the trash; its repository cannot be created meanwhile.
ALTER TABLE instances ADD COLUMN deleted_at INTEGER;

-- The last push of each device into each instance: the log is bounded, this is not forgotten.
CREATE TABLE pushes (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    instance_id TEXT NOT NULL,
    device_id TEXT NOT NULL REFERENCES devices (id),
    at INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (account_id, instance_id, device_id)
) STRICT, WITHOUT ROWID;

-- Who did what when. It holds no name of a world or a file: the server cannot know them.
CREATE TABLE sync_log (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    device_id TEXT NOT NULL REFERENCES devices (id),
    instance_id TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('pushed', 'pulled', 'merged', 'forked', 'failed')),
    snapshot TEXT,
    bytes INTEGER,
    units INTEGER,
    -- A word for programs.
    reason TEXT
) STRICT;

CREATE INDEX sync_log_by_account ON sync_log (account_id, id);

-- What devices ask for, until a person says yes or no.
CREATE TABLE grant_requests (
    -- A ULID.
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    instance_id TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_at INTEGER,
    -- What came of a yes.
    grant_id TEXT REFERENCES grants (id)
) STRICT;

CREATE INDEX grant_requests_by_device ON grant_requests (device_id, instance_id);
