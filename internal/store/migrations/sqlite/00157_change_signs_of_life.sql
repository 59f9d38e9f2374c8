-- +goose Up

-- When whoever carries out a pending change last showed that they still do, by the database's clock. It is NULL of a
-- version before this one, which gives no signs.
-- Not written here: a SQLite database has one process, which knows at its start what the one before left.
ALTER TABLE opsconsole_changes ADD COLUMN alive_at TEXT;

-- +goose Down
ALTER TABLE opsconsole_changes DROP COLUMN alive_at;
