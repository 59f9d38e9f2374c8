-- +goose Up
-- A temporary change: what it set, and what it takes back when it ends.
CREATE TABLE opsconsole_leases (
    id            BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    section       TEXT    NOT NULL,
    change_id     BIGINT  NOT NULL UNIQUE REFERENCES opsconsole_changes (id),
    end_change_id BIGINT  REFERENCES opsconsole_changes (id),
    kind          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    before_json   TEXT    NOT NULL,
    set_json      TEXT    NOT NULL,
    starts_at     TEXT    NOT NULL,
    ends_at       TEXT    NOT NULL,
    ended_at      TEXT,
    tries         BIGINT  NOT NULL DEFAULT 0,
    next_try_at   TEXT,
    note          TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX opsconsole_leases_open ON opsconsole_leases (ends_at) WHERE state IN ('pending', 'active', 'held');
CREATE INDEX opsconsole_leases_end_change ON opsconsole_leases (end_change_id);

-- The fields that a change touched, so that its history is found by field.
CREATE TABLE opsconsole_change_fields (
    field     TEXT    NOT NULL,
    change_id BIGINT  NOT NULL REFERENCES opsconsole_changes (id),
    PRIMARY KEY (field, change_id)
);
CREATE INDEX opsconsole_changes_at ON opsconsole_changes (at);
CREATE INDEX opsconsole_changes_source ON opsconsole_changes (source, id);

-- A named point: what every section held.
CREATE TABLE opsconsole_points (
    id     BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name   TEXT    NOT NULL UNIQUE,
    actor  TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    at     TEXT    NOT NULL
);
CREATE TABLE opsconsole_point_values (
    point_id    BIGINT  NOT NULL REFERENCES opsconsole_points (id),
    section     TEXT    NOT NULL,
    values_json TEXT    NOT NULL,
    PRIMARY KEY (point_id, section)
);

-- An outside change that somebody looked at and let stand.
CREATE TABLE opsconsole_kept_changes (
    change_id BIGINT  PRIMARY KEY REFERENCES opsconsole_changes (id),
    actor     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    at        TEXT    NOT NULL
);

-- +goose Down
DROP TABLE opsconsole_kept_changes;
DROP TABLE opsconsole_point_values;
DROP TABLE opsconsole_points;
DROP INDEX opsconsole_changes_source;
DROP INDEX opsconsole_changes_at;
DROP TABLE opsconsole_change_fields;
DROP TABLE opsconsole_leases;
