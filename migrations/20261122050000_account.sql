-- What an account has before anybody does anything: the default business unit, and a pool per seat type. IMPORTED and
-- DISCOVERY are unlimited until a figure is set; nothing else is licensed until somebody says what was purchased.
INSERT INTO business_units (id, version, created_at, updated_at, key, name, is_default, approver_emails, manager_emails)
VALUES ('01890000-0000-7000-8000-000000000001', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'default', 'Default business unit', true, '[]', '[]');

INSERT INTO seat_licenses (id, version, created_at, updated_at, seat_type, purchased, allocated) VALUES
  ('01890000-0000-7000-8000-000000000011', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'USER', 0, 0),
  ('01890000-0000-7000-8000-000000000012', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'DEVICE', 0, 0),
  ('01890000-0000-7000-8000-000000000013', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'SERVER', 0, 0),
  ('01890000-0000-7000-8000-000000000014', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'ORGANIZATION', 0, 0),
  ('01890000-0000-7000-8000-000000000015', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'IMPORTED', NULL, 0),
  ('01890000-0000-7000-8000-000000000016', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'DISCOVERY', NULL, 0),
  ('01890000-0000-7000-8000-000000000017', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'CERTIFICATE_MANAGEMENT', 0, 0),
  ('01890000-0000-7000-8000-000000000018', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'UNIFIED', 0, 0);
