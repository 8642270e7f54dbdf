package demo

import (
	"strings"
	"testing"
	"time"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/house"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// TestSeed makes the organisation twice: at once, and on another day with two
// interruptions by kill -9 and the last part two days later. Both come to the same.
func TestSeed(t *testing.T) {
	t.Parallel()
	smooth, rough := newOrganisation(t), newOrganisation(t)
	h := smooth.open(t, noon)
	began := time.Now()
	if made, err := Seed(t.Context(), h.Store, smooth.keys); err != nil || !made {
		t.Fatalf("made %v: %v", made, err)
	}
	t.Logf("seeded in %s", time.Since(began).Round(time.Millisecond))
	midnight := noon.Truncate(24 * time.Hour)
	first := picture(t, smooth.DB, midnight)

	t.Run("what it holds", func(t *testing.T) { holds(t, smooth.DB) })
	t.Run("who sees what", func(t *testing.T) { everybodySees(t, h) })
	t.Run("when it runs out of seats", func(t *testing.T) { runsOut(t, h) })
	t.Run("verify finds nothing", func(t *testing.T) {
		differences, err := licence.Verify(t.Context(), smooth.Open(t))
		if err != nil || len(differences) > 0 {
			t.Error(differences, err)
		}
	})
	t.Run("a second time changes nothing", func(t *testing.T) {
		if made, err := smooth.seed(t, later); err != nil || made {
			t.Fatalf("made %v: %v", made, err)
		}
		same(t, first, picture(t, smooth.DB, midnight))
	})
	t.Run("interrupted by kill -9 it is completed", func(t *testing.T) {
		killed(t, rough, "business_units", 5)
		killed(t, rough, "certificates", 40)
		if made, err := rough.seed(t, later.AddDate(0, 0, 2)); err != nil || !made {
			t.Fatalf("made %v: %v", made, err)
		}
		same(t, first, picture(t, rough.DB, later.Truncate(24*time.Hour)))
		if made, err := rough.seed(t, later); err != nil || made {
			t.Fatalf("complete, and made again %v: %v", made, err)
		}
	})
}

// holds looks for what every part of the product needs something of.
func holds(t *testing.T, db *testdb.DB) {
	admin := db.Admin(t)
	for what, statement := range map[string]string{
		"business units":                 `SELECT count(*) / 8 FROM business_units WHERE NOT is_default`,
		"thousands of seats":             `SELECT count(*) / 4000 FROM seats WHERE deleted_at IS NULL`,
		"deleted seats":                  `SELECT count(*) FROM seats WHERE deleted_at IS NOT NULL`,
		"seats with requests":            `SELECT count(*) FROM seats WHERE status = 'ENROLLED'`,
		"a full allocation":              `SELECT count(*) FROM seat_allocations WHERE created = allocated`,
		"withdrawn requests":             `SELECT count(*) FROM audit_entries WHERE action = 'WITHDRAW'`,
		"notes":                          `SELECT count(*) FROM enrollment_notes`,
		"certificates":                   `SELECT count(*) / 80 FROM certificates`,
		"expired certificates":           `SELECT count(*) FROM certificates WHERE status = 'EXPIRED'`,
		"attached certificates":          `SELECT count(*) / 10 FROM audit_entries WHERE action = 'ATTACH_CERTIFICATE' AND outcome = 'SUCCESS'`,
		"imported certificates":          `SELECT count(*) / 40 FROM certificates WHERE source = 'IMPORTED'`,
		"discovered certificates":        `SELECT count(*) / 14 FROM certificates WHERE source = 'DISCOVERED'`,
		"one that came both ways":        `SELECT count(*) FROM certificates WHERE imported AND discovered`,
		"one on several hosts":           `SELECT count(*) FROM certificates WHERE source = 'DISCOVERED' AND places > 1`,
		"weak certificates":              `SELECT count(*) FROM certificates WHERE key_algorithm = 'RSA_1024'`,
		"negative serial numbers":        `SELECT count(*) FROM certificates WHERE serial LIKE '-%'`,
		"certificates without a subject": `SELECT count(*) FROM certificates WHERE subject = ''`,
		"a successor on a found seat":    `SELECT count(*) FROM seats s WHERE seat_id = 'shop03.example.com' AND (SELECT count(*) FROM certificates c WHERE c.seat_row_id = s.id AND c.status = 'ISSUED') = 2`,
		"a clash":                        `SELECT count(*) FROM seats WHERE seat_type = 'IMPORTED' AND seat_id LIKE 'shop05.example.com#%'`,
		"a certificate on hold":          `SELECT count(*) FROM certificates WHERE status = 'SUSPENDED'`,
		"a revoked certificate":          `SELECT count(*) FROM certificates WHERE status = 'REVOKED' AND revocation_error LIKE 'The built-in authority that issued it is no longer kept here%'`,
		"an active renewal":              `SELECT count(*) FROM enrollments WHERE replaces_certificate_id IS NOT NULL AND status = 'CREATED'`,
		"a replaced certificate":         `SELECT count(*) FROM enrollments e JOIN certificates n ON n.enrollment_id = e.id JOIN certificates o ON o.id = e.replaces_certificate_id WHERE o.status = 'ISSUED'`,
		"reminders":                      `SELECT count(*) FROM mails WHERE kind = 'CERTIFICATE_EXPIRES'`,
		"certificates that end soon":     `SELECT count(*) / 10 FROM certificates WHERE status = 'ISSUED' AND not_after < '2026-12-22'`,
		"consumed seats":                 `SELECT count(*) / 40 FROM seats WHERE consumed`,
		"usage that grew":                `SELECT count(DISTINCT consumed) / 5 FROM seat_usage_days d JOIN business_units u ON u.id = d.business_unit_id WHERE u.key = 'engineering'`,
		"codes that were told":           `SELECT count(*) FROM audit_entries WHERE action = 'VIEW_CODE' AND outcome = 'SUCCESS'`,
		"unlocked enrollments":           `SELECT count(*) FROM audit_entries WHERE action = 'UNLOCK' AND outcome = 'SUCCESS'`,
		"a request from outside":         `SELECT count(*) FROM audit_entries WHERE action = 'REQUEST' AND actor_kind = 'END_USER'`,
		"saved views of four lists":      `SELECT count(DISTINCT list) / 4 FROM saved_views`,
		"views that are shared and not":  `SELECT count(DISTINCT (shared, business_unit_id IS NULL)) / 3 FROM saved_views`,
		"a job with refusals":            `SELECT count(*) FROM bulk_jobs WHERE status = 'DONE' AND NOT dry_run AND succeeded > 10 AND succeeded < size`,
		"a dry run":                      `SELECT count(*) FROM bulk_jobs WHERE status = 'DONE' AND dry_run AND succeeded > 10`,
		"a webhook that is switched off": `SELECT count(*) FROM webhooks WHERE status = 'PAUSED'`,
		"a page for requests":            `SELECT count(*) FROM certificate_profiles WHERE open_requests`,
		"issuers of all kinds":           `SELECT count(DISTINCT issuer) / 3 FROM certificate_profiles`,
		"an archived profile":            `SELECT count(*) FROM certificate_profiles WHERE archived_at IS NOT NULL`,
		"approver addresses":             `SELECT count(*) FROM business_units WHERE approver_emails <> '[]'`,
		"five months of audit":           `SELECT count(DISTINCT date_trunc('month', at)) / 5 FROM audit_entries`,
		"an entry of yesterday":          `SELECT count(*) FROM audit_entries WHERE at BETWEEN '2026-11-21' AND '2026-11-22' `,
		"four months of usage":           `SELECT count(DISTINCT day) / 120 FROM seat_usage_days`,
		"refusals of eight kinds":        `SELECT count(DISTINCT code) / 8 FROM audit_entries WHERE outcome = 'REFUSED'`,
	} {
		if count(t, admin, statement) < 1 {
			t.Errorf("it lacks %s", what)
		}
	}
	for _, s := range []lifecycle.Status{lifecycle.Created, lifecycle.Redeemed, lifecycle.Pending, lifecycle.PendingSecondApproval, lifecycle.InProgress, lifecycle.Approved, lifecycle.Rejected, lifecycle.Expired} {
		if n := count(t, admin, `SELECT count(*) FROM enrollments WHERE status = '`+string(s)+`'`); n < 10 {
			t.Errorf("%d enrollments are %s", n, s)
		}
	}
	if n := count(t, admin, `SELECT count(*) FROM enrollments WHERE status = 'LOCKED'`); n < 3 {
		t.Errorf("%d enrollments are locked", n)
	}
	for what, statement := range map[string]string{
		"act of the system that is neither expiry nor a certificate nor the growth of an allocation nor the end of a job": `SELECT count(*) FROM audit_entries WHERE actor_kind = 'SYSTEM' AND action NOT IN ('EXPIRE', 'DELETE_SEAT', 'ISSUE_CERTIFICATE', 'LINK_CERTIFICATE', 'ALLOCATE_SEATS', 'END_JOB')`,
		"figure that seats contradict": `SELECT count(*) FROM seat_usage_days d WHERE d.created <> (SELECT count(*) FROM seats s
WHERE s.business_unit_id = d.business_unit_id AND s.seat_type = d.seat_type AND s.created_at < d.day + 1 AND (s.deleted_at IS NULL OR s.deleted_at >= d.day + 1))`,
		"figure of yesterday that is none of today's": `SELECT count(*) FROM seat_allocations a JOIN seat_usage_days d USING (business_unit_id, seat_type)
WHERE d.day = '2026-11-21' AND (d.allocated, d.created, d.consumed) <> (a.allocated, a.created, a.consumed)`,
		"fault":                                 `SELECT count(*) FROM audit_entries WHERE outcome = 'FAILURE'`,
		"entry of the future":                   `SELECT count(*) FROM audit_entries WHERE at >= '2026-11-22'`,
		"enrollment whose time passes that day": `SELECT count(*) FROM enrollments WHERE status NOT IN ('REJECTED', 'EXPIRED', 'REDEEMED', 'LOCKED') AND expires_at < '2026-11-23 06:00Z'`,
		"mail that is not kept back":            `SELECT count(*) FROM mails WHERE (status, last_error) <> ('FAILED', 'The demo organisation mails nobody.')`,
		"job that is left to the server":        `SELECT count(*) FROM jobs WHERE status <> 'DONE'`,
		"address that is called":                `SELECT count(*) FROM webhooks WHERE status <> 'PAUSED'`,
		"job that goes on":                      `SELECT count(*) FROM bulk_jobs WHERE finished_at IS NULL OR finished_at < '2026-11-21' OR finished_at >= '2026-11-22'`,
		"certificate on no seat":                `SELECT count(*) FROM enrollments e WHERE (e.status = 'REDEEMED') <> EXISTS (SELECT FROM certificates c WHERE c.enrollment_id = e.id AND c.seat_row_id = e.seat_row_id)`,
		"kind of profile that is missing":       `SELECT 4 - count(DISTINCT authentication_method || ca_type) FROM certificate_profiles`,
	} {
		if n := count(t, admin, statement); n > 0 {
			t.Errorf("%d times: %s", n, what)
		}
	}
}

// runsOut shows that there is a history to look at, and that some licences run out
// soon, some later, and some not at all.
func runsOut(t *testing.T, h *house.House) {
	ctx := viewer.With(t.Context(), ada.viewer())
	u, err := h.Licences.Usage(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	days, err := h.Licences.History(ctx, u, 400)
	if err != nil || len(days) != remembered+1 || days[0].Created >= u.Created || days[remembered].Figures != u.Figures {
		t.Errorf("a history of %d days: %v", len(days), err)
	}
	many := page.Most
	all, err := h.Licences.AllocationsOfUsage(ctx, u, page.Args{First: &many})
	if err != nil {
		t.Fatal(err)
	}
	soon, later, never := 0, 0, 0
	for _, a := range all.Nodes() {
		f, err := h.Licences.ForecastOf(ctx, a)
		switch {
		case err != nil:
			t.Fatal(err)
		case f == nil:
			never++
		case f.RunsOutOn.Before(noon.AddDate(0, 0, 120)):
			soon++
		default:
			later++
		}
	}
	if soon == 0 || later == 0 || never == 0 {
		t.Errorf("%d run out within 120 days, %d later, %d not", soon, later, never)
	}
}

// TestSeedLeavesOthersAlone shows what Seed takes for somebody else's database.
func TestSeedLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what string
		role lifecycle.Role
		want refusal.Code
	}{
		{"a business unit was made", lifecycle.Admin, ""},
		{"somebody tried in vain", lifecycle.ViewOnly, refusal.Forbidden},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			db := newOrganisation(t)
			h := db.open(t, noon)
			who := viewer.New("https://id.example.com", "somebody", "Somebody", "", []lifecycle.Role{row.role}, viewer.Units{All: true})
			p, err := h.Units.Create(viewer.With(t.Context(), who), businessunit.CreateBusinessUnitInput{Key: "theirs", Name: "Theirs"})
			if err != nil || (row.want == "") != (len(p.UserErrors) == 0) {
				t.Fatal(p, err)
			}
			if made, err := Seed(t.Context(), h.Store, db.keys); err != nil || made {
				t.Fatalf("made %v: %v", made, err)
			}
			if n := count(t, db.Admin(t), `SELECT count(*) FROM audit_entries`); n != 1 {
				t.Errorf("%d audit entries, of which one is theirs", n)
			}
		})
	}
}

// TestSeedGivesUp shows that an interrupted seeding is not completed over what
// somebody did in between, and that the sentence says so.
func TestSeedGivesUp(t *testing.T) {
	t.Parallel()
	db := newOrganisation(t)
	killed(t, db, "seat_licenses WHERE purchased > 0", 3)
	if _, err := db.Admin(t).Exec(`DELETE FROM idempotency_keys`); err != nil {
		t.Fatal(err)
	}
	before := count(t, db.Admin(t), `SELECT count(*) FROM business_units`)
	made, err := db.seed(t, later)
	if err == nil || made || !strings.Contains(err.Error(), "unit-finance by Ada Byrne was refused: DUPLICATE") || !strings.Contains(err.Error(), "use a fresh database") {
		t.Fatalf("made %v: %v", made, err)
	}
	if after := count(t, db.Admin(t), `SELECT count(*) FROM business_units`); after != before {
		t.Errorf("%d business units, before it gave up %d", after, before)
	}
}
