package inventory_test

import (
	"slices"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// A certificate in every status, from everywhere, by everybody: what the viewer is
// told of their actions is what comes of the act, code and sentence; and the
// figures are those of the certificates whatever came of it.
func TestActsOnCertificatesAreWhatWasForetold(t *testing.T) {
	t.Parallel()
	states := []struct {
		name string
		make func(w *world, seat id.ID, making string) id.ID
	}{
		{"issued", func(w *world, seat id.ID, making string) id.ID { return w.made(seat, making, year) }},
		{"not yet valid", func(w *world, seat id.ID, making string) id.ID {
			c := w.made(seat, making, year)
			w.past(`UPDATE certificates SET not_before = $2 WHERE id = $1`, c.UUID, morning.Add(30*day))
			return c
		}},
		{"on hold", func(w *world, seat id.ID, making string) id.ID {
			c := w.made(seat, making, year)
			w.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = $2 WHERE id = $1`, c.UUID, morning)
			return c
		}},
		{"expired, and nobody has written it down", func(w *world, seat id.ID, making string) id.ID {
			c := w.made(seat, making, year)
			w.past(`UPDATE certificates SET not_after = $2 WHERE id = $1`, c.UUID, morning)
			return c
		}},
		{"expired on hold", func(w *world, seat id.ID, making string) id.ID {
			c := w.made(seat, making, year)
			w.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = $2, not_after = $2 WHERE id = $1`, c.UUID, morning)
			return c
		}},
		{"revoked", func(w *world, seat id.ID, making string) id.ID {
			c := w.made(seat, making, year)
			w.revoke(c)
			return c
		}},
	}
	people := []viewer.Viewer{manager, looker, auditor}
	for making := range makings {
		t.Run(making, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			w.announced()
			seat := w.seat(lifecycle.User, "ada").ID
			for _, s := range states {
				for _, v := range people {
					for action, act := range certificateActs {
						c := s.make(w, seat, making)
						seen := w.theCertificate(c)
						can, err := w.Inventory.CertificateActions(w.as(v), seen)
						granted(t, err)
						cannot, err := w.Inventory.UnavailableCertificateActions(w.as(v), seen)
						granted(t, err)
						listed, want, sentence := slices.Contains(can, action), refusal.Code(""), ""
						for _, u := range cannot {
							if u.Action == action {
								listed, want, sentence = true, u.Code, u.Message
							}
						}
						if !listed {
							if want = refusal.IssuedElsewhere; v.Subject != manager.Subject {
								want = refusal.Forbidden
							}
						}
						p, err := act(w, v, c)
						got := codeOf(w, p, err)
						if got != want {
							t.Errorf("%s: %s by %s: foretold %q, answered %v", s.name, action, v.Subject, want, p.UserErrors)
							continue
						}
						// At the door nothing of the certificate is read yet, and the mutation is named.
						if listed && got != "" && got != refusal.Forbidden && p.UserErrors[0].Message != sentence {
							t.Errorf("%s: %s by %s: foretold %q, answered %q", s.name, action, v.Subject, sentence, p.UserErrors[0].Message)
						}
						now := w.theCertificate(c)
						if got == "" && now.Status == seen.Status || got != "" && now.Status != seen.Status {
							t.Errorf("%s: %s by %s leads from %s to %s, answered %q", s.name, action, v.Subject, seen.Status, now.Status, got)
						}
						if p.Certificate == nil || p.Certificate.Status != now.Status || p.Certificate.Version != now.Version {
							t.Errorf("%s: %s by %s shows %+v", s.name, action, v.Subject, p.Certificate)
						}
					}
				}
				w.honest()
			}
		})
	}
}

// What a seat counts, and what is consumed, after each act: a suspended one counts,
// one that was revoked does not.
func TestWhatActsOnCertificatesDoToTheFigures(t *testing.T) {
	t.Parallel()
	for _, kind := range lifecycle.SeatTypes {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			w.announced()
			w.allocate(kind, 3)
			seat := w.anySeat(kind, "ada")
			c := w.made(seat, "built-in", year)
			consumed, end := "CONSUMED true 1", "CREATED false 0"
			if kind.StaysConsumed() {
				end = "CONSUMED true 0"
			}
			step := func(what, want string) {
				t.Helper()
				if got := w.stands(seat); got != want {
					t.Errorf("%s: the seat is %s, not %s", what, got, want)
				}
				w.honest()
			}
			step("issued", consumed)
			w.suspend(c)
			step("on hold", consumed)
			w.resume(c)
			step("off hold", consumed)
			w.suspend(c)
			w.revoke(c)
			step("revoked", end)
			other := w.made(seat, "built-in", morning.Add(10*day))
			w.suspend(other)
			step("the next, on hold", consumed)
			w.set(morning.Add(10 * day))
			if n, err := w.Inventory.ExpireCertificatesDue(t.Context(), 10); err != nil || n != 1 {
				t.Fatalf("%d expired: %v", n, err)
			}
			step("expired on hold", end)
			if n := w.count(`SELECT count(*) FROM certificates WHERE id = $1 AND suspended_at IS NOT NULL`, other.UUID); n != 1 {
				t.Error("since when it was on hold is forgotten: lists of revoked certificates still name it")
			}
		})
	}
}
