-- Programs that do an operator's work: a chat bot, a web shop.
CREATE TABLE services (
    -- A ULID.
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- SHA-256 of its token, which is nowhere.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    -- What it may do.
    scope TEXT NOT NULL CHECK (scope IN ('all', 'provision')),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE UNIQUE INDEX services_by_name ON services (name) WHERE revoked_at IS NULL;

-- What makes one device of an account, once.
CREATE TABLE enrolments (
    -- A ULID.
    id TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    -- SHA-256 of its code, which is nowhere.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    made_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
