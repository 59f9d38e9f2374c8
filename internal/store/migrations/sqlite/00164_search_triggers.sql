-- +goose Up

-- Each row that is searched is noted in the transaction that writes it.
CREATE TRIGGER opsconsole_search_changes_new AFTER INSERT ON opsconsole_changes
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((1 << 56) + new.id); END;
CREATE TRIGGER opsconsole_search_audit_new AFTER INSERT ON opsconsole_audit
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((2 << 56) + new.seq); END;
CREATE TRIGGER opsconsole_search_windows_new AFTER INSERT ON opsconsole_windows
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((3 << 56) + new.id); END;
CREATE TRIGGER opsconsole_search_windows_edited AFTER UPDATE OF title, announced_by, reason, message ON opsconsole_windows
WHEN old.title IS NOT new.title OR old.announced_by IS NOT new.announced_by OR old.reason IS NOT new.reason OR old.message IS NOT new.message
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((3 << 56) + new.id); END;
CREATE TRIGGER opsconsole_search_webhooks_new AFTER INSERT ON opsconsole_webhooks
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((4 << 56) + new.id); END;
CREATE TRIGGER opsconsole_search_webhooks_edited AFTER UPDATE OF name, kind, deleted_at ON opsconsole_webhooks
WHEN old.name IS NOT new.name OR old.kind IS NOT new.kind OR old.deleted_at IS NOT new.deleted_at
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((4 << 56) + new.id); END;
CREATE TRIGGER opsconsole_search_points_new AFTER INSERT ON opsconsole_points
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((5 << 56) + new.id); END;
CREATE TRIGGER opsconsole_search_owners_new AFTER INSERT ON opsconsole_owners
BEGIN INSERT INTO opsconsole_search_noted (key) VALUES ((6 << 56) + new.id); END;

-- Whatever is not noted was there before.
INSERT INTO opsconsole_search_older (kind, below) SELECT 1, COALESCE(max(id) + 1, 0) FROM opsconsole_changes;
INSERT INTO opsconsole_search_older (kind, below) SELECT 2, COALESCE(max(seq) + 1, 0) FROM opsconsole_audit;
INSERT INTO opsconsole_search_older (kind, below) SELECT 3, COALESCE(max(id) + 1, 0) FROM opsconsole_windows;
INSERT INTO opsconsole_search_older (kind, below) SELECT 4, COALESCE(max(id) + 1, 0) FROM opsconsole_webhooks;
INSERT INTO opsconsole_search_older (kind, below) SELECT 5, COALESCE(max(id) + 1, 0) FROM opsconsole_points;
INSERT INTO opsconsole_search_older (kind, below) SELECT 6, COALESCE(max(id) + 1, 0) FROM opsconsole_owners;

-- +goose Down
DELETE FROM opsconsole_search_older;
DROP TRIGGER opsconsole_search_owners_new;
DROP TRIGGER opsconsole_search_points_new;
DROP TRIGGER opsconsole_search_webhooks_edited;
DROP TRIGGER opsconsole_search_webhooks_new;
DROP TRIGGER opsconsole_search_windows_edited;
DROP TRIGGER opsconsole_search_windows_new;
DROP TRIGGER opsconsole_search_audit_new;
DROP TRIGGER opsconsole_search_changes_new;
