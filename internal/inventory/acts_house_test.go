package inventory_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// invited makes a seat, invites its holder under a profile, and returns the enrollment.
func (w *world) invited(under id.ID, seatID string) id.ID {
	w.t.Helper()
	w.seat(lifecycle.User, seatID)
	return w.invitedAgain(under, seatID)
}

// invitedAgain invites the holder of a seat that exists.
func (w *world) invitedAgain(under id.ID, seatID string) id.ID {
	w.t.Helper()
	seat := id.ID{Kind: id.Seat}
	granted(w.t, w.admin.QueryRow(`SELECT id FROM seats WHERE seat_key = $1 AND deleted_at IS NULL`, seatID).Scan(&seat.UUID))
	p, err := w.Inventory.EnrollSeat(w.as(boss), inventory.EnrollSeatInput{ID: seat, ProfileID: under, Email: ptr(seatID + "@example.org")})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Enrollment.ID
}

// lapsed is an invitation whose time has passed, which nobody has written down.
func (w *world) lapsed(under id.ID, seatID string) id.ID {
	w.t.Helper()
	e := w.invited(under, seatID)
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
	return e
}

// locked is an invitation whose attempts are used up.
func (w *world) locked(under id.ID, seatID string) id.ID {
	w.t.Helper()
	e := w.invited(under, seatID)
	w.past(`UPDATE enrollments SET status = 'LOCKED', attempts = allowed_attempts WHERE id = $1`, e.UUID)
	return e
}

// done is the enrollment of an act that was expected to be done.
func done(t *testing.T, p *inventory.EnrollmentPayload, err error) *inventory.Enrollment {
	t.Helper()
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	return p.Enrollment
}

// active is how many active enrollments a seat counts, and its status.
func (w *world) active(seatID string) (n int, status lifecycle.SeatStatus) {
	w.t.Helper()
	granted(w.t, w.admin.QueryRow(`SELECT active_enrollments, status FROM seats WHERE seat_key = $1 AND deleted_at IS NULL`, seatID).Scan(&n, &status))
	return n, status
}

// mailed are the mails of a kind about an enrollment, each with a job that sends it.
func (w *world) mailed(e id.ID, kind lifecycle.MailKind) (to string) {
	w.t.Helper()
	granted(w.t, w.admin.QueryRow(`SELECT coalesce(string_agg(m.recipient, ',' ORDER BY m.id), '') FROM mails m
JOIN jobs j ON j.kind = 'mail' AND j.payload->>'mail' = m.id::text WHERE m.enrollment_id = $1 AND m.kind = $2`, e.UUID, string(kind)).Scan(&to))
	return to
}

// pickup is the secret of an enrollment's pick-up link; empty for none. Its hash
// must be the one by which it is found.
func (w *world) pickup(e id.ID) string { return w.linkSecret(e, "pickup_cipher", "pickup_hash") }

// token is the secret of an enrollment's own link; empty for none.
func (w *world) token(e id.ID) string { return w.linkSecret(e, "token_cipher", "token_hash") }

func (w *world) linkSecret(e id.ID, cipherColumn, hashColumn string) string {
	w.t.Helper()
	var cipher, hash []byte
	granted(w.t, w.admin.QueryRow(`SELECT `+cipherColumn+`, `+hashColumn+` FROM enrollments WHERE id = $1`, e.UUID).Scan(&cipher, &hash))
	if cipher == nil && hash == nil {
		return ""
	}
	text, err := w.keys.Open(cipher, e.UUID, cipherColumn)
	granted(w.t, err)
	if sum := sha256.Sum256([]byte(text)); string(sum[:]) != string(hash) {
		w.t.Errorf("%s is not the hash of what %s holds", hashColumn, cipherColumn)
	}
	if len(text) != 22 {
		w.t.Errorf("the secret in %s has %d characters; want 128 bits in base64url", cipherColumn, len(text))
	}
	return text
}

// comment is what the newest entry of an action on a thing says.
func (w *world) comment(about id.ID, action audit.Action) (text string) {
	w.t.Helper()
	granted(w.t, w.admin.QueryRow(`SELECT comment FROM audit_entries WHERE resource_id = $1 AND action = $2 ORDER BY id DESC LIMIT 1`, about.UUID, string(action)).Scan(&text))
	return text
}

// behind is the secret of a link: what stands behind its #.
func behind(link string) string {
	_, secret, _ := strings.Cut(link, "#")
	return secret
}
