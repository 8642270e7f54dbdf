package licence_test

import (
	"strings"
	"testing"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
)

// aCertificate is an expired certificate on the first seat.
const aCertificate = `INSERT INTO certificates (id, version, created_at, updated_at, business_unit_id, seat_row_id, status, source, imported, assigned, serial, subject, issuer, not_before, not_after, sha256, der, names)
SELECT gen_random_uuid(), 1, now(), now(), business_unit_id, id, 'EXPIRED', 'IMPORTED', TRUE, TRUE, '01', '', '', now(), now(), '', '', '{}' FROM seats WHERE seat_key = 'seat-01'; `

func TestVerifyNamesEachDifference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, spoil string
		says        []string
	}{
		{"nothing spoilt", `SELECT 1`, nil},
		{"created", `UPDATE seat_allocations SET created = 5`, []string{"allocation of USER to business unit research: created is 5, but the rows come to 3."}},
		{"consumed of an allocation", `UPDATE seat_allocations SET consumed = 1`, []string{"allocation of USER to business unit research: consumed is 1, but the rows come to 0."}},
		{"allocated", `UPDATE seat_licenses SET allocated = 7 WHERE seat_type = 'USER'`, []string{"licence of USER: allocated is 7, but the rows come to 6."}},
		{"active enrollments, and the status with them", `UPDATE seats SET active_enrollments = 2, status = 'ENROLLED' WHERE seat_key = 'seat-01'`, []string{"(Seat-01): active_enrollments is 2, but the rows come to 0."}},
		{"valid certificates, which consume", `UPDATE seats SET valid_certificates = 1 WHERE seat_key = 'seat-01'`, []string{
			"(Seat-01): valid_certificates is 1, but the rows come to 0.", "(Seat-01): consumed is false, but the rows come to true."}},
		{"a seat that stays consumed and never had a certificate", `UPDATE seats SET seat_type = 'IMPORTED', consumed = true, status = 'CONSUMED' WHERE seat_key = 'seat-01'`, []string{
			"(Seat-01): consumed is true, but the rows come to false.",
			"allocation of USER to business unit research: created is 3, but the rows come to 2.",
			"allocation of IMPORTED to business unit research: created is missing, but the rows come to 1.",
			"allocation of IMPORTED to business unit research: consumed is missing, but the rows come to 1."}},
		{"a seat that nobody deleted and that is gone", `UPDATE seats SET deleted_at = now(), status = 'DELETED' WHERE seat_key = 'seat-02'`, []string{"created is 3, but the rows come to 2."}},
		{"seats without an allocation", `DELETE FROM seat_allocations`, []string{
			"allocation of USER to business unit research: created is missing, but the rows come to 3.",
			"licence of USER: allocated is 6, but the rows come to 0.",
			"allocation of USER to business unit research: consumed is missing, but the rows come to 0."}},
		{"where a certificate is", aCertificate + `UPDATE seats SET deleted_at = now(), status = 'DELETED' WHERE seat_key = 'seat-01'`, []string{
			"created is 3, but the rows come to 2.", ": assigned is true, but the rows come to false."}},
		{"where a certificate was seen", aCertificate + `UPDATE certificates SET places = 2`, []string{": places is 2, but the rows come to 0."}},
		{"a change without an entry", `UPDATE business_units SET version = 2 WHERE is_default`, []string{"the audit of its changes is at version 2, but the rows come to nothing."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.seats(t, licence.Pool{Unit: h.unit(t, "research", lifecycle.User, 6).UUID, Type: lifecycle.User}, 3)
			// The triggers that demand an audit entry would stand in the way of spoiling.
			if _, err := h.db.Admin(t).Exec(`SET session_replication_role = replica; ` + c.spoil); err != nil {
				t.Fatal(err)
			}
			found, err := licence.Verify(t.Context(), h.store.DB())
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, d := range found {
				said = append(said, d.String())
			}
			if len(said) != len(c.says) {
				t.Errorf("%d differences, want %d", len(said), len(c.says))
			}
			all := strings.Join(said, "\n")
			for _, want := range c.says {
				if !strings.Contains(all, want) {
					t.Errorf("missing %q in:\n%s", want, all)
				}
			}
		})
	}
}
