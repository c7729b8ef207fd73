-- How much each account held, once a day: for a picture. Days are whole days since 1970, UTC.
CREATE TABLE storage_samples (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    day INTEGER NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (account_id, day)
) STRICT, WITHOUT ROWID;
