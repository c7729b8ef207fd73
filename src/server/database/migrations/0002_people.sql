-- What is kept of the passwords of people: argon2id. An account without one has devices alone.
CREATE TABLE passwords (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    salt BLOB NOT NULL,
    digest BLOB NOT NULL,
    -- What it cost: new ones may cost more one day.
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- What lets somebody make an account, once.
CREATE TABLE invites (
    -- A ULID.
    id TEXT PRIMARY KEY,
    -- SHA-256 of its code, which is nowhere.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    -- Who made it: 'admin', 'start', or a service.
    made_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- What the account may do; NULL: no bound.
    quota_bytes INTEGER CHECK (quota_bytes >= 0),
    instance_limit INTEGER NOT NULL CHECK (instance_limit >= 0),
    used_at INTEGER,
    account_id INTEGER REFERENCES accounts (id)
) STRICT;

CREATE TABLE sessions (
    -- A ULID.
    id TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    -- SHA-256 of its cookie, which is nowhere.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    -- Where it began, for whoever looks through the list.
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account_id, last_seen_at);
