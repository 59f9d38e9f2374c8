-- +goose Up
-- Temporary changes are found after they are over, too.
CREATE INDEX opsconsole_leases_state ON opsconsole_leases (state, id);

-- +goose Down
DROP INDEX opsconsole_leases_state;
