//go:build unix

package main

import "fmt"

// loadSeats makes seats of two years: most are people's and in use, some types are rare,
// one of five has no address and one of four no name.
func loadSeats(rows int) []string {
	return []string{
		"SELECT setseed(0.25)",
		fmt.Sprintf(`INSERT INTO seats (id, version, created_at, updated_at, business_unit_id, seat_type, seat_id, seat_key, name, email, search_text, status, consumed, active_enrollments, valid_certificates, unused_since, deleted_at)
SELECT md5('seat' || n)::uuid, 1, created, updated, unit, type, 'Seat-' || n || '@unit.example', 'seat-' || n || '@unit.example', name, email,
  E'\nseat-' || n || E'@unit.example\n' || email || E'\n' || replace(lower(name), ' ', E'\n'), status, status = 'CONSUMED', CASE WHEN status = 'ENROLLED' THEN 1 ELSE 0 END, CASE WHEN status = 'CONSUMED' THEN 1 ELSE 0 END,
  created + (updated - created) * c, CASE WHEN status = 'DELETED' THEN updated END
FROM (SELECT n, c, created, created + (%[1]s - created) * power(a, 3) AS updated, md5('unit' || 1 + floor(%[3]d * power(b, 1.3))::int)::uuid AS unit,
    CASE WHEN d < 0.6 THEN 'USER' WHEN d < 0.8 THEN 'SERVER' WHEN d < 0.95 THEN 'DEVICE' WHEN d < 0.99 THEN 'UNIFIED' WHEN d < 0.999 THEN 'ORGANIZATION' WHEN d < 0.9995 THEN 'IMPORTED' WHEN d < 0.9999 THEN 'DISCOVERY' ELSE 'CERTIFICATE_MANAGEMENT' END AS type,
    (ARRAY['CREATED','CREATED','CREATED','CREATED','CREATED','ENROLLED','ENROLLED','ENROLLED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','CONSUMED','DELETED','DELETED'])[1 + floor(20 * e)::int] AS status,
    CASE WHEN f < 0.2 THEN '' ELSE 'person-' || n || '@example.com' END AS email, CASE WHEN g < 0.25 THEN '' ELSE 'Person ' || n END AS name
  FROM (SELECT n, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g, %[1]s - interval '730 days' * (%[2]d - n) / %[2]d AS created
    FROM generate_series(1, %[2]d) n OFFSET 0) x OFFSET 0) y`, at, rows, units),
	}
}
