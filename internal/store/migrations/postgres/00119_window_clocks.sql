-- +goose Up
-- What the clocks in the window's zone show at its start and end, as RFC 9557 writes it
-- (2026-12-20T12:00:00-07:00[America/Vancouver]), and the release of the rules that says so; NULL where a version wrote
-- the window that did not keep it. And where the window stood before newer rules moved it, until somebody has decided.
ALTER TABLE opsconsole_windows ADD COLUMN starts_local TEXT;
ALTER TABLE opsconsole_windows ADD COLUMN ends_local TEXT;
ALTER TABLE opsconsole_windows ADD COLUMN zone_release TEXT;
ALTER TABLE opsconsole_windows ADD COLUMN rules_move_json TEXT;

-- +goose Down
ALTER TABLE opsconsole_windows DROP COLUMN rules_move_json;
ALTER TABLE opsconsole_windows DROP COLUMN zone_release;
ALTER TABLE opsconsole_windows DROP COLUMN ends_local;
ALTER TABLE opsconsole_windows DROP COLUMN starts_local;
