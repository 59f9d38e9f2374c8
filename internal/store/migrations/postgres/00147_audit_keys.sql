-- +goose Up
-- How an entry is chained, NULL for SHA-256 alone, and the code that only who has the key can make. The version
-- before leaves both out.
ALTER TABLE opsconsole_audit ADD COLUMN chain TEXT;
ALTER TABLE opsconsole_audit ADD COLUMN mac TEXT;
ALTER TABLE opsconsole_audit_head ADD COLUMN chain TEXT;

-- How far the log was found whole, said under a key, so that nobody without it can move it forward.
CREATE TABLE opsconsole_audit_verified (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
    statement TEXT    NOT NULL,
    chain     TEXT    NOT NULL,
    mac       TEXT    NOT NULL
);

-- +goose Down
DROP TABLE opsconsole_audit_verified;
ALTER TABLE opsconsole_audit_head DROP COLUMN chain;
ALTER TABLE opsconsole_audit DROP COLUMN mac;
ALTER TABLE opsconsole_audit DROP COLUMN chain;
