-- +goose Up
-- What an operator asked for and another one has to approve, and what became of it.
CREATE TABLE opsconsole_approvals (
    id                  BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    state               TEXT NOT NULL,
    action              TEXT NOT NULL,
    object              TEXT NOT NULL,
    before_json         TEXT NOT NULL,
    after_json          TEXT NOT NULL,
    message             TEXT NOT NULL,
    reason              TEXT NOT NULL,
    requested_by        TEXT NOT NULL,
    requested_by_issuer TEXT NOT NULL,
    requested_by_sub    TEXT NOT NULL,
    requested_at        TEXT NOT NULL,
    expires_at          TEXT NOT NULL,
    -- The request as it was sent, which is carried out word by word; empty once it is decided.
    request_json        TEXT NOT NULL,
    -- What it was reviewed against: another value voids it.
    stand               TEXT NOT NULL,
    -- The request that decides, which alone may begin what was approved.
    decision            TEXT NOT NULL,
    decided_by          TEXT NOT NULL,
    decided_by_issuer   TEXT NOT NULL,
    decided_by_sub      TEXT NOT NULL,
    decided_at          TEXT,
    decision_reason     TEXT NOT NULL,
    note                TEXT NOT NULL,
    -- The entry of the audit log with which it began, and how that ended as far as is known.
    intent              BIGINT,
    outcome             TEXT NOT NULL,
    change_id           BIGINT
);
CREATE INDEX opsconsole_approvals_state ON opsconsole_approvals (state, id);

-- +goose Down
DROP TABLE opsconsole_approvals;
