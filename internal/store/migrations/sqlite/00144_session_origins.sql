-- +goose Up
-- What operators see of a session: a name for it that has nothing to do with its cookie, and where and with what it
-- was used last. NULL where the version before made it, until it is used.
ALTER TABLE opsconsole_sessions ADD COLUMN public_id TEXT;
ALTER TABLE opsconsole_sessions ADD COLUMN address TEXT;
ALTER TABLE opsconsole_sessions ADD COLUMN user_agent TEXT;
CREATE UNIQUE INDEX opsconsole_sessions_public_id ON opsconsole_sessions (public_id);

-- +goose Down
DROP INDEX opsconsole_sessions_public_id;
ALTER TABLE opsconsole_sessions DROP COLUMN user_agent;
ALTER TABLE opsconsole_sessions DROP COLUMN address;
ALTER TABLE opsconsole_sessions DROP COLUMN public_id;
