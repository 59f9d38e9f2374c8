-- +goose Up

-- Of a job that runs every five seconds there are 120,000 rows: those that failed, and those that somebody asked for, are
-- found without reading the others. On PostgreSQL an index cannot be built beside who writes while a migration holds its lock.
CREATE INDEX opsconsole_job_runs_failed ON opsconsole_job_runs (job_name, id) WHERE result = 'failed';
CREATE INDEX opsconsole_job_runs_triggered ON opsconsole_job_runs (job_name, triggered_at) WHERE triggered_at IS NOT NULL;
CREATE INDEX opsconsole_counted_runs_failed ON opsconsole_counted_runs (job_name, id) WHERE failed > 0;

-- +goose Down
DROP INDEX opsconsole_counted_runs_failed;
DROP INDEX opsconsole_job_runs_triggered;
DROP INDEX opsconsole_job_runs_failed;
