-- +goose Up
-- Which alerts a window silences, a JSON array; NULL, as it is for windows from before, is none.
ALTER TABLE opsconsole_windows ADD COLUMN alert_matchers_json TEXT;

-- +goose Down
ALTER TABLE opsconsole_windows DROP COLUMN alert_matchers_json;
