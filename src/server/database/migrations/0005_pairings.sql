-- A new device on its way in. The code is short: what it gives is a device that waits for a yes.
CREATE TABLE pairings (
    -- A ULID.
    id TEXT PRIMARY KEY,
    -- NULL: the new device shows the code, and nobody of an account typed it yet.
    account_id INTEGER REFERENCES accounts (id),
    -- Six digits.
    code TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'approved', 'refused', 'ended', 'burned', 'done')),
    -- Wrong codes that were tried for the account while this one was open.
    misses INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- The new device, once it is known: what it calls itself, and where it asks from.
    name TEXT,
    kind TEXT,
    address TEXT,
    -- What it has of the secret that the bundle is sealed with: 'none', 'typed', 'scanned'.
    secret TEXT,
    -- SHA-256 of what it fetches its answer with, which is nowhere.
    claim_hash BLOB UNIQUE CHECK (length(claim_hash) = 32),
    -- Sealed for the new device; here from the yes until it is read, once.
    bundle TEXT,
    -- What came of it.
    device_id TEXT REFERENCES devices (id)
) STRICT;

-- One at a time that strangers can guess.
CREATE UNIQUE INDEX pairings_by_account ON pairings (account_id)
    WHERE account_id IS NOT NULL AND state IN ('open', 'claimed');
CREATE UNIQUE INDEX pairings_by_code ON pairings (code) WHERE account_id IS NULL AND state = 'open';
