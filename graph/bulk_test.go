package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestABatchTakesTheSameStatementsWhateverItsSize: 500 items as many as 5, also
// when some of them are refused.
func TestABatchTakesTheSameStatementsWhateverItsSize(t *testing.T) {
	t.Parallel()
	kept := &statements{}
	c := newCaller(t, kept.observe)
	c.Purchase(lifecycle.User)
	unit := c.Unit("alpaca").ID
	c.Allocate(unit, lifecycle.User, 20_000)
	key := newRequestKey(t)
	request := c.Request(rita(), c.Profile(unit, "Open").ID, "seat-0").ID
	twice := c.Request(rita(), c.Profile(unit, "Strict", world.Approvals(2)).ID, "seat-0").ID
	codes := c.Profile(unit, "Codes", func(in *profile.CreateCertificateProfileInput) { in.AuthenticationMethod = lifecycle.EnrollmentCode }).ID
	anna := world.Person("anna", lifecycle.Admin)

	const few, lots = 5, 500
	batches := map[string]func(n int) map[string]any{
		"approveEnrollments, for good": func(n int) map[string]any {
			return map[string]any{"ids": c.clones(t, request, n)}
		},
		"approveEnrollments, the first of two": func(n int) map[string]any {
			return map[string]any{"ids": c.clones(t, twice, n)}
		},
		"approveEnrollments, some refused": func(n int) map[string]any {
			return map[string]any{"ids": c.mixed(t, request, n)}
		},
		"rejectEnrollments": func(n int) map[string]any {
			return map[string]any{"ids": c.clones(t, request, n), "reason": "No."}
		},
		"rejectEnrollments, some refused": func(n int) map[string]any {
			return map[string]any{"ids": c.mixed(t, request, n), "reason": "No."}
		},
		"createSeats": func(n int) map[string]any {
			return map[string]any{"businessUnitId": unit, "seatType": "USER", "seats": seats(n, "new")}
		},
		"createSeats, some refused": func(n int) map[string]any {
			list := append(seats(n-2, "other"), map[string]any{"seatId": "other-0-twice"}, map[string]any{"seatId": "other-0-twice"})
			return map[string]any{"businessUnitId": unit, "seatType": "USER", "seats": list}
		},
		"deleteSeats": func(n int) map[string]any {
			return map[string]any{"ids": c.seatIDs(unit, "deleted", n), "revokeCertificates": true}
		},
		"deleteSeats, some refused": func(n int) map[string]any {
			return map[string]any{"ids": append(c.seatIDs(unit, "gone", n-1), id.New(id.Seat).String())}
		},
		"resetEnrollments": func(n int) map[string]any {
			return map[string]any{"ids": c.invitations(unit, codes, n, "status = 'EXPIRED'")}
		},
		"resetEnrollments, some refused": func(n int) map[string]any {
			return map[string]any{"ids": append(c.invitations(unit, codes, n-2, "status = 'EXPIRED'"), c.invitations(unit, codes, 2, "attempts = 1")...)}
		},
		"unlockEnrollments": func(n int) map[string]any {
			return map[string]any{"ids": c.invitations(unit, codes, n, "status = 'LOCKED', attempts = 5")}
		},
		"resendEnrollments": func(n int) map[string]any {
			return map[string]any{"ids": c.invitations(unit, codes, n, "attempts = 1")}
		},
		"resendEnrollments, from EXPIRED": func(n int) map[string]any {
			return map[string]any{"ids": c.invitations(unit, codes, n, "status = 'EXPIRED'")}
		},
		"cancelEnrollments": func(n int) map[string]any {
			return map[string]any{"ids": c.invitations(unit, codes, n, "attempts = 1"), "reason": "No."}
		},
		"cancelEnrollments, some refused": func(n int) map[string]any {
			return map[string]any{"ids": append(c.invitations(unit, codes, n-2, "attempts = 1"), c.invitations(unit, codes, 2, "status = 'REJECTED'")...), "reason": "No."}
		},
		"resendApprovalEmails": func(n int) map[string]any {
			ids := c.clones(t, request, n)
			c.data(anna, `mutation($ids: [ID!]!) { approveEnrollments(input: {ids: $ids}) { results { id } } }`, map[string]any{"ids": ids})
			return map[string]any{"ids": ids}
		},
		"importCertificates": func(n int) map[string]any {
			return map[string]any{"businessUnitId": unit, "files": []any{c.file(key, "new", n)}}
		},
		"importCertificates, some refused": func(n int) map[string]any {
			twice := c.file(key, "twice", 1)["content"].(string)
			return map[string]any{"businessUnitId": unit, "files": []any{c.file(key, "other", n-3), map[string]any{"content": twice + twice + brokenCertificate}}}
		},
		"importCertificates, known there": func(n int) map[string]any {
			return map[string]any{"businessUnitId": unit, "files": []any{c.known(unit, c.file(key, "known", n))}}
		},
		"importCertificates, known from elsewhere": func(n int) map[string]any {
			file := c.known(unit, c.file(key, "moved", n))
			file["name"] = "elsewhere.pem"
			return map[string]any{"businessUnitId": unit, "files": []any{file}}
		},
		"importCertificates, on seats that are gone": func(n int) map[string]any {
			file := c.known(unit, c.file(key, "gone", n))
			c.past(`UPDATE certificates SET seat_row_id = NULL, assigned = FALSE WHERE business_unit_id = $1`, unit.UUID)
			return map[string]any{"businessUnitId": unit, "files": []any{file}}
		},
		"recordDiscoveredCertificates": func(n int) map[string]any {
			return map[string]any{"businessUnitId": unit, "certificates": c.found(key, "found", n)}
		},
		"recordDiscoveredCertificates, some refused": func(n int) map[string]any {
			found := c.found(key, "found besides", n)
			found[n-1]["content"] = "nothing"
			return map[string]any{"businessUnitId": unit, "certificates": found}
		},
		"revokeCertificates": func(n int) map[string]any {
			return map[string]any{"ids": c.imported(unit, c.file(key, "revoked", n)), "reason": "SUPERSEDED"}
		},
		"revokeCertificates, some refused": func(n int) map[string]any {
			return map[string]any{"ids": append(c.imported(unit, c.file(key, "ended", n-1)), id.New(id.Certificate).String()), "reason": "SUPERSEDED"}
		},
		"enrollSeats": func(n int) map[string]any {
			return map[string]any{"profileId": codes, "seats": toEnroll(c.seatIDs(unit, "enrolled", n))}
		},
		"enrollSeats, some refused": func(n int) map[string]any {
			return map[string]any{"profileId": codes, "seats": append(toEnroll(c.seatIDs(unit, "invited", n-1)), toEnroll([]string{id.New(id.Seat).String()})...)}
		},
	}
	w := newWalker(t)
	for name, input := range batches {
		mutation, _, _ := strings.Cut(name, ",")
		document := w.mutation(w.schema.Mutation.Fields.ForName(mutation))
		count := func(n int) (sent []string) {
			variables := map[string]any{"input": input(n)}
			var data map[string]any
			sent = kept.during(func() { data = c.data(anna, document, variables) })
			results := data[mutation].(map[string]any)["results"].([]any)
			if len(results) != n {
				t.Errorf("%s: %d results for %d items", name, len(results), n)
			}
			codes, _ := refused(data)
			if some := strings.Contains(name, "refused"); some != (len(codes) > 0) || len(codes) == n {
				t.Errorf("%s: %d of %d were refused: %.200v", name, len(codes), n, codes)
			}
			return sent
		}
		small, large := count(few), count(lots)
		if len(small) != len(large) {
			t.Errorf("%s takes %d statements for %d items and %d for %d; the first that are one more:\n%s",
				name, len(small), few, len(large), lots, strings.Join(surplus(small, large), "\n"))
		}
	}
}

