-- A platform's own database, as pg_dump --schema-only writes one: numbers of 32 bits,
-- sequences, constraints and indexes of its own names, and tables and columns that the
-- contract does not know.

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
ALTER TABLE ONLY public.alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

CREATE TABLE public.users (
    username text NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    last_login_at text,
    is_active integer NOT NULL,
    theme text DEFAULT 'light'::text
);
ALTER TABLE ONLY public.users ADD CONSTRAINT pk_users PRIMARY KEY (username);
ALTER TABLE ONLY public.users ADD CONSTRAINT uq_users_email UNIQUE (email);

CREATE TABLE public.global_config (
    key text NOT NULL,
    value text NOT NULL,
    description text,
    updated_at text NOT NULL,
    updated_by text NOT NULL
);
ALTER TABLE ONLY public.global_config ADD CONSTRAINT pk_global_config PRIMARY KEY (key);
ALTER TABLE ONLY public.global_config ADD CONSTRAINT fk_global_config_user FOREIGN KEY (updated_by) REFERENCES public.users(username);

CREATE SEQUENCE public.mappings_id_seq AS integer;
CREATE TABLE public.mappings (
    id integer DEFAULT nextval('public.mappings_id_seq'::regclass) NOT NULL,
    owner_username text NOT NULL,
    name text NOT NULL,
    description text,
    current_version integer NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    ttl text,
    inactivity_timeout text,
    data_source_id integer
);
ALTER TABLE ONLY public.mappings ADD CONSTRAINT pk_mappings PRIMARY KEY (id);
ALTER TABLE ONLY public.mappings ADD CONSTRAINT fk_mappings_owner FOREIGN KEY (owner_username) REFERENCES public.users(username);

CREATE TABLE public.mapping_versions (
    mapping_id integer NOT NULL,
    version integer NOT NULL,
    change_description text,
    node_definitions text NOT NULL,
    edge_definitions text NOT NULL,
    created_at text NOT NULL,
    created_by text NOT NULL
);
ALTER TABLE ONLY public.mapping_versions ADD CONSTRAINT pk_mapping_versions PRIMARY KEY (mapping_id, version);
ALTER TABLE ONLY public.mapping_versions ADD CONSTRAINT fk_versions_mapping FOREIGN KEY (mapping_id) REFERENCES public.mappings(id) ON DELETE CASCADE;

CREATE SEQUENCE public.snapshots_id_seq AS integer;
CREATE TABLE public.snapshots (
    id integer DEFAULT nextval('public.snapshots_id_seq'::regclass) NOT NULL,
    mapping_id integer NOT NULL,
    mapping_version integer NOT NULL,
    owner_username text NOT NULL,
    name text NOT NULL,
    description text,
    gcs_path text NOT NULL,
    size_bytes bigint,
    node_counts text,
    edge_counts text,
    status text NOT NULL,
    progress text,
    error_message text,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    ttl text,
    inactivity_timeout text,
    last_used_at text
);
ALTER TABLE ONLY public.snapshots ADD CONSTRAINT pk_snapshots PRIMARY KEY (id);
CREATE INDEX idx_snapshots_status ON public.snapshots USING btree (status);

CREATE SEQUENCE public.instances_id_seq AS integer;
CREATE TABLE public.instances (
    id integer DEFAULT nextval('public.instances_id_seq'::regclass) NOT NULL,
    snapshot_id integer NOT NULL,
    pending_snapshot_id integer,
    owner_username text NOT NULL,
    wrapper_type text NOT NULL,
    name text NOT NULL,
    description text,
    url_slug text NOT NULL,
    instance_url text,
    pod_name text,
    pod_ip text,
    status text NOT NULL,
    progress text,
    error_message text,
    error_code text,
    stack_trace text,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    started_at text,
    last_activity_at text,
    ttl text,
    inactivity_timeout text,
    suspended_at text,
    resume_count integer NOT NULL,
    memory_usage_bytes bigint,
    disk_usage_bytes bigint,
    cpu_cores integer,
    memory_gb integer,
    favourite boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY public.instances ADD CONSTRAINT pk_instances PRIMARY KEY (id);
ALTER TABLE ONLY public.instances ADD CONSTRAINT uq_instances_slug UNIQUE (url_slug);
ALTER TABLE ONLY public.instances ADD CONSTRAINT fk_instances_snapshot FOREIGN KEY (snapshot_id) REFERENCES public.snapshots(id);
CREATE INDEX idx_instances_owner ON public.instances USING btree (owner_username);

CREATE SEQUENCE public.instance_events_id_seq AS integer;
CREATE TABLE public.instance_events (
    id integer DEFAULT nextval('public.instance_events_id_seq'::regclass) NOT NULL,
    instance_id integer NOT NULL,
    event_type text NOT NULL,
    details text,
    created_at text NOT NULL
);
ALTER TABLE ONLY public.instance_events ADD CONSTRAINT pk_instance_events PRIMARY KEY (id);

CREATE SEQUENCE public.export_jobs_id_seq AS integer;
CREATE TABLE public.export_jobs (
    id integer DEFAULT nextval('public.export_jobs_id_seq'::regclass) NOT NULL,
    snapshot_id integer NOT NULL,
    job_type text NOT NULL,
    entity_name text NOT NULL,
    status text NOT NULL,
    sql text NOT NULL,
    column_names text NOT NULL,
    starburst_catalog text NOT NULL,
    claimed_by text,
    claimed_at text,
    starburst_query_id text,
    next_uri text,
    next_poll_at text,
    poll_count integer NOT NULL,
    gcs_path text NOT NULL,
    row_count bigint,
    size_bytes bigint,
    submitted_at text,
    completed_at text,
    error_message text,
    created_at text NOT NULL,
    updated_at text NOT NULL
);
ALTER TABLE ONLY public.export_jobs ADD CONSTRAINT pk_export_jobs PRIMARY KEY (id);

-- What is in it: a user, a setting, a mapping.
INSERT INTO public.users (username, email, display_name, created_at, updated_at, is_active) VALUES
    ('erin', 'erin@example.com', 'Erin', '2026-01-01T00:00:00', '2026-01-01T00:00:00', 1);
INSERT INTO public.global_config VALUES ('concurrency.per_analyst', '3', NULL, '2026-01-01T00:00:00', 'erin');
INSERT INTO public.mappings (owner_username, name, current_version, created_at, updated_at) VALUES
    ('erin', 'Sales', 1, '2026-01-01T00:00:00', '2026-01-01T00:00:00');
INSERT INTO public.mapping_versions VALUES (1, 1, NULL,
    '[{"label": "Customer", "sql": "SELECT id FROM customers", "primary_key": {"name": "id", "type": "STRING"}, "properties": []}]',
    '[]', '2026-01-01T00:00:00', 'erin');
