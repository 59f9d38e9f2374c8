-- +goose Up
-- Whoever writes a window locks this row first, so that two never overlap; the version
-- says that something changed.
CREATE TABLE opsconsole_calendar (
    id      BIGINT  PRIMARY KEY CHECK (id = 1),
    version BIGINT  NOT NULL
);
INSERT INTO opsconsole_calendar (id, version) VALUES (1, 0);

-- What the windows of a recurrence rule have in common. Times are those on the wall.
CREATE TABLE opsconsole_window_series (
    id           BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    rule         TEXT    NOT NULL,
    words        TEXT    NOT NULL,
    time_zone    TEXT    NOT NULL,
    first_wall   TEXT    NOT NULL,
    last_wall    TEXT    NOT NULL,
    last_number  BIGINT  NOT NULL,
    seconds      BIGINT  NOT NULL,
    plan_json    TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    announced_by TEXT    NOT NULL,
    acts_for     TEXT    NOT NULL,
    ended        BOOLEAN NOT NULL
);
CREATE INDEX opsconsole_window_series_open ON opsconsole_window_series (id) WHERE NOT ended;

CREATE TABLE opsconsole_windows (
    id                BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid               TEXT    NOT NULL UNIQUE,
    revision          BIGINT  NOT NULL,
    sequence          BIGINT  NOT NULL,
    phase             TEXT    NOT NULL,
    title             TEXT    NOT NULL,
    message           TEXT    NOT NULL,
    maintenance_mode  BOOLEAN NOT NULL,
    settings_json     TEXT    NOT NULL,
    starts_at         TEXT    NOT NULL,
    ends_at           TEXT    NOT NULL,
    planned_starts_at TEXT    NOT NULL,
    planned_ends_at   TEXT    NOT NULL,
    time_zone         TEXT    NOT NULL,
    series_id         BIGINT  REFERENCES opsconsole_window_series (id),
    occurrence        BIGINT  NOT NULL,
    wall              TEXT    NOT NULL,
    recurrence        TEXT,
    words             TEXT    NOT NULL,
    reason            TEXT    NOT NULL,
    announced_by      TEXT    NOT NULL,
    announced_at      TEXT    NOT NULL,
    acts_for          TEXT    NOT NULL,
    updated_at        TEXT    NOT NULL,
    started_at        TEXT,
    ended_at          TEXT,
    verified_at       TEXT,
    verified_by       TEXT    NOT NULL,
    verify_reason     TEXT    NOT NULL,
    health            TEXT    NOT NULL,
    why               TEXT    NOT NULL,
    trouble           TEXT    NOT NULL,
    steps_json        TEXT    NOT NULL,
    report_json       TEXT    NOT NULL,
    -- When something is to be done next; NULL when nothing is.
    due_at            TEXT,
    tries             BIGINT  NOT NULL,
    next_try_at       TEXT
);
CREATE INDEX opsconsole_windows_due ON opsconsole_windows (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX opsconsole_windows_open ON opsconsole_windows (ends_at)
    WHERE phase IN ('announced', 'active', 'verifying', 'overrun', 'held');
CREATE INDEX opsconsole_windows_starts_at ON opsconsole_windows (starts_at, id);
CREATE INDEX opsconsole_windows_updated_at ON opsconsole_windows (updated_at);
CREATE UNIQUE INDEX opsconsole_windows_series ON opsconsole_windows (series_id, occurrence) WHERE series_id IS NOT NULL;

-- What subscribers are told, with the window as it was then.
CREATE TABLE opsconsole_window_events (
    id          BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    window_id   BIGINT  NOT NULL REFERENCES opsconsole_windows (id),
    kind        TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    window_json TEXT    NOT NULL
);
CREATE INDEX opsconsole_window_events_window ON opsconsole_window_events (window_id, id);

CREATE TABLE opsconsole_window_templates (
    id         BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name       TEXT    NOT NULL UNIQUE,
    plan_json  TEXT    NOT NULL,
    seconds    BIGINT  NOT NULL,
    time_zone  TEXT    NOT NULL,
    recurrence TEXT    NOT NULL,
    created_by TEXT    NOT NULL,
    created_at TEXT    NOT NULL
);

-- +goose Down
DROP TABLE opsconsole_window_templates;
DROP TABLE opsconsole_window_events;
DROP TABLE opsconsole_windows;
DROP TABLE opsconsole_window_series;
DROP TABLE opsconsole_calendar;
