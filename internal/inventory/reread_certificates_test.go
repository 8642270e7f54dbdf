package inventory_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/internal/certificate"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// makeUnread makes all certificates what an earlier version has left of them.
const makeUnread = `UPDATE certificates SET subject_key = '', common_name = '', names = '{}', search_text = '', key_algorithm = '', key_sha256 = '', signature_algorithm = '',
  authority_key_id = '', subject_key_id = '', is_ca = false, self_issued = false, read_as = 0`

// rows are all certificates as they stand.
func (w *world) rows() string {
	w.t.Helper()
	var all string
	granted(w.t, w.admin.QueryRow(`SELECT string_agg(to_jsonb(c)::text, E'\n' ORDER BY c.id) FROM certificates c`).Scan(&all))
	return all
}

func TestCertificatesOfAnEarlierVersionAreReadAgain(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	before := h.rows()
	h.past(makeUnread)
	if found, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{Search: ptr("www")}, nil); err != nil || len(found.Edges) != 0 {
		t.Fatalf("what was not read is found: %v", err)
	}
	total := 0
	for {
		n, err := h.Inventory.RereadCertificates(t.Context(), 5)
		granted(t, err)
		total += n
		if n < 5 {
			break
		}
	}
	if total != 16 {
		t.Errorf("%d of 16 were read", total)
	}
	if after := h.rows(); after != before {
		t.Errorf("they are not what they were:\n%s\n\n%s", after, before)
	}
	found, err := h.Inventory.Certificates(h.as(looker), page.Args{}, inventory.CertificateListInput{Search: ptr("www")}, nil)
	if err != nil || len(found.Edges) != 3 {
		t.Errorf("%q are found, %v", commonNames(found.Nodes()), err)
	}
	if n, err := h.Inventory.RereadCertificates(t.Context(), 5); err != nil || n != 0 {
		t.Errorf("again %d are read, %v", n, err)
	}
}

func TestACertificateThatCannotBeReadIsReadOnce(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	h.past(makeUnread)
	h.past(`UPDATE certificates SET der = 'none', common_name = 'kept' WHERE id = $1`, h.byName["web"].UUID)
	for _, want := range []int{16, 0} {
		if n, err := h.Inventory.RereadCertificates(t.Context(), 100); err != nil || n != want {
			t.Errorf("%d are read, %v; want %d", n, err, want)
		}
	}
	if got := h.list(looker, page.Args{Last: ptr(1)}, inventory.CertificatesAll, nil, nil).Nodes()[0]; got.CommonName != "kept" || got.KeyAlgorithm != "" {
		t.Errorf("its columns are %+v", got)
	}
}

func TestTheListOfAnAuthorityNamesWhatIsReadLate(t *testing.T) {
	t.Parallel()
	h := newVault(t)
	for _, c := range []struct {
		name      string
		authority string
		set       string
		changes   int
	}{
		{"valid", "BUILT_IN", "", 0},
		{"revoked", "BUILT_IN", `status = 'REVOKED', revoked_at = created_at, revocation_reason = 'UNSPECIFIED', suspended_at = NULL`, 1},
		{"on hold", "BUILT_IN", `status = 'SUSPENDED', suspended_at = created_at`, 1},
		{"of others", "ACME", `status = 'REVOKED', revoked_at = created_at, revocation_reason = 'UNSPECIFIED'`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.past(`DELETE FROM revocation_lists`)
			h.past(`INSERT INTO revocation_lists (id, authority_key_id, authority, created_at) VALUES (gen_random_uuid(), 'abcd', '', $1), (gen_random_uuid(), 'ef', '', $1)`, morning)
			h.past(`UPDATE certificates SET status = 'ISSUED', suspended_at = NULL, revoked_at = NULL, revocation_reason = NULL, authority = $2, read_as = 0 WHERE id = $1`, h.byName["authority"].UUID, c.authority)
			if c.set != "" {
				h.past(`UPDATE certificates SET `+c.set+` WHERE id = $1`, h.byName["authority"].UUID)
			}
			n, err := h.Inventory.RereadCertificates(t.Context(), 100)
			granted(t, err)
			if got := h.count(`SELECT sum(changes) FROM revocation_lists`); n != 1 || got != c.changes || got != h.count(`SELECT changes FROM revocation_lists WHERE authority_key_id = 'abcd'`) {
				t.Errorf("%d are read and %d changes noted, want %d", n, got, c.changes)
			}
		})
	}
}

func TestServersReadCertificatesAnewTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.User, "ada")
	w.link(seat.ID, year)
	w.past(`INSERT INTO certificates (id, created_at, updated_at, business_unit_id, status, source, issued, serial, subject, issuer, names, not_before, not_after, sha256, der)
SELECT gen_random_uuid(), c.created_at, c.updated_at, c.business_unit_id, 'ISSUED', 'ISSUED', true, c.serial, c.subject, c.issuer, '{}', c.not_before, c.not_after, n::text, c.der FROM certificates c, generate_series(1, 60) n`)
	var total atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for {
				n, err := w.Inventory.RereadCertificates(t.Context(), 7)
				if err != nil {
					t.Error(err)
				}
				total.Add(int64(n))
				if n == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	left := w.count(`SELECT count(*) FROM certificates WHERE read_as < 1`)
	if total.Load()+int64(left) != 60 {
		t.Errorf("%d of 60 were read, each by one; %d are left", total.Load(), left)
	}
	if left > 0 { // whoever came last passed over what another had under its lock
		if n, err := w.Inventory.RereadCertificates(t.Context(), 100); err != nil || n != left {
			t.Errorf("%d of %d that were left are read, %v", n, left, err)
		}
	}
}

// TestTheIndexOfWhatIsUnreadIsThatOfThisReader: whoever raises certificate.ReadAs is
// told here that the partial index goes with it.
func TestTheIndexOfWhatIsUnreadIsThatOfThisReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	var index string
	granted(t, w.admin.QueryRow(`SELECT pg_get_indexdef('certificates_unread'::regclass)`).Scan(&index))
	if want := fmt.Sprintf("(read_as < %d)", certificate.ReadAs); !strings.Contains(index, want) {
		t.Errorf("the index is %s; it must be made anew with %s (ent/schema/certificate.go, and a migration)", index, want)
	}
}
