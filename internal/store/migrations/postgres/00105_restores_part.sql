-- +goose Up
-- A restore may bring back a part of the fields that a change had set: 1 then, else NULL.
ALTER TABLE opsconsole_changes ADD COLUMN restores_part INTEGER;
CREATE TRIGGER opsconsole_changes_part_no_rewrite BEFORE UPDATE OF restores_part
    ON opsconsole_changes FOR EACH ROW EXECUTE FUNCTION opsconsole_changes_append_only();

-- +goose Down
DROP TRIGGER opsconsole_changes_part_no_rewrite ON opsconsole_changes;
ALTER TABLE opsconsole_changes DROP COLUMN restores_part;
