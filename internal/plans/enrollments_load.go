//go:build unix

package main

import "fmt"

// The size of the organisation beside its rows.
const (
	units    = 100
	profiles = 300
	seats    = 500_000
)

// at is the instant at which everything is asked, as SQL.
const at = "timestamptz '2026-11-01 12:00:00+00'"

// organisation makes the business units and profiles: three of each unit, some types,
// methods and authorities common and some rare.
var organisation = []string{
	fmt.Sprintf(`INSERT INTO business_units (id, version, created_at, updated_at, key, name, approver_emails, manager_emails)
SELECT md5('unit' || n)::uuid, 1, %[1]s - interval '2 years', %[1]s - interval '2 years', 'unit-' || n, 'Unit ' || n, '[]', '[]' FROM generate_series(1, %[2]d) n`, at, units),
	fmt.Sprintf(`INSERT INTO certificate_profiles (id, version, created_at, updated_at, business_unit_id, name, seat_type, ca_type, authentication_method, enrollment_method, approvals_required,
  allowed_keys, allowed_sans, key_usages, extended_key_usages, approver_emails, manager_emails)
SELECT md5('profile' || n)::uuid, 1, %[1]s - interval '2 years', %[1]s - interval '2 years', md5('unit' || (n %% %[2]d + 1))::uuid, 'Profile ' || n,
  (ARRAY['USER','USER','USER','USER','USER','USER','USER','USER','SERVER','SERVER','SERVER','SERVER','SERVER','DEVICE','DEVICE','DEVICE','DEVICE','UNIFIED','UNIFIED','ORGANIZATION'])[n * 7 %% 20 + 1],
  CASE WHEN n %% 13 < 2 THEN 'PUBLIC' ELSE 'PRIVATE' END,
  CASE WHEN n %% 2 = 0 THEN 'MANUAL_APPROVAL' ELSE 'ENROLLMENT_CODE' END,
  (ARRAY['CSR','CSR','CSR','CSR','BROWSER_PKCS12','BROWSER_PKCS12','BROWSER_PKCS12','BROWSER_PKCS12','BROWSER_PKCS12','REST_API','REST_API','REST_API','SCEP','SCEP','EST','CSR','CSR','CSR','CSR'])[n * 5 %% 19 + 1],
  2, '["EC_P256"]', '[]', '[]', '[]', '[]', '[]' FROM generate_series(1, %[3]d) n`, at, units, profiles),
}

// loadEnrollments makes enrollments of a year: most are over, and of the last 45 days'
// most are not. One in five has no e-mail address; a few dozen are due
// and not yet written down. A person has asked for a few, a manager for thousands; a seat has a few, of which no two of the same days.
func loadEnrollments(rows int) []string {
	return append(organisation[:len(organisation):len(organisation)],
		"SELECT setseed(0.5)",
		fmt.Sprintf(`INSERT INTO enrollments (id, version, created_at, updated_at, business_unit_id, profile_id, seat_row_id, seat_type, seat_id, seat_key, name, email, ca_type, authentication_method,
  enrollment_method, status, expires_at, promise, approvals_required, approvals, requester_issuer, requester_subject, requester_name, issuance, issuance_since)
SELECT md5('enrollment' || n)::uuid, 1, created, least(created + a * interval '10 days', %[1]s), p.business_unit_id, p.id, CASE WHEN p.authentication_method = 'MANUAL_APPROVAL' AND status IN ('PENDING', 'PENDING_SECOND_APPROVAL', 'IN_PROGRESS', 'REJECTED', 'EXPIRED') AND b < 0.6 THEN NULL ELSE md5('seat' || seat)::uuid END,
  p.seat_type, 'Seat-' || seat || '@unit.example', 'seat-' || seat || '@unit.example', 'Person ' || seat, CASE WHEN b > 0.8 THEN '' ELSE 'person-' || seat || '@example.com' END, p.ca_type, p.authentication_method,
  p.enrollment_method, status, CASE WHEN status IN ('CREATED', 'PENDING', 'PENDING_SECOND_APPROVAL', 'IN_PROGRESS', 'APPROVED') AND c > 0.0002 THEN %[1]s + c * interval '45 days' ELSE least(created + interval '90 days', %[1]s - interval '1 second') END,
  '{}', 2, CASE WHEN status = 'PENDING_SECOND_APPROVAL' THEN 1 ELSE 0 END, 'https://login.example',
  CASE WHEN p.authentication_method = 'MANUAL_APPROVAL' THEN 'person-' || seat %% 200000 ELSE 'manager-' || seat %% 300 END, 'Somebody',
  CASE WHEN status IN ('CREATED', 'APPROVED') AND a < 0.003 THEN CASE WHEN a < 0.001 THEN 'REQUESTED' ELSE 'FAILED' END END, CASE WHEN status IN ('CREATED', 'APPROVED') AND a < 0.003 THEN created END
FROM (SELECT n, a, b, c, seat, created, profile,
    CASE WHEN created > %[1]s - interval '45 days' AND d < 0.6
      THEN CASE WHEN profile %% 2 = 0 THEN (ARRAY['PENDING','PENDING','PENDING','PENDING','PENDING_SECOND_APPROVAL','IN_PROGRESS','IN_PROGRESS','APPROVED','APPROVED','APPROVED'])[1 + floor(10 * e)::int]
        ELSE (ARRAY['CREATED','CREATED','CREATED','CREATED','LOCKED'])[1 + floor(5 * e)::int] END
      ELSE (ARRAY['REDEEMED','REDEEMED','REDEEMED','REDEEMED','REDEEMED','REDEEMED','EXPIRED','EXPIRED','REJECTED','REJECTED'])[1 + floor(10 * e)::int] END AS status
  FROM (SELECT n, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, 1 + n::bigint * 7919 %% %[4]d AS seat, 1 + floor(%[3]d * power(random(), 1.2))::int AS profile,
      %[1]s - interval '365 days' * (%[2]d - n) / %[2]d AS created
    FROM generate_series(1, %[2]d) n OFFSET 0) x OFFSET 0) y JOIN certificate_profiles p ON p.id = md5('profile' || y.profile)::uuid`, at, rows, profiles, seats),
		`INSERT INTO enrollment_texts (id, business_unit_id, email, search_text)
SELECT id, business_unit_id, email, E'\n' || seat_key || E'\n' || email || E'\n' || replace(lower(name), ' ', E'\n') FROM enrollments`,
		`INSERT INTO approvals (id, business_unit_id, enrollment_id, round, decision, issuer, subject, name, decided_at)
SELECT md5('approval' || id)::uuid, business_unit_id, id, 1, 'APPROVED', 'https://login.example', 'approver-' || ascii(right(id::text, 1)) % 7, 'Somebody', updated_at FROM enrollments WHERE approvals = 1 OR authentication_method = 'MANUAL_APPROVAL' AND status IN ('APPROVED', 'REDEEMED')`,
	)
}
