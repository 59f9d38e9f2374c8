-- +goose NO TRANSACTION
-- +goose Up

-- Each row that is searched is noted in the transaction that writes it. Each table is locked on its own, so that nobody who
-- writes to several waits for another.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION opsconsole_search_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO opsconsole_search_noted (key) VALUES ((TG_ARGV[0]::bigint << 56) + new.id);
    RETURN NULL;
END;
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION opsconsole_search_note_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO opsconsole_search_noted (key) VALUES ((TG_ARGV[0]::bigint << 56) + new.seq);
    RETURN NULL;
END;
$$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER opsconsole_search_changes_new AFTER INSERT ON opsconsole_changes
    FOR EACH ROW EXECUTE FUNCTION opsconsole_search_note(1);
CREATE OR REPLACE TRIGGER opsconsole_search_audit_new AFTER INSERT ON opsconsole_audit
    FOR EACH ROW EXECUTE FUNCTION opsconsole_search_note_entry(2);
CREATE OR REPLACE TRIGGER opsconsole_search_windows_new AFTER INSERT ON opsconsole_windows
    FOR EACH ROW EXECUTE FUNCTION opsconsole_search_note(3);
CREATE OR REPLACE TRIGGER opsconsole_search_windows_edited AFTER UPDATE OF title, announced_by, reason, message ON opsconsole_windows FOR EACH ROW
    WHEN ((old.title, old.announced_by, old.reason, old.message) IS DISTINCT FROM (new.title, new.announced_by, new.reason, new.message))
    EXECUTE FUNCTION opsconsole_search_note(3);
CREATE OR REPLACE TRIGGER opsconsole_search_webhooks_new AFTER INSERT ON opsconsole_webhooks
    FOR EACH ROW EXECUTE FUNCTION opsconsole_search_note(4);
CREATE OR REPLACE TRIGGER opsconsole_search_webhooks_edited AFTER UPDATE OF name, kind, deleted_at ON opsconsole_webhooks FOR EACH ROW
    WHEN ((old.name, old.kind, old.deleted_at) IS DISTINCT FROM (new.name, new.kind, new.deleted_at))
    EXECUTE FUNCTION opsconsole_search_note(4);
CREATE OR REPLACE TRIGGER opsconsole_search_points_new AFTER INSERT ON opsconsole_points
    FOR EACH ROW EXECUTE FUNCTION opsconsole_search_note(5);
CREATE OR REPLACE TRIGGER opsconsole_search_owners_new AFTER INSERT ON opsconsole_owners
    FOR EACH ROW EXECUTE FUNCTION opsconsole_search_note(6);

-- Whatever is not noted was there before.
INSERT INTO opsconsole_search_older (kind, below) SELECT 1, COALESCE(max(id) + 1, 0) FROM opsconsole_changes ON CONFLICT DO NOTHING;
INSERT INTO opsconsole_search_older (kind, below) SELECT 2, COALESCE(max(seq) + 1, 0) FROM opsconsole_audit ON CONFLICT DO NOTHING;
INSERT INTO opsconsole_search_older (kind, below) SELECT 3, COALESCE(max(id) + 1, 0) FROM opsconsole_windows ON CONFLICT DO NOTHING;
INSERT INTO opsconsole_search_older (kind, below) SELECT 4, COALESCE(max(id) + 1, 0) FROM opsconsole_webhooks ON CONFLICT DO NOTHING;
INSERT INTO opsconsole_search_older (kind, below) SELECT 5, COALESCE(max(id) + 1, 0) FROM opsconsole_points ON CONFLICT DO NOTHING;
INSERT INTO opsconsole_search_older (kind, below) SELECT 6, COALESCE(max(id) + 1, 0) FROM opsconsole_owners ON CONFLICT DO NOTHING;

-- +goose Down
DELETE FROM opsconsole_search_older;
DROP TRIGGER opsconsole_search_owners_new ON opsconsole_owners;
DROP TRIGGER opsconsole_search_points_new ON opsconsole_points;
DROP TRIGGER opsconsole_search_webhooks_edited ON opsconsole_webhooks;
DROP TRIGGER opsconsole_search_webhooks_new ON opsconsole_webhooks;
DROP TRIGGER opsconsole_search_windows_edited ON opsconsole_windows;
DROP TRIGGER opsconsole_search_windows_new ON opsconsole_windows;
DROP TRIGGER opsconsole_search_audit_new ON opsconsole_audit;
DROP TRIGGER opsconsole_search_changes_new ON opsconsole_changes;
DROP FUNCTION opsconsole_search_note_entry();
DROP FUNCTION opsconsole_search_note();
