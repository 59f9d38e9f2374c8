-- +goose Up
-- What a window's note tells of is kept with its code and its details.
ALTER TABLE opsconsole_windows ADD COLUMN error_code TEXT;
ALTER TABLE opsconsole_windows ADD COLUMN error_details_json TEXT;

-- +goose Down
ALTER TABLE opsconsole_windows DROP COLUMN error_details_json;
ALTER TABLE opsconsole_windows DROP COLUMN error_code;
