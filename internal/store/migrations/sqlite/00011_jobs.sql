-- +goose Up

-- One row a job: when it runs next, and what became of its last runs.
CREATE TABLE opsconsole_job_schedule (
    job_name        TEXT    PRIMARY KEY,
    next_run        TEXT    NOT NULL,
    last_run        INTEGER NOT NULL DEFAULT 0,
    last_success_at TEXT,
    failures        INTEGER NOT NULL DEFAULT 0
);

-- Whoever holds the row runs the job, until expires_at unless renewed.
CREATE TABLE opsconsole_job_locks (
    job_name   TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE opsconsole_job_runs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    job_name     TEXT NOT NULL,
    started_at   TEXT NOT NULL,
    ended_at     TEXT,
    result       TEXT CHECK (result IN ('success', 'failed', 'skipped')),
    found        TEXT NOT NULL DEFAULT '{}', -- JSON: what → count
    done         TEXT NOT NULL DEFAULT '{}', -- JSON: what → count
    error        TEXT,
    triggered_by TEXT,
    reason       TEXT
);
CREATE INDEX opsconsole_job_runs_job ON opsconsole_job_runs (job_name, id);
CREATE INDEX opsconsole_job_runs_ended ON opsconsole_job_runs (job_name, ended_at);
CREATE INDEX opsconsole_job_runs_open ON opsconsole_job_runs (job_name) WHERE ended_at IS NULL;

-- The last accepted trigger of each job.
CREATE TABLE opsconsole_job_triggers (
    job_name     TEXT PRIMARY KEY,
    triggered_at TEXT NOT NULL,
    triggered_by TEXT NOT NULL,
    reason       TEXT NOT NULL
);

-- +goose Down
DROP TABLE opsconsole_job_triggers;
DROP TABLE opsconsole_job_runs;
DROP TABLE opsconsole_job_locks;
DROP TABLE opsconsole_job_schedule;
