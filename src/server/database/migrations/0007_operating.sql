-- What sets a password anew, once. An account has one at most; one that is used is gone.
CREATE TABLE password_resets (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    -- SHA-256 of its code, which is nowhere.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    made_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Devices whose secret is a password that somebody chose, for clients from before there were tokens: what
-- an htpasswd file kept of it (bcrypt). An account has one at most; the row of `devices` says whether it
-- is revoked, and its own token is nobody's.
CREATE TABLE lasting_passwords (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    device_id TEXT NOT NULL UNIQUE REFERENCES devices (id),
    hash TEXT NOT NULL
) STRICT;

-- Which account a user of Discord has.
CREATE TABLE discord_users (
    user_id TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL UNIQUE REFERENCES accounts (id),
    created_at INTEGER NOT NULL
) STRICT;

-- One row: how far the server counted the time itself. The trash is emptied by it.
CREATE TABLE counted (
    at INTEGER NOT NULL
) STRICT;
