-- +goose Up

-- The logout tokens that were used, for as long as they could be used again.
CREATE TABLE opsconsole_logout_tokens (
    id_hash    TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL
);
