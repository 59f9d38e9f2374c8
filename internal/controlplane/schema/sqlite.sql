-- The platform's tables on SQLite, for a database that does not hold them yet.
-- Text timestamps are ISO 8601 in UTC; booleans are 0 and 1.

CREATE TABLE users (
    username      TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    display_name  TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL,
    last_login_at TEXT,
    is_active     INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
);

CREATE TABLE global_config (
    key         TEXT PRIMARY KEY,
    value       TEXT NOT NULL, -- '' is null
    description TEXT,
    updated_at  TEXT NOT NULL,
    updated_by  TEXT REFERENCES users (username)
);

CREATE TABLE mappings (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_username     TEXT NOT NULL REFERENCES users (username),
    name               TEXT NOT NULL,
    description        TEXT,
    current_version    INTEGER NOT NULL DEFAULT 1,
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL,
    ttl                TEXT,
    inactivity_timeout TEXT
);
CREATE INDEX mappings_owner ON mappings (owner_username, id);
CREATE INDEX mappings_ttl ON mappings (created_at) WHERE ttl IS NOT NULL;

CREATE TABLE mapping_versions (
    mapping_id         INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
    version            INTEGER NOT NULL,
    change_description TEXT,
    node_definitions   TEXT NOT NULL, -- JSON
    edge_definitions   TEXT NOT NULL, -- JSON
    created_at         TEXT NOT NULL,
    created_by         TEXT NOT NULL REFERENCES users (username),
    PRIMARY KEY (mapping_id, version)
);

CREATE TABLE snapshots (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    mapping_id         INTEGER NOT NULL,
    mapping_version    INTEGER NOT NULL,
    owner_username     TEXT NOT NULL REFERENCES users (username),
    name               TEXT NOT NULL,
    description        TEXT,
    gcs_path           TEXT NOT NULL,
    size_bytes         INTEGER,
    node_counts        TEXT, -- JSON
    edge_counts        TEXT, -- JSON
    status             TEXT NOT NULL CHECK (status IN ('pending', 'creating', 'ready', 'failed', 'cancelled')),
    progress           TEXT, -- JSON
    error_message      TEXT,
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL,
    ttl                TEXT,
    inactivity_timeout TEXT,
    last_used_at       TEXT,
    FOREIGN KEY (mapping_id, mapping_version) REFERENCES mapping_versions (mapping_id, version)
);
CREATE INDEX snapshots_mapping ON snapshots (mapping_id, mapping_version, status, id);
CREATE INDEX snapshots_status ON snapshots (status, id);
CREATE INDEX snapshots_owner ON snapshots (owner_username, id);
CREATE INDEX snapshots_ttl ON snapshots (created_at) WHERE ttl IS NOT NULL;

CREATE TABLE instances (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    snapshot_id         INTEGER REFERENCES snapshots (id),
    pending_snapshot_id INTEGER REFERENCES snapshots (id),
    owner_username      TEXT NOT NULL REFERENCES users (username),
    wrapper_type        TEXT NOT NULL CHECK (wrapper_type IN ('ryugraph', 'falkordb')),
    name                TEXT NOT NULL,
    description         TEXT,
    url_slug            TEXT NOT NULL UNIQUE,
    instance_url        TEXT,
    pod_name            TEXT,
    pod_ip              TEXT,
    status              TEXT NOT NULL CHECK (status IN ('waiting_for_snapshot', 'starting', 'running', 'stopping', 'failed', 'suspended', 'resuming')),
    progress            TEXT, -- JSON
    error_message       TEXT,
    error_code          TEXT,
    stack_trace         TEXT,
    created_at          TEXT NOT NULL,
    updated_at          TEXT NOT NULL,
    started_at          TEXT,
    last_activity_at    TEXT,
    ttl                 TEXT,
    inactivity_timeout  TEXT,
    suspended_at        TEXT,
    resume_count        INTEGER NOT NULL DEFAULT 0,
    memory_usage_bytes  INTEGER,
    disk_usage_bytes    INTEGER,
    cpu_cores           INTEGER,
    memory_gb           INTEGER
);
CREATE INDEX instances_status ON instances (status, id);
CREATE INDEX instances_owner ON instances (owner_username, id);
CREATE INDEX instances_owner_status ON instances (owner_username, status, id);
CREATE INDEX instances_updated ON instances (status, updated_at);
CREATE INDEX instances_snapshot ON instances (snapshot_id) WHERE snapshot_id IS NOT NULL;
CREATE INDEX instances_pending_snapshot ON instances (pending_snapshot_id) WHERE pending_snapshot_id IS NOT NULL;
CREATE INDEX instances_pod ON instances (pod_name) WHERE pod_name IS NOT NULL;
CREATE INDEX instances_ttl ON instances (created_at) WHERE ttl IS NOT NULL;
CREATE INDEX instances_activity ON instances (last_activity_at) WHERE status = 'running' AND inactivity_timeout IS NOT NULL;

