-- +goose Up

-- What a run record says beside: for which trigger it was, how long it took by a clock that nobody sets, and that its
-- process ended before it did. They are NULL of a version before this one.
ALTER TABLE opsconsole_job_runs ADD COLUMN triggered_at TEXT;
ALTER TABLE opsconsole_job_runs ADD COLUMN duration_us INTEGER;
ALTER TABLE opsconsole_job_runs ADD COLUMN cut_off INTEGER;

-- Runs of a control plane elsewhere, as its counters told of them: so many have ended between two looks.
CREATE TABLE opsconsole_counted_runs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    job_name     TEXT    NOT NULL,
    seen_from    TEXT    NOT NULL,
    seen_until   TEXT    NOT NULL,
    runs         INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    seconds      REAL,              -- of all of them
    succeeded_at TEXT,
    successes    REAL    NOT NULL,  -- where the counters stood then
    failures     REAL    NOT NULL,
    done         TEXT    NOT NULL   -- JSON: metric → by how much it grew
);
CREATE INDEX opsconsole_counted_runs_job ON opsconsole_counted_runs (job_name, id);
CREATE INDEX opsconsole_counted_runs_until ON opsconsole_counted_runs (job_name, seen_until);

-- Where the counters of a job stood when their last move was written down, so that one console of several does that.
CREATE TABLE opsconsole_run_counters (
    job_name TEXT PRIMARY KEY,
    seen_at  TEXT NOT NULL,
    counters TEXT NOT NULL -- JSON
);

-- +goose Down
DROP TABLE opsconsole_run_counters;
DROP TABLE opsconsole_counted_runs;
ALTER TABLE opsconsole_job_runs DROP COLUMN cut_off;
ALTER TABLE opsconsole_job_runs DROP COLUMN duration_us;
ALTER TABLE opsconsole_job_runs DROP COLUMN triggered_at;
