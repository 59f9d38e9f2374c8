-- +goose Up
-- The history is append-only: what was asked stays as it was asked, and an outcome that is known stays known.
-- +goose StatementBegin
CREATE FUNCTION opsconsole_changes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history is append-only';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER opsconsole_changes_no_delete BEFORE DELETE ON opsconsole_changes
    FOR EACH ROW EXECUTE FUNCTION opsconsole_changes_append_only();
CREATE TRIGGER opsconsole_changes_no_truncate BEFORE TRUNCATE ON opsconsole_changes
    FOR EACH STATEMENT EXECUTE FUNCTION opsconsole_changes_append_only();
CREATE TRIGGER opsconsole_changes_no_rewrite BEFORE UPDATE OF
    id, section, at, actor, reason, source, before_json, after_json, fields, restores, request_id, since, intent, point_id
    ON opsconsole_changes FOR EACH ROW EXECUTE FUNCTION opsconsole_changes_append_only();
CREATE TRIGGER opsconsole_changes_settled BEFORE UPDATE OF outcome, error, settled_at ON opsconsole_changes FOR EACH ROW
    WHEN (old.outcome NOT IN ('pending', 'unknown') AND old.given_up = 0)
    EXECUTE FUNCTION opsconsole_changes_append_only();

-- +goose Down
DROP TRIGGER opsconsole_changes_settled ON opsconsole_changes;
DROP TRIGGER opsconsole_changes_no_rewrite ON opsconsole_changes;
DROP TRIGGER opsconsole_changes_no_truncate ON opsconsole_changes;
DROP TRIGGER opsconsole_changes_no_delete ON opsconsole_changes;
DROP FUNCTION opsconsole_changes_append_only();
