-- +goose Up
-- The history is append-only: what was asked stays as it was asked, and an outcome that is known stays known.
-- +goose StatementBegin
CREATE TRIGGER opsconsole_changes_no_delete BEFORE DELETE ON opsconsole_changes
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER opsconsole_changes_no_rewrite BEFORE UPDATE OF
    id, section, at, actor, reason, source, before_json, after_json, fields, restores, request_id, since, intent, point_id
    ON opsconsole_changes
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER opsconsole_changes_settled BEFORE UPDATE OF outcome, error, settled_at ON opsconsole_changes
WHEN old.outcome NOT IN ('pending', 'unknown') AND old.given_up = 0
BEGIN SELECT RAISE(ABORT, 'the outcome of this change is known'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER opsconsole_changes_settled;
DROP TRIGGER opsconsole_changes_no_rewrite;
DROP TRIGGER opsconsole_changes_no_delete;
