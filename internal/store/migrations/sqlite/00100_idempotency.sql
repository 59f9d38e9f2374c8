-- +goose Up

-- What was asked for under a key, and what came of it, for as long as it can be asked again.
CREATE TABLE opsconsole_idempotency (
    -- The SHA-256 of who asked, for what, under which key.
    id          TEXT PRIMARY KEY,
    -- The request that acts, or acted.
    owner       TEXT NOT NULL,
    body_hash   TEXT NOT NULL,
    begun_at    TEXT NOT NULL,
    -- When the request was last known to be under way.
    seen_at     TEXT NOT NULL,
    -- The entry of the audit log that says what was done; NULL until it is.
    intent      INTEGER,
    finished_at TEXT,
    -- The answer, where it was data and final.
    status      INTEGER,
    location    TEXT,
    body        TEXT
);
CREATE INDEX opsconsole_idempotency_begun ON opsconsole_idempotency (begun_at);
-- A change is found by the entry that was written with it.
CREATE INDEX opsconsole_changes_intent ON opsconsole_changes (intent);

-- +goose Down
DROP INDEX opsconsole_changes_intent;
DROP TABLE opsconsole_idempotency;