CREATE TABLE instance_events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
    event_type  TEXT NOT NULL CHECK (event_type IN ('memory_upgraded', 'cpu_updated', 'oom_recovered', 'resize_failed')),
    details     TEXT, -- JSON
    created_at  TEXT NOT NULL
);
CREATE INDEX instance_events_instance ON instance_events (instance_id, id);

CREATE TABLE export_jobs (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    snapshot_id        INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
    job_type           TEXT NOT NULL CHECK (job_type IN ('node', 'edge')),
    entity_name        TEXT NOT NULL,
    status             TEXT NOT NULL CHECK (status IN ('pending', 'claimed', 'submitted', 'completed', 'failed')),
    sql                TEXT NOT NULL,
    column_names       TEXT NOT NULL, -- JSON
    starburst_catalog  TEXT NOT NULL,
    claimed_by         TEXT,
    claimed_at         TEXT,
    starburst_query_id TEXT,
    next_uri           TEXT,
    next_poll_at       TEXT,
    poll_count         INTEGER NOT NULL DEFAULT 0,
    gcs_path           TEXT NOT NULL,
    row_count          INTEGER,
    size_bytes         INTEGER,
    submitted_at       TEXT,
    completed_at       TEXT,
    error_message      TEXT,
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL
);
CREATE INDEX export_jobs_status ON export_jobs (status, id);
CREATE INDEX export_jobs_snapshot ON export_jobs (snapshot_id, status);
CREATE INDEX export_jobs_claimed ON export_jobs (claimed_at) WHERE status = 'claimed';
CREATE INDEX export_jobs_poll ON export_jobs (next_poll_at) WHERE status = 'submitted';

-- How many rows there are, kept by triggers, so that counting costs the same with
-- a hundred rows and with a million. The owner_username '' is everybody; the subject
-- instances_without_pod counts the instances that name no pod.
CREATE TABLE opsconsole_counts (
    subject        TEXT NOT NULL,
    owner_username TEXT NOT NULL,
    status         TEXT NOT NULL,
    n              INTEGER NOT NULL,
    PRIMARY KEY (subject, owner_username, status)
) WITHOUT ROWID;

CREATE TRIGGER opsconsole_instances_insert AFTER INSERT ON instances BEGIN
    INSERT INTO opsconsole_counts (subject, owner_username, status, n)
    VALUES ('instances', '', NEW.status, 1),
           ('instances', NEW.owner_username, NEW.status, 1),
           ('instances_without_pod', '', NEW.status, NEW.pod_name IS NULL)
    ON CONFLICT (subject, owner_username, status) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER opsconsole_instances_update AFTER UPDATE OF status, owner_username, pod_name ON instances
    WHEN (OLD.status, OLD.owner_username, OLD.pod_name IS NULL) <> (NEW.status, NEW.owner_username, NEW.pod_name IS NULL)
