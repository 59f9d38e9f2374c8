-- A platform's own database, as pg_dump --schema-only writes one: numbers of 32 bits, sequences,
-- constraints and indexes of its own names, and tables and columns that nobody here knows.

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
    theme text DEFAULT 'light'::text,
    CONSTRAINT ck_users_is_active CHECK (is_active = ANY (ARRAY[0, 1]))
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

CREATE SEQUENCE public.data_sources_id_seq AS integer;
CREATE TABLE public.data_sources (
    id integer DEFAULT nextval('public.data_sources_id_seq'::regclass) NOT NULL,
    name text NOT NULL
);
ALTER TABLE ONLY public.data_sources ADD CONSTRAINT pk_data_sources PRIMARY KEY (id);

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
ALTER TABLE ONLY public.mappings ADD CONSTRAINT fk_mappings_source FOREIGN KEY (data_source_id) REFERENCES public.data_sources(id);

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
ALTER TABLE ONLY public.mapping_versions ADD CONSTRAINT fk_versions_creator FOREIGN KEY (created_by) REFERENCES public.users(username);

CREATE SEQUENCE public.snapshots_id_seq AS integer;
CREATE TABLE public.snapshots (
    id integer DEFAULT nextval('public.snapshots_id_seq'::regclass) NOT NULL,
    mapping_id integer NOT NULL,
    mapping_version integer NOT NULL,
    owner_username text NOT NULL,
    name text NOT NULL,
    description text,
    gcs_path text NOT NULL,
    size_bytes integer,
    node_counts text,
    edge_counts text,
    status text NOT NULL,
    progress text,
    error_message text,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    ttl text,
    inactivity_timeout text,
    last_used_at text,
    CONSTRAINT ck_snapshots_status CHECK (status = ANY (ARRAY['pending', 'creating', 'ready', 'failed', 'cancelled']))
);
ALTER TABLE ONLY public.snapshots ADD CONSTRAINT pk_snapshots PRIMARY KEY (id);
ALTER TABLE ONLY public.snapshots ADD CONSTRAINT fk_snapshots_owner FOREIGN KEY (owner_username) REFERENCES public.users(username);
ALTER TABLE ONLY public.snapshots ADD CONSTRAINT fk_snapshots_mapping FOREIGN KEY (mapping_id) REFERENCES public.mappings(id);
ALTER TABLE ONLY public.snapshots ADD CONSTRAINT fk_snapshots_version
    FOREIGN KEY (mapping_id, mapping_version) REFERENCES public.mapping_versions(mapping_id, version);
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
    url_slug text,
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
    resume_count integer DEFAULT 0,
    memory_usage_bytes integer,
    disk_usage_bytes integer,
    cpu_cores integer DEFAULT 2,
    memory_gb integer,
    favourite boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_instances_wrapper CHECK (wrapper_type = ANY (ARRAY['ryugraph', 'falkordb'])),
    CONSTRAINT ck_instances_status CHECK (status = ANY (ARRAY['waiting_for_snapshot', 'starting', 'running', 'stopping', 'failed',
        'suspended', 'resuming'])),
    CONSTRAINT ck_instances_error_code CHECK (error_code IS NULL OR error_code = ANY (ARRAY['STARTUP_FAILED', 'MAPPING_FETCH_ERROR',
        'SCHEMA_CREATE_ERROR', 'DATA_LOAD_ERROR', 'DATABASE_ERROR', 'OOM_KILLED', 'UNEXPECTED_TERMINATION']))
);
ALTER TABLE ONLY public.instances ADD CONSTRAINT pk_instances PRIMARY KEY (id);
ALTER TABLE ONLY public.instances ADD CONSTRAINT uq_instances_slug UNIQUE (url_slug);
ALTER TABLE ONLY public.instances ADD CONSTRAINT fk_instances_owner FOREIGN KEY (owner_username) REFERENCES public.users(username);
ALTER TABLE ONLY public.instances ADD CONSTRAINT fk_instances_snapshot FOREIGN KEY (snapshot_id) REFERENCES public.snapshots(id);
ALTER TABLE ONLY public.instances ADD CONSTRAINT fk_instances_pending FOREIGN KEY (pending_snapshot_id) REFERENCES public.snapshots(id);
CREATE INDEX idx_instances_owner ON public.instances USING btree (owner_username);

