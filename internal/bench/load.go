//go:build unix

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
)

// load fills a migrated, empty database by COPY, as the role that owns it. The
// counters come to what the rows say (gatehouse verify agrees). There are no
// audit entries and no certificates: nobody did this, and no query that is
// measured reads them. What it has written is committed as a whole.
func (s size) load(ctx context.Context, db *sql.DB) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	texts, err := makeTexts()
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, *sql.Tx) error{
		s.copyUnits, s.copyProfiles, s.copySeats,
		func(ctx context.Context, tx *sql.Tx) error { return s.copyEnrollments(ctx, tx, texts) },
		copyTexts, s.copyApprovals, countSeats,
	} {
		if err := step(ctx, tx); err != nil {
			return fmt.Errorf("loading: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	return nil
}

// copyIn writes rows by COPY. fill gives each to row, in the order of columns.
func copyIn(ctx context.Context, tx *sql.Tx, table, columns string, fill func(row func(...any) error) error) (err error) {
	stmt, err := tx.PrepareContext(ctx, fmt.Sprintf("COPY %s (%s) FROM STDIN", table, strings.Join(strings.Fields(columns), ", ")))
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	err = fill(func(values ...any) error {
		_, err := stmt.ExecContext(ctx, values...)
		return err
	})
	if err == nil {
		_, err = stmt.ExecContext(ctx) // none is the end of the rows
	}
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

func (s size) copyUnits(ctx context.Context, tx *sql.Tx) error {
	return copyIn(ctx, tx, "business_units", "id version created_at updated_at key name approver_emails manager_emails", func(row func(...any) error) error {
		for u := range s.units {
			if err := row(unitID(u), 1, firstDay, firstDay, unitKey(u), fmt.Sprintf("Unit %03d", u), "[]", "[]"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s size) copyProfiles(ctx context.Context, tx *sql.Tx) error {
	return copyIn(ctx, tx, "certificate_profiles",
		"id version created_at updated_at business_unit_id name seat_type ca_type authentication_method enrollment_method approvals_required allowed_keys allowed_sans key_usages extended_key_usages approver_emails manager_emails",
		func(row func(...any) error) error {
			for u := range s.units {
				for n, k := range kinds {
					err := row(profileID(u, n), 1, firstDay, firstDay, unitID(u), k.name, string(k.seatType), string(k.ca), string(k.method), string(k.enrollment),
						max(k.approvals, 1), `["EC_P256","RSA_3072"]`, `["DNS","EMAIL"]`, "[]", "[]", "[]", "[]")
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
}

func (s size) copySeats(ctx context.Context, tx *sql.Tx) error {
	return copyIn(ctx, tx, "seats", "id version created_at updated_at business_unit_id seat_type seat_id seat_key name email status active_enrollments unused_since search_text", func(row func(...any) error) error {
		for n := range s.seats {
			at := s.seat(n)
			status := lifecycle.SeatCreated
			if at.active > 0 {
				status = lifecycle.SeatEnrolled
			}
			err := row(at.id, 1, at.made, at.made, unitID(at.unit), string(at.seatType), at.seatID, strings.ToLower(at.seatID), at.name, at.email, string(status), at.active, at.made, searchText(at))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s size) copyEnrollments(ctx context.Context, tx *sql.Tx, t texts) error {
	return copyIn(ctx, tx, "enrollments", `id version created_at updated_at business_unit_id profile_id seat_row_id seat_type seat_id seat_key name email
		ca_type authentication_method enrollment_method status expires_at promise approvals_required approvals requester_issuer requester_subject requester_name csr request_names`,
		func(row func(...any) error) error {
			for e := range s.enrollments {
				at := s.seat(e % s.seats)
				n, status, made := s.kindOf(e, at), s.status(e, at), s.moment(e, s.enrollments)
				k := kinds[n]
				expires := made.Add(10 * 24 * time.Hour)
				if status.Expires() {
					expires = farAway.Add(time.Duration(e) * time.Second)
				}
				var issuer, subject, name, csr string
				var names any
				if k.method == lifecycle.ManualApproval {
					person := mixed('r', e) % 500
					issuer, subject, name = "https://login.example", fmt.Sprintf("person-%03d", person), fmt.Sprintf("Person %03d", person)
					csr, names = t.csr, t.names
				}
				err := row(enrollmentID(e, made), 1, made, made, unitID(at.unit), profileID(at.unit, n), at.id, string(at.seatType), at.seatID, strings.ToLower(at.seatID), at.name, at.email,
					string(k.ca), string(k.method), string(k.enrollment), string(status), expires, t.promise, k.approvals, k.approvalsAt(status), issuer, subject, name, csr, names)
				if err != nil {
					return err
				}
			}
			return nil
		})
}

// copyTexts makes what a search for enrollments looks through, as package inventory
// writes it.
func copyTexts(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO enrollment_texts (id, business_unit_id, email, search_text)
		SELECT id, business_unit_id, lower(email), E'\n' || seat_key || E'\n' || lower(email) || E'\n' || regexp_replace(lower(name), '\s+', E'\n', 'g') FROM enrollments`)
	if err != nil {
		return fmt.Errorf("enrollment_texts: %w", err)
	}
	return nil
}

func (s size) copyApprovals(ctx context.Context, tx *sql.Tx) error {
	return copyIn(ctx, tx, "approvals", "id business_unit_id enrollment_id round decision issuer subject name decided_at", func(row func(...any) error) error {
		for e := range s.enrollments {
			at := s.seat(e % s.seats)
			made := s.moment(e, s.enrollments)
			for a := range kinds[s.kindOf(e, at)].approvalsAt(s.status(e, at)) {
				err := row(rowID('a', e*2+a, made), unitID(at.unit), enrollmentID(e, made), 1, string(lifecycle.DecisionApproved),
					"https://login.example", fmt.Sprintf("approver-%d", a), fmt.Sprintf("Approver %d", a), made.Add(time.Hour))
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// countSeats makes the counters of the seats that were loaded.
func countSeats(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{
		`INSERT INTO seat_allocations (id, version, created_at, updated_at, business_unit_id, seat_type, allocated, created)
			SELECT gen_random_uuid(), 1, min(created_at), min(created_at), business_unit_id, seat_type, count(*) + 100, count(*) FROM seats GROUP BY business_unit_id, seat_type`,
		`UPDATE seat_licenses l SET allocated = a.allocated, purchased = a.allocated + 1000
			FROM (SELECT seat_type, sum(allocated) AS allocated FROM seat_allocations GROUP BY seat_type) a WHERE a.seat_type = l.seat_type`,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("counting the seats: %w", err)
		}
	}
	return nil
}

func enrollmentID(e int, made time.Time) uuid.UUID { return rowID('e', e, made) }

// texts are what makes a row as long as a real one.
type texts struct{ csr, names, promise string }

// makeTexts makes them once; the rows differ in what is filtered and shown.
func makeTexts() (texts, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return texts{}, fmt.Errorf("making a key: %w", err)
	}
	subject := pkix.Name{CommonName: "host.unit.example", Organization: []string{"Example Organisation"}, Country: []string{"DE"}}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject, DNSNames: []string{"host.unit.example", "www.host.unit.example"}}, key)
	if err != nil {
		return texts{}, fmt.Errorf("making a certificate request: %w", err)
	}
	names, err := json.Marshal(lifecycle.RequestNames{
		Subject: subject.String(), DNSNames: []string{"host.unit.example", "www.host.unit.example"}, Key: "EC_P256",
		KeySHA256: strings.Repeat("0f", 32), SignatureAlgorithm: "ECDSA-SHA256",
	})
	if err != nil {
		return texts{}, fmt.Errorf("making the names asked for: %w", err)
	}
	promise, err := json.Marshal(lifecycle.Promise{
		CodeLength: 12, CodeAlphabet: lifecycle.LettersAndDigits, ExpirySeconds: 864_000, PickupSeconds: 2_592_000, ValiditySeconds: 31_536_000,
		RenewalWindowSeconds: 2_592_000, AllowedKeys: []string{"EC_P256", "RSA_3072"}, AllowedSANs: []string{"DNS", "EMAIL"}, MailRequester: true,
		ApproverEmails: []string{"approvers@unit.example"}, ManagerEmails: []string{},
	})
	if err != nil {
		return texts{}, fmt.Errorf("making a promise: %w", err)
	}
	return texts{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), string(names), string(promise)}, nil
}
