package main

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/licence"
)

// offenders are statements that name what is not as it should be after everybody has
// redeemed; each finds nothing.
var offenders = map[string]string{
	"an enrollment is not REDEEMED": `SELECT id::text FROM enrollments WHERE status <> 'REDEEMED' OR issuance IS NOT NULL`,
	"an enrollment has not one certificate": `SELECT e.id || ' has ' || count(c.id) FROM enrollments e LEFT JOIN certificates c ON c.enrollment_id = e.id
		GROUP BY e.id HAVING count(c.id) <> 1`,
	"a certificate is on another seat, or not in force": `SELECT c.id::text FROM certificates c LEFT JOIN enrollments e ON e.id = c.enrollment_id
		WHERE c.seat_row_id IS DISTINCT FROM e.seat_row_id OR c.source <> 'ISSUED' OR c.status <> 'ISSUED'`,
	"an enrollment was claimed more than once": `SELECT enrollment_id || ' ' || string_agg(status, ' ') FROM issuances
		GROUP BY enrollment_id HAVING count(*) <> 1 OR min(status) <> 'DONE'`,
	"a serial number stands twice": `SELECT serial FROM certificates GROUP BY serial HAVING count(*) > 1`,
	"a seat is not consumed":       `SELECT id::text FROM seats WHERE status <> 'CONSUMED' OR NOT consumed OR valid_certificates <> 1 OR active_enrollments <> 0`,
	"licences were lost or doubled": `SELECT business_unit_id || ': ' || created || ' created, ' || consumed || ' consumed' FROM seat_allocations
		WHERE created <> (SELECT count(*) FROM enrollments) OR consumed <> (SELECT count(*) FROM certificates)`,
	"an enrollment has not one invitation in the mail": `SELECT e.id || ' has ' || count(m.id) FROM enrollments e LEFT JOIN mails m ON m.enrollment_id = e.id AND m.kind = 'INVITATION'
		GROUP BY e.id HAVING count(m.id) <> 1`,
	"a mail was not sent, without being pointless": `SELECT id || ' ' || kind || ' ' || status || ' ' || last_error FROM mails
		WHERE status <> 'SENT' AND NOT (status = 'FAILED' AND kind = 'INVITATION' AND last_error ~ '^The enrollment was (REDEEMED|LOCKED) before this mail was known to be sent')`,
	"a lock has not one mail": `SELECT e.id || ': ' || locks.n || ' locks, ' || mails.n || ' mails' FROM enrollments e
		CROSS JOIN LATERAL (SELECT count(*) AS n FROM audit_entries WHERE resource_id = e.id AND action = 'LOCK') locks
		CROSS JOIN LATERAL (SELECT count(*) AS n FROM mails WHERE enrollment_id = e.id AND kind = 'LOCKED' AND status = 'SENT') mails WHERE locks.n <> mails.n`,
	"a job did not end well": `SELECT id || ' ' || kind || ' ' || status || ' ' || last_error FROM jobs WHERE kind IN ('mail', 'issue', 'order') AND status <> 'DONE'`,
	"the audit tells an enrollment's steps not once": `SELECT e.id || ' ' || step || ' ' || count(a.id) FROM enrollments e CROSS JOIN unnest(ARRAY['ENROLL', 'REDEEM', 'ISSUE_CERTIFICATE']) step
		LEFT JOIN audit_entries a ON a.resource_id = e.id AND a.resource_type = 'ENROLLMENT' AND a.action = step AND a.outcome = 'SUCCESS' GROUP BY e.id, step HAVING count(a.id) <> 1`,
	"the audit tells a certificate's link not once": `SELECT c.id || ' ' || count(a.id) FROM certificates c
		LEFT JOIN audit_entries a ON a.resource_id = c.id AND a.resource_type = 'CERTIFICATE' AND a.action = 'LINK_CERTIFICATE' AND a.outcome = 'SUCCESS' GROUP BY c.id HAVING count(a.id) <> 1`,
	"a lock has no end": `SELECT resource_id || ' ' || string_agg(action, ' ') FROM audit_entries WHERE action IN ('LOCK', 'UNLOCK') AND outcome = 'SUCCESS'
		GROUP BY resource_id HAVING count(*) FILTER (WHERE action = 'LOCK') <> count(*) FILTER (WHERE action = 'UNLOCK')`,
	"a version is not the number of its entries": `SELECT r.kind || ' ' || r.id || ' has version ' || r.version || ' and ' || count(a.id) || ' entries' FROM
		(SELECT 'SEAT' AS kind, id, version FROM seats UNION ALL SELECT 'ENROLLMENT', id, version FROM enrollments UNION ALL SELECT 'CERTIFICATE', id, version FROM certificates) r
		LEFT JOIN audit_entries a ON a.resource_id = r.id AND a.resource_type = r.kind AND a.outcome = 'SUCCESS' GROUP BY r.kind, r.id, r.version HAVING r.version <> count(a.id)`,
	"an attempt is told to have failed": `SELECT resource_id || ' ' || action FROM audit_entries WHERE outcome = 'FAILURE'`,
}

