-- +goose NO TRANSACTION
-- +goose Up

-- Of a job that runs every five seconds there are 120,000 rows: those that failed, and those that somebody asked for, are
-- found and counted without reading the others, as on SQLite. A build that was cut off leaves an index that is not valid: it is
-- built once more.
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_job_runs_failed;
CREATE INDEX CONCURRENTLY opsconsole_job_runs_failed ON opsconsole_job_runs (job_name, id) WHERE result = 'failed';
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_job_runs_triggered;
CREATE INDEX CONCURRENTLY opsconsole_job_runs_triggered ON opsconsole_job_runs (job_name, triggered_at) WHERE triggered_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_counted_runs_failed;
CREATE INDEX CONCURRENTLY opsconsole_counted_runs_failed ON opsconsole_counted_runs (job_name, id) WHERE failed > 0;

-- +goose Down
DROP INDEX CONCURRENTLY opsconsole_counted_runs_failed;
DROP INDEX CONCURRENTLY opsconsole_job_runs_triggered;
DROP INDEX CONCURRENTLY opsconsole_job_runs_failed;
