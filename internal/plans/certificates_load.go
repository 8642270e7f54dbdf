//go:build unix

package main

import "fmt"

// loadCertificates makes certificates of two years: half have expired, some algorithms
// and authorities are rare, one of seven was found on the network, one of seven is on no
// seat.
func loadCertificates(rows int) []string {
	return []string{
		"SELECT setseed(0.75)",
		fmt.Sprintf(`INSERT INTO certificates (id, version, created_at, updated_at, business_unit_id, seat_row_id, enrollment_id, assigned, status, source, issued, imported, discovered, serial, subject, issuer, subject_key, common_name, names, search_text,
  key_algorithm, key_sha256, signature_algorithm, authority_key_id, is_ca, not_before, not_after, sha256, der, suspended_at, revoked_at, revocation_reason)
SELECT md5('certificate' || n)::uuid, 1, created, created + (%[1]s - created) * power(a, 3), unit, CASE WHEN b > 0.15 THEN md5('seat' || seat)::uuid END, CASE WHEN source = 'ISSUED' THEN md5('enrollment' || n)::uuid END, b > 0.15, status, source,
  source = 'ISSUED', source = 'IMPORTED', source = 'DISCOVERED' OR c > 0.95, to_hex(n), 'CN=host-' || n || '.example.com,O=Unit', 'CN=CA ' || authority, 'cn=host-' || n || '.example.com,o=unit', 'host-' || n || '.example.com', jsonb_build_object('dnsNames', jsonb_build_array('host-' || n || '.example.com')),
  E'\n' || to_hex(n) || E'\n' || sum || E'\nhost-' || n || E'.example.com\nhost-' || n || E'.example.com\nunit\n',
  CASE WHEN d < 0.6 THEN 'RSA_2048' WHEN d < 0.85 THEN 'EC_P256' WHEN d < 0.95 THEN 'RSA_3072' WHEN d < 0.99 THEN 'RSA_4096' WHEN d < 0.999 THEN 'ED25519' ELSE 'RSA_1024' END, encode(sha256((n / 2)::text::bytea), 'hex'),
  CASE WHEN e < 0.7 THEN 'SHA256-RSA' WHEN e < 0.995 THEN 'ECDSA-SHA256' ELSE 'SHA1-RSA' END, CASE WHEN authority = 1 THEN '01' ELSE 'ca' || authority END, f < 0.0005, created - interval '1 hour', ends, sum, '\x30',
  CASE WHEN status = 'SUSPENDED' THEN created END, CASE WHEN status = 'REVOKED' THEN created END, CASE WHEN status = 'REVOKED' THEN 'SUPERSEDED' END
FROM (SELECT *, encode(sha256(n::text::bytea), 'hex') AS sum, md5('unit' || 1 + floor(%[3]d * power(g, 1.3))::int)::uuid AS unit, 1 + floor(30 * power(h, 3))::int AS authority, CASE WHEN i < 0.6 THEN 'ISSUED' WHEN i < 0.9 THEN 'IMPORTED' ELSE 'DISCOVERED' END AS source,
    CASE WHEN j < 0.08 THEN 'REVOKED' WHEN ends <= %[1]s AND ends < %[1]s - interval '1 minute' THEN 'EXPIRED' WHEN j < 0.09 THEN 'SUSPENDED' ELSE 'ISSUED' END AS status
  FROM (SELECT n, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g, random() AS h, random() AS i, random() AS j, 1 + floor(%[2]d * random())::int AS seat,
      %[1]s - interval '730 days' * (%[2]d - n) / %[2]d AS created, %[1]s - interval '730 days' * (%[2]d - n) / %[2]d + interval '365 days' * (0.1 + random()) AS ends
    FROM generate_series(1, %[2]d) n OFFSET 0) x OFFSET 0) y`, at, rows, units),
	}
}