// check looks at all of it in the end.
func (c *crash) check() {
	c.t.Helper()
	for what, statement := range offenders {
		if found := c.texts(statement); len(found) > 0 {
			c.t.Errorf("%s: %d times, such as %s", what, len(found), strings.Join(found[:min(3, len(found))], "; "))
		}
	}
	for what, counted := range map[string][2]int{
		"certificates":                     {c.count(`SELECT count(*) FROM certificates`), len(c.guests)},
		"wrong codes in the audit":         {c.count(`SELECT count(*) FROM audit_entries WHERE action = 'REDEEM' AND outcome = 'REFUSED' AND code = 'WRONG_CODE'`), int(c.wrong.Load())},
		"enrollments that were locked":     {c.count(`SELECT count(*) FROM audit_entries WHERE action = 'LOCK'`), int(c.unlocked.Load())},
		"enrollments that the audit knows": {c.count(`SELECT count(DISTINCT resource_id) FROM audit_entries WHERE resource_type = 'ENROLLMENT'`), len(c.guests)},
	} {
		if counted[0] != counted[1] {
			c.t.Errorf("%d %s, want %d", counted[0], what, counted[1])
		}
	}
	differences, err := licence.Verify(c.t.Context(), c.owner)
	if err != nil || len(differences) > 0 {
		c.t.Errorf("verify: %v, %v", differences, err)
	}
	c.certificates()
	c.messages()
}

// certificates holds each kept certificate against the root and its person's key.
func (c *crash) certificates() {
	c.t.Helper()
	for _, g := range c.guests {
		e, err := id.Parse(g.enrollment)
		if err != nil {
			c.t.Fatal(err)
		}
		var der []byte
		if err := c.owner.QueryRowContext(c.t.Context(), `SELECT der FROM certificates WHERE enrollment_id = $1`, e.UUID).Scan(&der); err != nil {
			c.t.Errorf("guest %d: %v", g.n, err)
			continue
		}
		if err := g.fits(der); err != nil {
			c.t.Errorf("guest %d: %v", g.n, err)
		}
	}
}

// fits refuses a certificate that is not of the authority, or not for the key.
func (g *guest) fits(der []byte) error {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	if _, err := certificate.Verify(x509.VerifyOptions{Roots: g.roots, Intermediates: g.between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		return err
	}
	if own, ok := certificate.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !own.Equal(g.key) {
		return fmt.Errorf("the certificate %s is for another key", certificate.SerialNumber)
	}
	return nil
}

// messages looks whether the mail server has seen each mail that is told to be sent.
func (c *crash) messages() {
	c.t.Helper()
	seen := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?mi)^Message-ID: <([a-z0-9_]+)@example\.com>`).FindAllStringSubmatch(c.post.text(), -1) {
		seen[found[1]] = true
	}
	sent := c.texts(`SELECT id::text FROM mails WHERE status = 'SENT'`)
	for _, one := range sent {
		row, err := uuid.Parse(one)
		if err != nil {
			c.t.Fatal(err)
		}
		if name := id.Of(id.Mail, row).String(); !seen[name] {
			c.t.Errorf("the mail server has never seen %s, which is told to be sent", name)
		}
	}
	c.t.Logf("%d mails are told to be sent, and the mail server has seen %d", len(sent), len(seen))
	if len(sent) == 0 {
		c.t.Error("no mail was sent, so nothing was tested")
	}
}

// texts are the rows of one column.
func (l *live) texts(statement string) (all []string) {
	l.t.Helper()
	rows, err := l.owner.QueryContext(l.t.Context(), statement)
	if err != nil {
		l.t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			l.t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		l.t.Fatal(err)
	}
	return all
}
