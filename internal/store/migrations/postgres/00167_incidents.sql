-- +goose NO TRANSACTION
-- +goose Up

-- What happened in a time is found by that time: statuses, windows' events, and the runs that failed among all others. A build that
-- was cut off leaves an index that is not valid: it is built once more.
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_component_spans_since;
CREATE INDEX CONCURRENTLY opsconsole_component_spans_since ON opsconsole_component_spans (since);
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_window_events_at;
CREATE INDEX CONCURRENTLY opsconsole_window_events_at ON opsconsole_window_events (at, id);
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_job_runs_failed_at;
CREATE INDEX CONCURRENTLY opsconsole_job_runs_failed_at ON opsconsole_job_runs (ended_at, id) WHERE result = 'failed';
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_counted_runs_failed_at;
CREATE INDEX CONCURRENTLY opsconsole_counted_runs_failed_at ON opsconsole_counted_runs (seen_until, id) WHERE failed > 0;

-- +goose Down
DROP INDEX CONCURRENTLY opsconsole_counted_runs_failed_at;
DROP INDEX CONCURRENTLY opsconsole_job_runs_failed_at;
DROP INDEX CONCURRENTLY opsconsole_window_events_at;
DROP INDEX CONCURRENTLY opsconsole_component_spans_since;
