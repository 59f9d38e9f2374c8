-- +goose Up
-- Lists are read newest first, from an index that has the filter, the time and the id in it.
DROP INDEX opsconsole_changes_at;
DROP INDEX opsconsole_changes_actor;
DROP INDEX opsconsole_changes_source;
DROP INDEX opsconsole_changes_outcome;
CREATE INDEX opsconsole_changes_at ON opsconsole_changes (at, id);
CREATE INDEX opsconsole_changes_section_at ON opsconsole_changes (section, at, id);
CREATE INDEX opsconsole_changes_actor ON opsconsole_changes (actor, at, id);
CREATE INDEX opsconsole_changes_source ON opsconsole_changes (source, at, id);
CREATE INDEX opsconsole_changes_outcome ON opsconsole_changes (outcome, at, id);

ALTER TABLE opsconsole_change_fields ADD COLUMN changed_at TEXT NOT NULL DEFAULT '';
UPDATE opsconsole_change_fields SET changed_at = (SELECT c.at FROM opsconsole_changes c WHERE c.id = change_id);
CREATE INDEX opsconsole_change_fields_at ON opsconsole_change_fields (field, changed_at, change_id);

DROP INDEX opsconsole_changes_restores;
CREATE INDEX opsconsole_changes_restores ON opsconsole_changes (restores, id) WHERE restores IS NOT NULL;

-- 1 for an outside change that nobody has kept or restored: that is asked about.
ALTER TABLE opsconsole_changes ADD COLUMN unreviewed INTEGER NOT NULL DEFAULT 0;
UPDATE opsconsole_changes SET unreviewed = 1
WHERE source = 'external' AND id NOT IN (SELECT change_id FROM opsconsole_kept_changes)
    AND id NOT IN (SELECT restores FROM opsconsole_changes WHERE restores IS NOT NULL AND outcome = 'applied');
CREATE INDEX opsconsole_changes_unreviewed ON opsconsole_changes (unreviewed, id) WHERE unreviewed = 1;

DROP INDEX opsconsole_audit_actor;
DROP INDEX opsconsole_audit_action;
DROP INDEX opsconsole_audit_outcome;
CREATE INDEX opsconsole_audit_at ON opsconsole_audit (at, seq);
CREATE INDEX opsconsole_audit_actor ON opsconsole_audit (actor, at, seq);
CREATE INDEX opsconsole_audit_action ON opsconsole_audit (action, at, seq);
CREATE INDEX opsconsole_audit_object_at ON opsconsole_audit (object, at, seq);
CREATE INDEX opsconsole_audit_outcome ON opsconsole_audit (outcome, at, seq);

-- +goose Down
DROP INDEX opsconsole_audit_outcome;
DROP INDEX opsconsole_audit_object_at;
DROP INDEX opsconsole_audit_action;
DROP INDEX opsconsole_audit_actor;
DROP INDEX opsconsole_audit_at;
CREATE INDEX opsconsole_audit_actor ON opsconsole_audit (actor, seq);
CREATE INDEX opsconsole_audit_action ON opsconsole_audit (action, seq);
CREATE INDEX opsconsole_audit_outcome ON opsconsole_audit (outcome, seq);
DROP INDEX opsconsole_changes_unreviewed;
ALTER TABLE opsconsole_changes DROP COLUMN unreviewed;
DROP INDEX opsconsole_changes_restores;
CREATE INDEX opsconsole_changes_restores ON opsconsole_changes (restores);
DROP INDEX opsconsole_change_fields_at;
ALTER TABLE opsconsole_change_fields DROP COLUMN changed_at;
DROP INDEX opsconsole_changes_outcome;
DROP INDEX opsconsole_changes_source;
DROP INDEX opsconsole_changes_actor;
DROP INDEX opsconsole_changes_section_at;
DROP INDEX opsconsole_changes_at;
CREATE INDEX opsconsole_changes_at ON opsconsole_changes (at);
CREATE INDEX opsconsole_changes_actor ON opsconsole_changes (actor, id);
CREATE INDEX opsconsole_changes_source ON opsconsole_changes (source, id);
CREATE INDEX opsconsole_changes_outcome ON opsconsole_changes (outcome, id);
