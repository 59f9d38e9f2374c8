-- +goose Up

-- What happened in a time is found by that time: statuses, windows' events, and the runs that failed among all others.
CREATE INDEX opsconsole_component_spans_since ON opsconsole_component_spans (since);
CREATE INDEX opsconsole_window_events_at ON opsconsole_window_events (at, id);
CREATE INDEX opsconsole_job_runs_failed_at ON opsconsole_job_runs (ended_at, id) WHERE result = 'failed';
CREATE INDEX opsconsole_counted_runs_failed_at ON opsconsole_counted_runs (seen_until, id) WHERE failed > 0;

-- +goose Down
DROP INDEX opsconsole_counted_runs_failed_at;
DROP INDEX opsconsole_job_runs_failed_at;
DROP INDEX opsconsole_window_events_at;
DROP INDEX opsconsole_component_spans_since;
