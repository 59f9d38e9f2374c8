-- What is in it: a user, a setting, a mapping.
INSERT INTO public.users (username, email, display_name, created_at, updated_at, is_active) VALUES
    ('erin', 'erin@example.com', 'Erin', '2026-01-01T00:00:00', '2026-01-01T00:00:00', 1);
INSERT INTO public.global_config VALUES ('concurrency.per_analyst', '3', NULL, '2026-01-01T00:00:00', 'erin');
INSERT INTO public.mappings (owner_username, name, current_version, created_at, updated_at) VALUES
    ('erin', 'Sales', 1, '2026-01-01T00:00:00', '2026-01-01T00:00:00');
INSERT INTO public.mapping_versions VALUES (1, 1, NULL,
    '[{"label": "Customer", "sql": "SELECT id FROM customers", "primary_key": {"name": "id", "type": "STRING"}, "properties": []}]',
    '[]', '2026-01-01T00:00:00', 'erin');