// clones are requests like one that the use case made, for other seats. The
// database copies them, without their audit: what counts is what becomes of them.
func (c *caller) clones(t *testing.T, of id.ID, n int) []string {
	t.Helper()
	admin := c.DB.Admin(t)
	admin.SetMaxOpenConns(1)
	if _, err := admin.ExecContext(t.Context(), `SET session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, u := range column[uuid.UUID](t, admin, `INSERT INTO enrollments SELECT (jsonb_populate_record(e, jsonb_build_object('id', k.id, 'seat_id', k.id, 'seat_key', k.id, 'token_hash', NULL, 'pickup_hash', NULL))).*
FROM enrollments e, (SELECT gen_random_uuid() AS id FROM generate_series(1, $2)) k WHERE e.id = $1 RETURNING id`, of.UUID, n) {
		ids = append(ids, id.Of(id.Enrollment, u).String())
	}
	return ids
}

// mixed are clones of which one is rejected already and one never was.
func (c *caller) mixed(t *testing.T, of id.ID, n int) []string {
	t.Helper()
	ids := c.clones(t, of, n-1)
	one, err := id.Parse(ids[n/2])
	if err != nil {
		t.Fatal(err)
	}
	c.Reject(viewer.TheSystem(), "Rejected before.", one)
	return append(ids, id.New(id.Enrollment).String())
}

// invitations are new ones, of seats of their own, and then changed.
func (c *caller) invitations(unit, profile id.ID, n int, changes string) []string {
	c.made++
	seats := toEnroll(c.seatIDs(unit, fmt.Sprintf("invited-%d", c.made), n))
	shown := c.data(world.Boss(), `mutation($in: EnrollSeatsInput!) { enrollSeats(input: $in) { results { enrollment { id } } } }`, map[string]any{"in": map[string]any{"profileId": profile, "seats": seats}})
	var ids []string
	for _, r := range shown["enrollSeats"].(map[string]any)["results"].([]any) {
		one := r.(map[string]any)["enrollment"].(map[string]any)["id"].(string)
		row, err := id.Parse(one)
		if err != nil {
			c.t.Fatal(err)
		}
		c.past(`UPDATE enrollments SET `+changes+` WHERE id = $1`, row.UUID)
		ids = append(ids, one)
	}
	return ids
}

// seatIDs are the ids of new seats.
func (c *caller) seatIDs(unit id.ID, name string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%d-of-%d", name, i, n)
	}
	ids := make([]string, n)
	for i, s := range c.Seats(unit, lifecycle.User, names...) {
		ids[i] = s.ID.String()
	}
	return ids
}

// toEnroll are seats of an input of enrollSeats.
func toEnroll(ids []string) []map[string]any {
	list := make([]map[string]any, len(ids))
	for i, one := range ids {
		list[i] = map[string]any{"id": one}
	}
	return list
}

// seats are new seats of an input.
func seats(n int, name string) []map[string]any {
	list := make([]map[string]any, n)
	for i := range list {
		list[i] = map[string]any{"seatId": fmt.Sprintf("%s-%d-of-%d", name, i, n), "name": "Name"}
	}
	return list
}