BEGIN
    INSERT INTO opsconsole_counts (subject, owner_username, status, n)
    VALUES ('instances', '', NEW.status, 1),
           ('instances', NEW.owner_username, NEW.status, 1),
           ('instances_without_pod', '', NEW.status, NEW.pod_name IS NULL),
           ('instances', '', OLD.status, -1),
           ('instances', OLD.owner_username, OLD.status, -1),
           ('instances_without_pod', '', OLD.status, -(OLD.pod_name IS NULL))
    ON CONFLICT (subject, owner_username, status) DO UPDATE SET n = n + excluded.n;
    DELETE FROM opsconsole_counts
     WHERE subject = 'instances' AND owner_username = OLD.owner_username AND status = OLD.status AND n = 0;
END;
CREATE TRIGGER opsconsole_instances_delete AFTER DELETE ON instances BEGIN
    UPDATE opsconsole_counts SET n = n - 1
     WHERE subject = 'instances' AND owner_username IN ('', OLD.owner_username) AND status = OLD.status;
    UPDATE opsconsole_counts SET n = n - (OLD.pod_name IS NULL)
     WHERE subject = 'instances_without_pod' AND owner_username = '' AND status = OLD.status;
    DELETE FROM opsconsole_counts
     WHERE subject = 'instances' AND owner_username = OLD.owner_username AND status = OLD.status AND n = 0;
END;

CREATE TRIGGER opsconsole_snapshots_insert AFTER INSERT ON snapshots BEGIN
    INSERT INTO opsconsole_counts (subject, owner_username, status, n) VALUES ('snapshots', '', NEW.status, 1)
    ON CONFLICT (subject, owner_username, status) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER opsconsole_snapshots_update AFTER UPDATE OF status ON snapshots WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO opsconsole_counts (subject, owner_username, status, n)
    VALUES ('snapshots', '', NEW.status, 1), ('snapshots', '', OLD.status, -1)
    ON CONFLICT (subject, owner_username, status) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER opsconsole_snapshots_delete AFTER DELETE ON snapshots BEGIN
    UPDATE opsconsole_counts SET n = n - 1 WHERE subject = 'snapshots' AND owner_username = '' AND status = OLD.status;
END;

CREATE TRIGGER opsconsole_export_jobs_insert AFTER INSERT ON export_jobs BEGIN
    INSERT INTO opsconsole_counts (subject, owner_username, status, n) VALUES ('export_jobs', '', NEW.status, 1)
    ON CONFLICT (subject, owner_username, status) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER opsconsole_export_jobs_update AFTER UPDATE OF status ON export_jobs WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO opsconsole_counts (subject, owner_username, status, n)
    VALUES ('export_jobs', '', NEW.status, 1), ('export_jobs', '', OLD.status, -1)
    ON CONFLICT (subject, owner_username, status) DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER opsconsole_export_jobs_delete AFTER DELETE ON export_jobs BEGIN
    UPDATE opsconsole_counts SET n = n - 1 WHERE subject = 'export_jobs' AND owner_username = '' AND status = OLD.status;
END;

-- Every three letters that stand side by side, so that a text inside a name or a
-- description is found without reading them all. It holds no copy of them.
CREATE VIRTUAL TABLE opsconsole_instance_search USING fts5 (
    name, description, content = 'instances', content_rowid = 'id', tokenize = 'trigram'
);
CREATE TRIGGER opsconsole_instance_search_insert AFTER INSERT ON instances BEGIN
    INSERT INTO opsconsole_instance_search (rowid, name, description) VALUES (NEW.id, NEW.name, NEW.description);
END;
CREATE TRIGGER opsconsole_instance_search_update AFTER UPDATE OF id, name, description ON instances BEGIN
    INSERT INTO opsconsole_instance_search (opsconsole_instance_search, rowid, name, description)
    VALUES ('delete', OLD.id, OLD.name, OLD.description);
    INSERT INTO opsconsole_instance_search (rowid, name, description) VALUES (NEW.id, NEW.name, NEW.description);
END;
CREATE TRIGGER opsconsole_instance_search_delete AFTER DELETE ON instances BEGIN
    INSERT INTO opsconsole_instance_search (opsconsole_instance_search, rowid, name, description)
    VALUES ('delete', OLD.id, OLD.name, OLD.description);
END;
