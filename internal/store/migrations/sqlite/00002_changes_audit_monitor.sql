-- +goose Up
CREATE TABLE opsconsole_audit (
    seq         INTEGER PRIMARY KEY,
    at          TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    remote_addr TEXT    NOT NULL,
    request_id  TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    object      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    intent      INTEGER NOT NULL,
    change_id   INTEGER NOT NULL,
    before_json TEXT    NOT NULL,
    after_json  TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    prev_hash   TEXT    NOT NULL,
    hash        TEXT    NOT NULL
);
CREATE INDEX opsconsole_audit_actor ON opsconsole_audit (actor, seq);
CREATE INDEX opsconsole_audit_action ON opsconsole_audit (action, seq);
CREATE INDEX opsconsole_audit_object ON opsconsole_audit (object, action, seq);
CREATE INDEX opsconsole_audit_outcome ON opsconsole_audit (outcome, seq);

-- The newest entry; whoever appends locks this row first, so that the chain has no fork.
CREATE TABLE opsconsole_audit_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash TEXT    NOT NULL
);
INSERT INTO opsconsole_audit_head (id, seq, hash) VALUES (1, 0, '');

-- +goose StatementBegin
CREATE TRIGGER opsconsole_audit_no_update BEFORE UPDATE ON opsconsole_audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER opsconsole_audit_no_delete BEFORE DELETE ON opsconsole_audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd

CREATE TABLE opsconsole_changes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    section     TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    before_json TEXT    NOT NULL,
    after_json  TEXT    NOT NULL,
    fields      TEXT    NOT NULL,
    restores    INTEGER REFERENCES opsconsole_changes (id),
    error       TEXT,
    request_id  TEXT    NOT NULL,
    settled_at  TEXT,
    since       TEXT,
    intent      INTEGER NOT NULL,
    -- When it became unknown; from then on it is waited for what is still on its way.
    unknown_at  TEXT,
    -- 1 for one that was given up although the control plane never answered: should its
    -- values turn up later, it was carried out late.
    given_up    INTEGER NOT NULL DEFAULT 0,
    -- The named point that it restored a part of.
    point_id    INTEGER
);
CREATE INDEX opsconsole_changes_outcome ON opsconsole_changes (outcome, id);
-- One change of a section at a time, also across replicas.
CREATE UNIQUE INDEX opsconsole_changes_open ON opsconsole_changes (section) WHERE outcome IN ('pending', 'unknown');
CREATE INDEX opsconsole_changes_section ON opsconsole_changes (section, id);
CREATE INDEX opsconsole_changes_actor ON opsconsole_changes (actor, id);
CREATE INDEX opsconsole_changes_restores ON opsconsole_changes (restores);

-- What a section was seen to hold, one row whenever it changed.
CREATE TABLE opsconsole_revisions (
    section     TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    values_json TEXT    NOT NULL,
    change_id   INTEGER REFERENCES opsconsole_changes (id),
    PRIMARY KEY (section, revision)
);

-- The newest revision of each section and when it was last seen to hold; whoever adds
-- a revision or opens a change locks this row first.
CREATE TABLE opsconsole_sections (
    section  TEXT    PRIMARY KEY,
    revision INTEGER  NOT NULL,
    seen_at  TEXT
);
INSERT INTO opsconsole_sections (section, revision) VALUES ('lifecycle', 0), ('concurrency', 0), ('maintenance', 0), ('export', 0);

CREATE TABLE opsconsole_samples (
    series TEXT NOT NULL,
    at     TEXT NOT NULL,
    value  REAL NOT NULL,
    PRIMARY KEY (series, at)
);
CREATE INDEX opsconsole_samples_at ON opsconsole_samples (at);

-- A component's status over time, one row a span in which it was seen to hold.
CREATE TABLE opsconsole_component_spans (
    component  TEXT NOT NULL,
    since      TEXT NOT NULL,
    until      TEXT NOT NULL,
    status     TEXT NOT NULL,
    PRIMARY KEY (component, since)
);
CREATE INDEX opsconsole_component_spans_until ON opsconsole_component_spans (until);

-- +goose Down
DROP TABLE opsconsole_component_spans;
DROP TABLE opsconsole_samples;
DROP TABLE opsconsole_sections;
DROP TABLE opsconsole_revisions;
DROP TABLE opsconsole_changes;
DROP TABLE opsconsole_audit_head;
DROP TABLE opsconsole_audit;
