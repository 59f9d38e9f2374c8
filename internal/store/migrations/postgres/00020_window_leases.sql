-- +goose Up
-- The maintenance window that a lease belongs to, and that ends it.
ALTER TABLE opsconsole_leases ADD COLUMN window_id BIGINT;
CREATE INDEX opsconsole_leases_window ON opsconsole_leases (window_id) WHERE window_id IS NOT NULL;

-- +goose Down
DROP INDEX opsconsole_leases_window;
ALTER TABLE opsconsole_leases DROP COLUMN window_id;