CREATE SEQUENCE public.instance_events_id_seq AS integer;
CREATE TABLE public.instance_events (
    id integer DEFAULT nextval('public.instance_events_id_seq'::regclass) NOT NULL,
    instance_id integer NOT NULL,
    event_type text NOT NULL,
    details text,
    created_at text NOT NULL,
    CONSTRAINT ck_events_type CHECK (event_type = ANY (ARRAY['memory_upgraded', 'cpu_updated', 'oom_recovered', 'resize_failed']))
);
ALTER TABLE ONLY public.instance_events ADD CONSTRAINT pk_instance_events PRIMARY KEY (id);
ALTER TABLE ONLY public.instance_events ADD CONSTRAINT fk_events_instance
    FOREIGN KEY (instance_id) REFERENCES public.instances(id) ON DELETE CASCADE;

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
    data_source_id integer,
    claimed_by text,
    claimed_at text,
    starburst_query_id text,
    next_uri text,
    next_poll_at text,
    poll_count integer NOT NULL,
    gcs_path text NOT NULL,
    row_count integer,
    size_bytes integer,
    submitted_at text,
    completed_at text,
    error_message text,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    CONSTRAINT ck_exports_type CHECK (job_type = ANY (ARRAY['node', 'edge'])),
    CONSTRAINT ck_exports_status CHECK (status = ANY (ARRAY['pending', 'claimed', 'submitted', 'completed', 'failed']))
);
ALTER TABLE ONLY public.export_jobs ADD CONSTRAINT pk_export_jobs PRIMARY KEY (id);
ALTER TABLE ONLY public.export_jobs ADD CONSTRAINT fk_exports_snapshot
    FOREIGN KEY (snapshot_id) REFERENCES public.snapshots(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.export_jobs ADD CONSTRAINT fk_exports_source FOREIGN KEY (data_source_id) REFERENCES public.data_sources(id);

CREATE TABLE public.user_favorites (
    username text NOT NULL,
    resource_type text NOT NULL,
    resource_id integer NOT NULL,
    created_at text NOT NULL,
    CONSTRAINT ck_favorites_type CHECK (resource_type = ANY (ARRAY['mapping', 'snapshot', 'instance']))
);
ALTER TABLE ONLY public.user_favorites ADD CONSTRAINT pk_user_favorites PRIMARY KEY (username, resource_type, resource_id);
ALTER TABLE ONLY public.user_favorites ADD CONSTRAINT fk_favorites_user
    FOREIGN KEY (username) REFERENCES public.users(username) ON DELETE CASCADE;

CREATE SEQUENCE public.allowed_catalogs_id_seq AS integer;
CREATE TABLE public.allowed_catalogs (
    id integer DEFAULT nextval('public.allowed_catalogs_id_seq'::regclass) NOT NULL,
    catalog_name text NOT NULL
);
ALTER TABLE ONLY public.allowed_catalogs ADD CONSTRAINT pk_allowed_catalogs PRIMARY KEY (id);
CREATE TABLE public.allowed_schemas (
    catalog_id integer NOT NULL,
    schema_name text NOT NULL
);
ALTER TABLE ONLY public.allowed_schemas ADD CONSTRAINT pk_allowed_schemas PRIMARY KEY (catalog_id, schema_name);
ALTER TABLE ONLY public.allowed_schemas ADD CONSTRAINT fk_schemas_catalog
    FOREIGN KEY (catalog_id) REFERENCES public.allowed_catalogs(id) ON DELETE CASCADE;
