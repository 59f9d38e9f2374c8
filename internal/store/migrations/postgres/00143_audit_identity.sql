-- +goose Up
-- The provider's own name of who did it, beside the name that people read. The version before leaves them out.
ALTER TABLE opsconsole_audit ADD COLUMN issuer TEXT;
ALTER TABLE opsconsole_audit ADD COLUMN subject TEXT;
ALTER TABLE opsconsole_audit ADD COLUMN identity_hash TEXT;

-- +goose Down
ALTER TABLE opsconsole_audit DROP COLUMN identity_hash;
ALTER TABLE opsconsole_audit DROP COLUMN subject;
ALTER TABLE opsconsole_audit DROP COLUMN issuer;
