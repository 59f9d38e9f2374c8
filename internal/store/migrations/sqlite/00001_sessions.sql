-- +goose Up

-- A session is found by the SHA-256 of the secret in its cookie; its tokens are
-- sealed with a key that only that secret yields.
CREATE TABLE opsconsole_sessions (
    id_hash      TEXT PRIMARY KEY,
    username     TEXT NOT NULL,
    subject      TEXT NOT NULL,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    roles        TEXT NOT NULL,
    tokens       BLOB NOT NULL,
    created_at   TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at   TEXT NOT NULL
);

CREATE INDEX opsconsole_sessions_username ON opsconsole_sessions (username);

-- The attempts to sign in that were used, for as long as they could be used again.
CREATE TABLE opsconsole_sign_ins (
    state_hash TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL
);

-- Who was ever seen, and with which role last: it outlives the sessions.
CREATE TABLE opsconsole_users (
    username     TEXT PRIMARY KEY,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    last_seen_at TEXT NOT NULL
);
