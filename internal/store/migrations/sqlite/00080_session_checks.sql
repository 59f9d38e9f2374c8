-- +goose Up

-- renewal is what the process that renews the tokens wrote last, NULL when none does.
ALTER TABLE opsconsole_sessions ADD COLUMN renewal TEXT;

-- checked_at is when the provider last said which roles there are, NULL for at the sign-in.
ALTER TABLE opsconsole_sessions ADD COLUMN checked_at TEXT;

-- bound_to is the SHA-256 of the settings that the session was made with, NULL before there was one.
ALTER TABLE opsconsole_sessions ADD COLUMN bound_to TEXT;

-- sid is the provider's name of its own session, NULL when it said none.
ALTER TABLE opsconsole_sessions ADD COLUMN sid TEXT;

CREATE INDEX opsconsole_sessions_sid ON opsconsole_sessions (sid);
CREATE INDEX opsconsole_sessions_subject ON opsconsole_sessions (subject);
