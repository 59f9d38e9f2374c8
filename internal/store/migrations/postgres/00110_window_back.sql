-- +goose Up
-- When users had the platform back, though an operator may have had to decide about the rest.
ALTER TABLE opsconsole_windows ADD COLUMN back_at TEXT;

-- +goose Down
ALTER TABLE opsconsole_windows DROP COLUMN back_at;
