-- +goose Up

-- When an owner was last seen to own instances, to the hour; NULL for one that only versions without it saw.
ALTER TABLE opsconsole_owners ADD COLUMN last_seen_at TEXT;

-- +goose Down
ALTER TABLE opsconsole_owners DROP COLUMN last_seen_at;
