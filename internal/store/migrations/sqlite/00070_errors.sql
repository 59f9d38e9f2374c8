-- +goose Up
-- An error is kept with its code and its details; its message stands beside it already.
ALTER TABLE opsconsole_changes ADD COLUMN error_code TEXT;
ALTER TABLE opsconsole_changes ADD COLUMN error_details_json TEXT;
ALTER TABLE opsconsole_leases ADD COLUMN error_code TEXT;
ALTER TABLE opsconsole_leases ADD COLUMN error_details_json TEXT;
-- They are as settled as the outcome that they belong to.
-- +goose StatementBegin
CREATE TRIGGER opsconsole_changes_error_settled BEFORE UPDATE OF error_code, error_details_json ON opsconsole_changes
WHEN old.outcome NOT IN ('pending', 'unknown') AND old.given_up = 0
BEGIN SELECT RAISE(ABORT, 'the outcome of this change is known'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER opsconsole_changes_error_settled;
ALTER TABLE opsconsole_leases DROP COLUMN error_details_json;
ALTER TABLE opsconsole_leases DROP COLUMN error_code;
ALTER TABLE opsconsole_changes DROP COLUMN error_details_json;
ALTER TABLE opsconsole_changes DROP COLUMN error_code;
