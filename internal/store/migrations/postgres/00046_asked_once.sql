-- +goose Up
-- Of outside changes the newest of each field is asked about.
UPDATE opsconsole_changes SET unreviewed = 0 WHERE unreviewed = 1 AND NOT EXISTS (
    SELECT 1 FROM opsconsole_change_fields f WHERE f.change_id = opsconsole_changes.id AND NOT EXISTS (
        SELECT 1 FROM opsconsole_change_fields n JOIN opsconsole_changes c ON c.id = n.change_id
        WHERE n.field = f.field AND n.change_id > f.change_id AND c.source = 'external'));

-- +goose Down
SELECT 1;
