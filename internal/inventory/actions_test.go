package inventory_test

import (
	"fmt"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// reviewed is a profile whose approvers are mailed.
var reviewed = rules{changes: profile.RuleChanges{ApproverEmails: []string{"approvers@example.org"}}}

// TestAvailableActionsAreWhatTheMutationsDo makes an enrollment for each case and
// each action that this part has a mutation for, asks what the viewer may do, and
// then does it: the answer must be the one that was foretold, code and sentence.
func TestAvailableActionsAreWhatTheMutationsDo(t *testing.T) {
	t.Parallel()
	acts := map[lifecycle.EnrollmentAction]func(w *world, v viewer.Viewer, e id.ID, now lifecycle.Status) (*inventory.EnrollmentPayload, error){
		lifecycle.ActApprove: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Approve(w.as(v), inventory.ApproveEnrollmentInput{ID: e})
		},
		lifecycle.ActReject: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Reject(w.as(v), inventory.RejectEnrollmentInput{ID: e, Reason: "no"})
		},
		lifecycle.ActWithdraw: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Withdraw(w.as(v), inventory.WithdrawEnrollmentInput{ID: e})
		},
		lifecycle.ActChangeStatus: func(w *world, v viewer.Viewer, e id.ID, now lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			to := lifecycle.InProgress
			if now == lifecycle.InProgress {
				to = lifecycle.Pending
			}
			return w.Inventory.ChangeStatus(w.as(v), inventory.ChangeEnrollmentStatusInput{ID: e, Status: to})
		},
		lifecycle.ActAddNote: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.AddNote(w.as(v), inventory.AddEnrollmentNoteInput{ID: e, Text: "seen"})
		},
		lifecycle.ActViewCode: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			p, err := w.Inventory.RevealCode(w.as(v), inventory.RevealEnrollmentCodeInput{ID: e})
			if err != nil {
				return nil, err
			}
			if (len(p.UserErrors) == 0) != (p.Code != nil && p.EnrollmentURL != nil) {
				w.t.Errorf("refusals %v, and a code is shown: %v", p.UserErrors, p.Code != nil)
			}
			return &inventory.EnrollmentPayload{Enrollment: p.Enrollment, UserErrors: p.UserErrors}, nil
		},
		lifecycle.ActReset: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Reset(w.as(v), inventory.ResetEnrollmentInput{ID: e})
		},
		lifecycle.ActUnlock: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Unlock(w.as(v), inventory.UnlockEnrollmentInput{ID: e})
		},
		lifecycle.ActResendEnrollment: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Resend(w.as(v), inventory.ResendEnrollmentInput{ID: e})
		},
		lifecycle.ActCancel: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.Cancel(w.as(v), inventory.CancelEnrollmentInput{ID: e, Reason: "left us"})
		},
		lifecycle.ActResendApprovalEmail: func(w *world, v viewer.Viewer, e id.ID, _ lifecycle.Status) (*inventory.EnrollmentPayload, error) {
			return w.Inventory.ResendApproval(w.as(v), inventory.ResendApprovalEmailInput{ID: e})
		},
	}
	type state struct {
		name string
		make func(w *world, seatID string) id.ID
	}
	written := func(status lifecycle.Status) func(*world, string) id.ID {
		return func(w *world, seatID string) id.ID {
			w.seat(lifecycle.User, seatID)
			e := w.request(manager, w.profile(reviewed), seatID)
			w.past(`UPDATE enrollments SET status = $2 WHERE id = $1`, e.UUID, string(status))
			if !status.Active() {
				w.past(`UPDATE seats SET active_enrollments = 0, status = 'CREATED' WHERE seat_key = $1`, seatID)
			}
			return e
		}
	}
	states := []state{
		{"pending", func(w *world, s string) id.ID { return w.request(manager, w.profile(reviewed), s) }},
		{"approved once by anna", func(w *world, s string) id.ID {
			e := w.request(manager, w.profile(rules{changes: profile.RuleChanges{ApprovalsRequired: ptr(2), ApproverEmails: reviewed.changes.ApproverEmails}}), s)
			w.approve(anna, e)
			return e
		}},
		{"for ben", func(w *world, s string) id.ID {
			e := w.request(manager, w.profile(reviewed), s)
			w.past(`UPDATE enrollments SET email = 'BEN@example.com' WHERE id = $1`, e.UUID)
			return e
		}},
		{"for ben's seat", func(w *world, s string) id.ID {
			e := w.request(manager, w.profile(reviewed), s)
			w.seat(lifecycle.User, s)
			w.past(`UPDATE seats SET email = 'ben@example.com' WHERE seat_key = $1`, s)
			return e
		}},
		{"due", func(w *world, s string) id.ID {
			e := w.request(manager, w.profile(reviewed), s)
			w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
			return e
		}},
		{"in progress", written(lifecycle.InProgress)},
		{"approved", written(lifecycle.Approved)},
		{"rejected", written(lifecycle.Rejected)},
		{"redeemed", written(lifecycle.Redeemed)},
		{"being issued", func(w *world, s string) id.ID {
			e := w.approvedFor(w.profile(reviewed), s)
			w.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, e.UUID, morning)
			return e
		}},
		{"due, and its place is taken", func(w *world, s string) id.ID {
			under := w.profile(reviewed)
			e := w.request(manager, under, s)
			w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
			w.request(rita, under, s)
			return e
		}},
		{"approved, and both it and its seat are gone by now", func(w *world, s string) id.ID {
			e := w.approvedFor(w.profile(reviewed), s)
			w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
			w.sweep()
			return e
		}},
		{"an invitation", func(w *world, s string) id.ID { return w.invited(w.byCode(), s) }},
		{"an invitation under a public authority", func(w *world, s string) id.ID { return w.invited(w.byCode(public, mailsCode), s) }},
		{"an invitation that is due", func(w *world, s string) id.ID { return w.lapsed(w.byCode(), s) }},
		{"an invitation under a public authority that is due", func(w *world, s string) id.ID { return w.lapsed(w.byCode(public, mailsCode), s) }},
		{"an invitation that is due, and its place is taken", func(w *world, s string) id.ID {
			under := w.byCode()
			e := w.lapsed(under, s)
			w.invitedAgain(under, s)
			return e
		}},
		{"an invitation that is due, under an archived profile", func(w *world, s string) id.ID {
			under := w.byCode()
			e := w.lapsed(under, s)
			p, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: under})
			granted(w.t, err)
			granted(w.t, nil, p.UserErrors...)
			return e
		}},
		{"an enrollment by SCEP that is due", func(w *world, s string) id.ID { return w.lapsed(w.byCode(redeemedBy(lifecycle.SCEP)), s) }},
		{"locked", func(w *world, s string) id.ID { return w.locked(w.byCode(), s) }},
		{"locked under a public authority, and its time has passed", func(w *world, s string) id.ID {
			e := w.locked(w.byCode(public, mailsCode), s)
			w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
			return e
		}},
		{"an invitation that is being redeemed", func(w *world, s string) id.ID {
			e := w.invited(w.byCode(), s)
			w.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, e.UUID, morning)
			return e
		}},
		{"a cancelled invitation", func(w *world, s string) id.ID {
			e := w.invited(w.byCode(), s)
			p, err := w.Inventory.Cancel(w.as(boss), inventory.CancelEnrollmentInput{ID: e, Reason: "sent in error"})
			granted(w.t, err)
			granted(w.t, nil, p.UserErrors...)
			return e
		}},
	}
	people := []viewer.Viewer{manager, anna, ben, looker, auditor, seatsOnly}
	for _, s := range states {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 100)
			n := 0
			foretold := 0
			for _, v := range people {
				for action, act := range acts {
					n++
					e := s.make(w, fmt.Sprintf("seat-%d", n))
					seen, err := w.Inventory.Enrollment(w.as(v), e, nil)
					granted(t, err)
					can, err := w.Inventory.EnrollmentActions(w.as(v), seen)
					granted(t, err)
					cannot, err := w.Inventory.UnavailableEnrollmentActions(w.as(v), seen)
					granted(t, err)
					want, listed := refusal.Code(""), false
					sentence := ""
					for _, a := range can {
						listed = listed || a == action
					}
					for _, a := range cannot {
						if a.Action == action {
							listed, want, sentence = true, a.Code, a.Message
						}
					}
					p, err := act(w, v, e, seen.Status)
					granted(t, err)
					if !listed { // what can never be done to an enrollment of this making
						switch got := code(p.UserErrors); got {
						case refusal.WrongMethod, refusal.CodePrivateOnly, refusal.ResendNotForThisMethod, refusal.Forbidden:
						default:
							t.Errorf("%s by %s stands in neither list, answered %q", action, v.Subject, got)
						}
						continue
					}
					foretold++
					if code(p.UserErrors) != want {
						t.Errorf("%s by %s: foretold %q, answered %v", action, v.Subject, want, p.UserErrors)
					}
					// At the door nothing of the enrollment is read yet, and the mutation is named.
					if want != "" && want != refusal.Forbidden && p.UserErrors[0].Message != sentence {
						t.Errorf("%s by %s: foretold %q, answered %q", action, v.Subject, sentence, p.UserErrors[0].Message)
					}
				}
			}
			if foretold < len(people)*3 {
				t.Errorf("%d were foretold", foretold)
			}
			w.honest()
		})
	}
}

func TestNotesAreForThoseWhoDecide(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	e := w.request(rita, w.profile(reviewed), "ada")
	p, err := w.Inventory.AddNote(w.as(anna), inventory.AddEnrollmentNoteInput{ID: e, Text: "called her; it is fine"})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	for _, c := range []struct {
		by   viewer.Viewer
		want int
	}{{anna, 1}, {manager, 1}, {auditor, 1}, {boss, 1}, {looker, 0}, {rita, 0}, {person("pm", lifecycle.ProfileManager), 0}} {
		seen, err := w.Inventory.Enrollment(w.as(c.by), e, nil)
		granted(t, err)
		notes, err := w.Inventory.NotesOf(w.as(c.by), seen, page.Args{})
		granted(t, err)
		if len(notes.Edges) != c.want {
			t.Errorf("%s sees %d notes, want %d", c.by.Subject, len(notes.Edges), c.want)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE changes::text LIKE '%called her%' OR comment LIKE '%called her%'`); n != 0 {
		t.Error("the text of a note stands in the audit")
	}
}
