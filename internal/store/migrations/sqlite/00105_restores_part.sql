-- +goose Up
-- A restore may bring back a part of the fields that a change had set: 1 then, else NULL.
ALTER TABLE opsconsole_changes ADD COLUMN restores_part INTEGER;
-- +goose StatementBegin
CREATE TRIGGER opsconsole_changes_part_no_rewrite BEFORE UPDATE OF restores_part ON opsconsole_changes
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER opsconsole_changes_part_no_rewrite;
ALTER TABLE opsconsole_changes DROP COLUMN restores_part;
