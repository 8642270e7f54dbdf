package inventory

import (
	"context"
	"maps"
	"slices"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// act is one call's act on enrollments that exist, in which each stands alone:
// they are locked, decided by the table, turned, and written by one statement for
// those that change alike, with an entry each.
type act struct {
	mutation string
	word     audit.Action
	action   lifecycle.EnrollmentAction
	ids      []id.ID
	// said is what the caller says with it, in the input's field of that name, of
	// so many characters at least. The entries keep it.
	said  *string
	field string
	least int
	// expected is the version that the caller has seen; nil: any will do.
	expected *int
	// revives: the act may make an expired enrollment an active one.
	revives bool
	input   any
	key     *string
	// check refuses what is wrong with the input for every enrollment; nil: nothing is.
	check func(tx *store.Tx) *refusal.Refusal
	// turn says what becomes of an enrollment that the table leads to a status.
	turn func(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error)
	// beside writes what stands on other rows than the enrollments'; nil: nothing does.
	beside func(ctx context.Context, t *turning) error
}

// turning is one transaction's act.
type turning struct {
	*hold
	tx      *store.Tx
	said    string
	won     []*locked
	changes []store.Change
}

// set changes columns of an enrollment; before has those that an entry tells of.
func (t *turning) set(l *locked, before, after store.Row) {
	t.changes = append(t.changes, l.change(before, after))
}

// act runs an act. Refused as a whole: INVALID and TOO_MANY for the input. Refused
// for one: NOT_FOUND, CONFLICT, what the table says, and what its turn says.
func (i *Inventory) act(ctx context.Context, a *act) (store.Outcome, error) {
	s, err := i.sightOf(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: a.mutation, Action: a.word, Resource: audit.Enrollment, ID: only(a.ids), Key: a.key, Input: a.input}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(a.ids); no != nil {
			return store.Outcome{}, no
		}
		items, err := i.actOn(ctx, tx, s, a, a.ids)
		return store.Outcome{Items: items}, err
	})
}

// actOn is what an act does in its transaction, whether for a call or for a batch of
// a job. A refusal as its error is about the input, and thus about every enrollment.
func (i *Inventory) actOn(ctx context.Context, tx *store.Tx, s sight, a *act, ids []id.ID) ([]store.Item, error) {
	said, no := a.heard(tx)
	if no != nil {
		return nil, no
	}
	lock := i.lockEnrollments
	if a.revives {
		lock = i.lockToRevive
	}
	h, err := lock(ctx, tx, s, ids)
	if err != nil {
		return nil, err
	}
	t := &turning{hold: h, tx: tx, said: said}
	items, err := t.run(a)
	if err != nil {
		return nil, err
	}
	return items, t.write(ctx, a)
}

// heard is what the caller says with the act, or what is wrong with the input for
// every enrollment.
func (a *act) heard(tx *store.Tx) (string, *refusal.Refusal) {
	said, no := text(a.field, a.said, a.least, 1000)
	if no == nil && a.check != nil {
		no = a.check(tx)
	}
	return said, no
}

// run decides about each enrollment in the order asked, and turns the winners.
func (t *turning) run(a *act) (items []store.Item, err error) {
	items = t.decide(t.tx, a.action, t.said, func(_ int, l *locked, to lifecycle.Status) *refusal.Refusal {
		if no := l.changedSince(a.expected); no != nil || err != nil {
			return no
		}
		no, fault := a.turn(t, l, to)
		if no != nil || fault != nil {
			err = fault
			return no
		}
		t.won = append(t.won, l)
		if l.seatRow != nil {
			t.after.active[*l.seatRow] += l.moves(to)
		}
		if to.Active() {
			t.takeSpot(l)
		}
		return nil
	})
	return items, err
}

// write keeps what was decided.
func (t *turning) write(ctx context.Context, a *act) error {
	for _, alike := range alike(t.changes) {
		if err := t.tx.Apply(ctx, audit.Enrollment, alike); err != nil {
			return takenMeanwhile(err)
		}
	}
	for _, l := range t.won {
		t.tx.Record(audit.Entry{ID: l.id, BusinessUnit: l.unit, Comment: t.said})
	}
	if a.beside != nil {
		if err := a.beside(ctx, t); err != nil {
			return err
		}
	}
	return t.after.settle(ctx, t.tx)
}

// alike are changes in groups that set the same columns each, in the order in
// which the first of each group came.
func alike(changes []store.Change) (groups [][]store.Change) {
	of := map[string]int{}
	for _, c := range changes {
		columns := strings.Join(slices.Sorted(maps.Keys(c.After)), " ")
		n, known := of[columns]
		if !known {
			n = len(groups)
			of[columns], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], c)
	}
	return groups
}

// changedSince is the no to somebody who has seen an earlier version; nil when the
// enrollment is as it was, or when they do not say which. That it has expired
// before the eyes of everybody, and this transaction has only written that down,
// is no change.
func (l *locked) changedSince(expected *int) *refusal.Refusal {
	if expected == nil || *expected == l.version || *expected == l.read {
		return nil
	}
	return refusal.New(refusal.Conflict, "The enrollment was changed by somebody else (version %d, you sent %d); read it again.", l.version, *expected).At("expectedVersion")
}

// holder is the address of the person whom the certificate is for; empty when
// neither the enrollment nor its seat has one.
func (l *locked) holder() string {
	if l.email == "" && l.seat != nil {
		return l.seat.email
	}
	return l.email
}
