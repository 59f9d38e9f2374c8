-- +goose Up
-- A change that was reviewed to be made at a time, and what became of it.
CREATE TABLE opsconsole_scheduled_changes (
    id                 BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    revision           BIGINT  NOT NULL,
    section            TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    due_at             TEXT    NOT NULL,
    actor              TEXT    NOT NULL,
    reason             TEXT    NOT NULL,
    request_id         TEXT    NOT NULL,
    -- What the section held when it was reviewed, and what is to be set on top of that.
    before_json        TEXT    NOT NULL,
    set_json           TEXT    NOT NULL,
    restores           BIGINT  REFERENCES opsconsole_changes (id),
    -- What ends it, empty for nothing; how long it lasts, 0 where its end stands by itself; and its end.
    kind               TEXT    NOT NULL,
    length_us          BIGINT  NOT NULL,
    ends_at            TEXT,
    created_at         TEXT    NOT NULL,
    reviewed_at        TEXT    NOT NULL,
    -- The entry of the audit log with which it was scheduled.
    intent             BIGINT  NOT NULL,
    -- The change that makes it, or tried to, and whether that is under way.
    change_id          BIGINT  REFERENCES opsconsole_changes (id),
    applying           BIGINT  NOT NULL DEFAULT 0,
    settled_at         TEXT,
    tries              BIGINT  NOT NULL DEFAULT 0,
    next_try_at        TEXT,
    note               TEXT    NOT NULL DEFAULT '',
    error_code         TEXT,
    error_details_json TEXT
);
CREATE INDEX opsconsole_scheduled_changes_open ON opsconsole_scheduled_changes (due_at) WHERE state IN ('scheduled', 'held');
CREATE INDEX opsconsole_scheduled_changes_change ON opsconsole_scheduled_changes (change_id);
CREATE INDEX opsconsole_scheduled_changes_intent ON opsconsole_scheduled_changes (intent);

-- +goose Down
DROP TABLE opsconsole_scheduled_changes;
