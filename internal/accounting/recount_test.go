package accounting

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/licence"
)

// audit looks at what became of a check and says all that is wrong, a sentence each.
func (s *stage) audit(ctx context.Context, p plan, answers []answer) (wrong []string, err error) {
	for _, a := range answers {
		if a.Fault != "" {
			wrong = append(wrong, fmt.Sprintf("%s (%s) ended in a fault: %s", a.Request, a.Act, a.Fault))
		}
	}
	for _, look := range []func(context.Context, plan) ([]string, error){s.recount, s.consumption, s.product} {
		found, err := look(ctx, p)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, found...)
	}
	found, err := s.entries(ctx, p, answers)
	return append(wrong, found...), err
}

// product is what the product's own recount finds.
func (s *stage) product(ctx context.Context, _ plan) ([]string, error) {
	differences, err := licence.Verify(ctx, s.admin)
	var wrong []string
	for _, d := range differences {
		wrong = append(wrong, "gatehouse verify: "+d.String())
	}
	return wrong, err
}

// rules are what domain.md promises, as statements that select a sentence for each
// row that breaks the promise. Nothing of the product is used: they are written from
// the domain reference. UNITS stands for the business units of the check,
// END_OF_CHECK for the instant of its last step.
var rules = []string{
	// section 2: 0 <= consumed <= created <= allocated
	`SELECT format('%s of %s: allocated %s, created %s, consumed %s are not in their order', a.seat_type, u.key, a.allocated, a.created, a.consumed)
FROM seat_allocations a JOIN business_units u ON u.id = a.business_unit_id
WHERE a.business_unit_id = ANY(UNITS) AND NOT (0 <= a.consumed AND a.consumed <= a.created AND a.created <= a.allocated)`,

	// section 2: sum(allocated) <= purchased, and the sum that is kept beside it
	`SELECT format('%s: %s purchased, %s allocated by its own figure, %s by the business units', l.seat_type, COALESCE(l.purchased::text, 'unlimited'), l.allocated, s.n)
FROM seat_licenses l, LATERAL (SELECT COALESCE(sum(a.allocated), 0) AS n FROM seat_allocations a WHERE a.seat_type = l.seat_type) s
WHERE s.n <> l.allocated OR s.n > l.purchased`,

	// created is the live seats
	`SELECT format('%s of %s: %s created, and there are %s live seats', p.seat_type, u.key, COALESCE(a.created::text, 'no allocation, none'), COALESCE(s.n, 0))
FROM (SELECT business_unit_id, seat_type FROM seat_allocations UNION SELECT business_unit_id, seat_type FROM seats) p
JOIN business_units u ON u.id = p.business_unit_id
LEFT JOIN seat_allocations a ON (a.business_unit_id, a.seat_type) = (p.business_unit_id, p.seat_type)
LEFT JOIN (SELECT business_unit_id, seat_type, count(*) AS n FROM seats WHERE status <> 'DELETED' GROUP BY 1, 2) s ON (s.business_unit_id, s.seat_type) = (p.business_unit_id, p.seat_type)
WHERE p.business_unit_id = ANY(UNITS) AND a.created IS DISTINCT FROM COALESCE(s.n, CASE WHEN a.id IS NOT NULL THEN 0 END)`,

	// section 3: a seat's status is the first that holds, and its counts are those of its rows
	`SELECT format('seat %s (%s %s): status %s, deleted at %s, consumed %s, %s active enrollments where there are %s, %s valid certificates where there are %s',
  s.id, s.seat_type, s.seat_id, s.status, COALESCE(s.deleted_at::text, 'no time'), s.consumed, s.active_enrollments, e.n, s.valid_certificates, c.n)
FROM seats s,
  LATERAL (SELECT count(*) AS n FROM enrollments e WHERE e.seat_row_id = s.id AND e.status IN ('CREATED', 'PENDING', 'PENDING_SECOND_APPROVAL', 'IN_PROGRESS', 'APPROVED', 'LOCKED')) e,
  LATERAL (SELECT count(*) AS n FROM certificates c WHERE c.seat_row_id = s.id AND c.status IN ('ISSUED', 'SUSPENDED')) c
WHERE s.business_unit_id = ANY(UNITS) AND (s.active_enrollments <> e.n OR s.valid_certificates <> c.n
  OR s.status <> CASE WHEN s.deleted_at IS NOT NULL THEN 'DELETED' WHEN s.consumed THEN 'CONSUMED' WHEN e.n > 0 THEN 'ENROLLED' ELSE 'CREATED' END)`,

	// section 1: one live seat of a seatId
	`SELECT format('%s live %s seats of %s have the seatId %s', count(*), s.seat_type, s.business_unit_id, lower(s.seat_id))
FROM seats s WHERE s.business_unit_id = ANY(UNITS) AND s.status <> 'DELETED' GROUP BY s.business_unit_id, s.seat_type, lower(s.seat_id) HAVING count(*) > 1`,

	// section 4: one active enrollment of a seatId under a profile
	`SELECT format('%s enrollments of the %s seat %s are active under the profile %s', count(*), e.seat_type, lower(e.seat_id), e.profile_id)
FROM enrollments e WHERE e.business_unit_id = ANY(UNITS) AND e.status IN ('CREATED', 'PENDING', 'PENDING_SECOND_APPROVAL', 'IN_PROGRESS', 'APPROVED', 'LOCKED')
GROUP BY e.profile_id, e.business_unit_id, e.seat_type, lower(e.seat_id) HAVING count(*) > 1`,

	// section 3: a deleted seat has no active enrollment, and what may be redeemed has its seat
	`SELECT format('enrollment %s of %s is %s and its seat is %s', e.id, e.seat_id, e.status, COALESCE(s.status, 'nowhere'))
FROM enrollments e LEFT JOIN seats s ON s.id = e.seat_row_id AND (s.business_unit_id, s.seat_type, s.seat_key) = (e.business_unit_id, e.seat_type, e.seat_key)
WHERE e.business_unit_id = ANY(UNITS) AND (e.status IN ('CREATED', 'APPROVED', 'LOCKED') AND COALESCE(s.status, 'DELETED') = 'DELETED'
  OR e.status IN ('PENDING', 'PENDING_SECOND_APPROVAL', 'IN_PROGRESS') AND e.seat_row_id IS NOT NULL AND COALESCE(s.status, 'DELETED') = 'DELETED')`,

	// section 2: every type but USER and UNIFIED holds one valid certificate and its successor, and no third. What an authority
	// was already asked for is never lost: it is linked even where another certificate came first meanwhile.
	`SELECT format('the %s seat %s (%s) holds %s valid certificates', s.seat_type, s.seat_id, s.id, count(*))
FROM seats s JOIN certificates c ON c.seat_row_id = s.id AND c.status IN ('ISSUED', 'SUSPENDED') AND c.not_after > END_OF_CHECK
WHERE s.business_unit_id = ANY(UNITS) AND NOT EXISTS (SELECT FROM issuances n WHERE n.enrollment_id = c.enrollment_id)
  AND s.seat_type NOT IN ('USER', 'UNIFIED') AND s.status <> 'DELETED' GROUP BY s.id HAVING count(*) > 2`,

	// section 2: every type but USER and UNIFIED holds one valid certificate, and its successor inside the renewal window of 30
	// days: of two that are valid until long after the check, one should have been refused
	`SELECT format('the %s seat %s (%s) holds %s valid certificates that end outside the renewal window', s.seat_type, s.seat_id, s.id, count(*))
FROM seats s JOIN certificates c ON c.seat_row_id = s.id AND c.status IN ('ISSUED', 'SUSPENDED') AND c.not_after > END_OF_CHECK + interval '30 days'
WHERE s.business_unit_id = ANY(UNITS) AND NOT EXISTS (SELECT FROM issuances n WHERE n.enrollment_id = c.enrollment_id)
  AND s.seat_type NOT IN ('USER', 'UNIFIED') AND s.status <> 'DELETED' GROUP BY s.id HAVING count(*) > 1`,

	// section 4: what was redeemed has led to one certificate, and nothing else has; nobody is at work on it any more
	`SELECT format('enrollment %s of %s is %s, its issuance is %s, and %s certificates were issued for it', e.id, e.seat_id, e.status, COALESCE(e.issuance, 'none'), c.n)
FROM enrollments e, LATERAL (SELECT count(*) AS n FROM certificates c WHERE c.enrollment_id = e.id AND c.source = 'ISSUED') c
WHERE e.business_unit_id = ANY(UNITS) AND (c.n <> CASE e.status WHEN 'REDEEMED' THEN 1 ELSE 0 END OR e.issuance = 'REQUESTED' OR e.status = 'REDEEMED' AND e.issuance IS NOT NULL)`,

	// section 4: every claim has come to its end, and one at most to a certificate
	`SELECT format('enrollment %s of %s is %s; of its claims %s are open and %s done, and the audit has %s issued', e.id, e.seat_id, e.status, n.open, n.done, a.n)
FROM enrollments e, LATERAL (SELECT count(*) FILTER (WHERE n.status = 'REQUESTED') AS open, count(*) FILTER (WHERE n.status = 'DONE') AS done FROM issuances n WHERE n.enrollment_id = e.id) n,
  LATERAL (SELECT count(*) AS n FROM audit_entries a WHERE a.resource_id = e.id AND a.action = 'ISSUE_CERTIFICATE' AND a.outcome = 'SUCCESS') a
WHERE e.business_unit_id = ANY(UNITS) AND (n.open > 0 OR n.done > 1 OR n.done = 1 AND e.status <> 'REDEEMED' OR a.n <> n.done)`,

	// section 4: attempts are taken up to those allowed, and the last one locks
	`SELECT format('enrollment %s of %s is %s after %s of %s attempts', e.id, e.seat_id, e.status, e.attempts, e.allowed_attempts)
FROM enrollments e WHERE e.business_unit_id = ANY(UNITS) AND e.authentication_method = 'ENROLLMENT_CODE'
  AND (e.attempts > e.allowed_attempts OR e.status = 'LOCKED' AND e.attempts < e.allowed_attempts OR e.status = 'CREATED' AND e.attempts >= e.allowed_attempts)`,

	// section 4: an attempt that stays taken was a wrong code, whoever gave it, or came too late for one that was locked meanwhile,
	// since all were last given back. There can be more of these, since one that was taken before may be judged after.
	`SELECT format('enrollment %s of %s, which is %s, has %s of %s attempts taken, and %s codes were refused since they were last given back; its story: %s',
  e.id, e.seat_id, e.status, e.attempts, e.allowed_attempts, w.n,
  (SELECT string_agg(concat_ws(' ', a.action, a.outcome, a.code, a.request_id), ', ' ORDER BY a.id) FROM audit_entries a WHERE a.resource_id = e.id))
FROM enrollments e, LATERAL (SELECT count(*) AS n FROM audit_entries a WHERE a.resource_id = e.id AND a.action = 'REDEEM' AND a.code IN ('WRONG_CODE', 'INVALID_STATE')
  AND a.id > COALESCE((SELECT b.id FROM audit_entries b WHERE b.resource_id = e.id AND b.outcome = 'SUCCESS' AND b.action IN ('RESET', 'UNLOCK', 'RESEND_ENROLLMENT')
    AND b.changes @> '[{"field": "status"}]' ORDER BY b.id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000'::uuid)) w
WHERE e.business_unit_id = ANY(UNITS) AND e.authentication_method = 'ENROLLMENT_CODE' AND e.attempts > w.n`,

	// section 2: for IMPORTED and DISCOVERY, and for no other type, the allocation grows by itself: upwards, and by no more than the seats
	// that the same call has made
	`SELECT format('the %s licences of %s grew by themselves from %s to %s in %s, which made %s seats', a.seat_type, a.business_unit_id, COALESCE(g.before, 'nothing'), g.after, e.request_id, n.made)
FROM seat_allocations a JOIN audit_entries e ON e.resource_id = a.id AND e.action = 'ALLOCATE_SEATS' AND e.actor_kind = 'SYSTEM' AND e.outcome = 'SUCCESS',
  LATERAL (SELECT c ->> 'before' AS before, c ->> 'after' AS after FROM jsonb_array_elements(e.changes) c WHERE c ->> 'field' = 'allocated') g,
  LATERAL (SELECT count(*) AS made FROM audit_entries m JOIN seats s ON s.id = m.resource_id
    WHERE m.request_id = e.request_id AND m.action = 'CREATE_SEAT' AND m.outcome = 'SUCCESS' AND (s.business_unit_id, s.seat_type) = (a.business_unit_id, a.seat_type)) n
WHERE a.business_unit_id = ANY(UNITS) AND (a.seat_type NOT IN ('IMPORTED', 'DISCOVERY')
  OR g.after::int - COALESCE(NULLIF(g.before, ''), '0')::int NOT BETWEEN 1 AND n.made)`,

	// section 2: only when created = allocated: where nobody has set a figure, there were never more licences than there were seats at once
	`SELECT format('%s licences of %s grew by themselves to %s, and %s seats were ever made', a.seat_type, a.business_unit_id, a.allocated, n.made)
FROM seat_allocations a, LATERAL (SELECT count(*) AS made FROM seats s WHERE (s.business_unit_id, s.seat_type) = (a.business_unit_id, a.seat_type)) n
WHERE a.business_unit_id = ANY(UNITS) AND a.grows AND a.allocated > n.made`,

	// section 2: and while no number is set: of what somebody has set, the last figure is theirs
	`SELECT format('somebody has set the %s licences of %s, they stand at %s, and nobody has set that', a.seat_type, a.business_unit_id, a.allocated)
FROM seat_allocations a JOIN audit_entries e ON e.resource_id = a.id AND e.action = 'ALLOCATE_SEATS' AND e.actor_kind = 'USER' AND e.outcome = 'SUCCESS'
WHERE a.business_unit_id = ANY(UNITS) GROUP BY a.id
HAVING a.grows OR NOT bool_or(NOT e.changes @> '[{"field": "allocated"}]' OR e.changes @> jsonb_build_array(jsonb_build_object('field', 'allocated', 'after', a.allocated::text)))`,

	// issue 5: a certificate is unique per business unit and thumbprint, stands on a seat or says that it does not, and its places are counted
	`SELECT format('%s certificates of %s have the thumbprint %s', count(*), c.business_unit_id, encode(sha256(c.der), 'hex'))
FROM certificates c WHERE c.business_unit_id = ANY(UNITS) GROUP BY c.business_unit_id, sha256(c.der) HAVING count(*) > 1`,
	`SELECT format('certificate %s is %s, and its seat is %s', c.id, CASE WHEN c.assigned THEN 'assigned' ELSE 'not assigned' END, COALESCE(s.status, 'nowhere'))
FROM certificates c LEFT JOIN seats s ON s.id = c.seat_row_id WHERE c.business_unit_id = ANY(UNITS) AND c.assigned <> COALESCE(s.status <> 'DELETED', FALSE)`,
	`SELECT format('certificate %s counts %s places and has %s; it was imported: %s, discovered: %s', c.id, c.places, count(l.id), c.imported, c.discovered)
FROM certificates c LEFT JOIN certificate_locations l ON l.certificate_id = c.id WHERE c.business_unit_id = ANY(UNITS)
GROUP BY c.id HAVING c.places <> count(l.id) OR bool_or(l.source = 'IMPORTED') AND NOT c.imported OR bool_or(l.source = 'DISCOVERED') AND NOT c.discovered
  OR NOT (c.issued OR c.imported OR c.discovered)`,

	// issue 5: what was seen is on no seat only where that was deleted since, or somebody unlinked it
	`SELECT format('certificate %s was seen and is on no seat that lives', c.id)
FROM certificates c WHERE c.business_unit_id = ANY(UNITS) AND NOT c.assigned AND c.places > 0
  AND NOT EXISTS (SELECT FROM audit_entries e WHERE e.resource_id = c.id AND e.action = 'UNLINK_CERTIFICATE' AND e.outcome = 'SUCCESS')
  AND NOT EXISTS (SELECT FROM seats s WHERE s.id = c.seat_row_id AND s.status = 'DELETED')`,

	// issue 5: of a certificate one successor is asked for at a time, in its business unit
	`SELECT format('%s renewals of certificate %s are under way', count(*), e.replaces_certificate_id)
FROM enrollments e WHERE e.business_unit_id = ANY(UNITS) AND e.replaces_certificate_id IS NOT NULL
  AND e.status IN ('CREATED', 'PENDING', 'PENDING_SECOND_APPROVAL', 'IN_PROGRESS', 'APPROVED', 'LOCKED') GROUP BY e.replaces_certificate_id HAVING count(*) > 1`,
	`SELECT format('enrollment %s of %s replaces a certificate of %s', e.id, e.business_unit_id, c.business_unit_id)
FROM enrollments e JOIN certificates c ON c.id = e.replaces_certificate_id WHERE e.business_unit_id = ANY(UNITS) AND e.business_unit_id <> c.business_unit_id`,

	// section 6: one entry per change. Each change raises the version by one; what the first migration made has none. That its successor
	// is asked for stands in a certificate's trail, too, and is a change of the enrollment's only.
	`SELECT format('%s %s is at version %s and has %s entries', t.kind, t.id, t.version, count(e.id))
FROM (SELECT 'business unit' AS kind, id, version FROM business_units WHERE id = ANY(UNITS)
  UNION ALL SELECT 'licence', id, version - 1 FROM seat_licenses
  UNION ALL SELECT 'allocation', id, version FROM seat_allocations WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT 'profile', id, version FROM certificate_profiles WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT 'seat', id, version FROM seats WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT 'enrollment', id, version FROM enrollments WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT 'certificate', id, version FROM certificates WHERE business_unit_id = ANY(UNITS)) t
LEFT JOIN audit_entries e ON e.resource_id = t.id AND e.outcome = 'SUCCESS' AND (t.kind, e.action) <> ('certificate', 'RENEW_CERTIFICATE') GROUP BY t.kind, t.id, t.version
HAVING count(e.id) <> t.version`,

	// section 6: the entries of a thing tell its story without a gap: every value that was arrived at was left again, but for the present one
	`WITH things AS (SELECT id, 'status' AS field, status AS now FROM enrollments WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT id, 'status', status FROM certificates WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT id, 'name', name FROM seats WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT id, 'email', email FROM seats WHERE business_unit_id = ANY(UNITS)
  UNION ALL SELECT id, 'allocated', allocated::text FROM seat_allocations WHERE business_unit_id = ANY(UNITS)),
told AS (SELECT e.resource_id AS id, c.change ->> 'field' AS field, v.value, v.n
  FROM audit_entries e, jsonb_array_elements(e.changes) AS c(change), LATERAL (VALUES (c.change ->> 'after', 1), (c.change ->> 'before', -1)) AS v(value, n)
  WHERE e.outcome = 'SUCCESS' AND e.resource_id IN (SELECT id FROM things) AND v.value <> ''
  UNION ALL SELECT id, field, now, 0 FROM things WHERE now <> '')
SELECT format('by the audit the %s of %s came to %L %s times more often than it left it, and it is %L', t.field, t.id, o.value, sum(o.n), t.now)
FROM things t JOIN told o ON o.id = t.id AND o.field = t.field GROUP BY t.id, t.field, t.now, o.value HAVING sum(o.n) <> CASE WHEN o.value = t.now THEN 1 ELSE 0 END`,

	// section 6: an entry is seen by the auditors of its thing's business unit
	`SELECT format('the entry %s about %s belongs to the business unit %s, its thing to %s', e.action, e.resource_id, COALESCE(e.business_unit_id::text, 'none'), t.business_unit_id)
FROM audit_entries e JOIN (SELECT id, business_unit_id FROM seats UNION ALL SELECT id, business_unit_id FROM enrollments UNION ALL SELECT id, business_unit_id FROM certificates
  UNION ALL SELECT id, business_unit_id FROM seat_allocations) t ON t.id = e.resource_id
WHERE t.business_unit_id = ANY(UNITS) AND e.outcome = 'SUCCESS' AND e.business_unit_id IS DISTINCT FROM t.business_unit_id`,
}

// recount asks for what breaks a rule.
func (s *stage) recount(ctx context.Context, p plan) ([]string, error) {
	words := strings.NewReplacer(
		"UNITS", "'{"+strings.Join(p.units(), ",")+"}'::uuid[]",
		"END_OF_CHECK", "'"+p.at(len(p.Waits)).Format(time.RFC3339)+"'::timestamptz",
	)
	var wrong []string
	for _, rule := range rules {
		found, err := s.sentences(ctx, words.Replace(rule))
		if err != nil {
			return nil, fmt.Errorf("%w in the rule\n%s", err, rule)
		}
		wrong = append(wrong, found...)
	}
	return wrong, nil
}

// sentences are what a statement selects.
func (s *stage) sentences(ctx context.Context, query string) ([]string, error) {
	rows, err := s.admin.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var sentence string
		if err := rows.Scan(&sentence); err != nil {
			return nil, err
		}
		all = append(all, sentence)
	}
	return all, rows.Err()
}
