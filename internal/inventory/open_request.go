package inventory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

const (
	// openFor is how long the link of an open request can be confirmed.
	openFor = 24 * time.Hour
	// mailAgain is how long somebody waits who asks for the very same again, before
	// they are mailed again.
	mailAgain = 10 * time.Minute
	// mostOpenMails is how many links an address is mailed within an hour, under
	// whatever profiles: somebody else may have typed it.
	mostOpenMails = 5
	// mostWaiting is how many requests may wait for their confirmation under one
	// profile: somebody without a login cannot fill the database, nor mail strangers
	// without end. A few more get through when many ask at one moment.
	mostWaiting = 1000
)

// OpenRequestInput is a request from the page of a profile, by somebody without a
// login.
type OpenRequestInput struct {
	Profile id.ID
	SeatID  string
	Name    *string
	// Email is where the link goes that confirms the request. It is needed.
	Email   *string
	Comment *string
	Csr     *string
	Names   []*RequestedName
}

// RequestOpenly keeps a request that nobody has a login for, until its address is
// confirmed by the link that is mailed to it: until then it is in no list, holds no
// place and is no audited thing. It needs no viewer. Refused is what has the wrong
// form: NOT_FOUND (the profile takes no such requests), INVALID, INVALID_CSR,
// KEY_NOT_ALLOWED, NAME_NOT_ALLOWED.
//
// What has the right form is always answered alike, so that the answer tells
// nothing of an address or a seat. Who asks for the same again is mailed again at
// most every ten minutes; who asks for something else for the same seat ends the
// earlier link, since a link confirms what was asked for when it was mailed. An
// address is mailed five links an hour; what is asked for beyond is forgotten.
func (i *Inventory) RequestOpenly(ctx context.Context, in OpenRequestInput) (*refusal.Refusal, error) {
	ctx = i.store.Pin(viewer.With(ctx, viewer.TheEndUser("")))
	p, err := i.profiles.Open(ctx, in.Profile)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return missing("certificate profile", in.Profile).At("profileId"), nil
	}
	o, no := newOpenRequest(in, p)
	if no != nil {
		return no, nil
	}
	_, err = i.store.Do(ctx, store.Cause{Mutation: "requestEnrollment"}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		a := asking{openRequest: o, tx: tx, keys: i.keys, after: i.newAftermath()}
		err := a.run(ctx)
		no = a.full
		return store.Outcome{}, err
	})
	return no, err
}

// openRequest is what somebody asks for whose address is not confirmed.
type openRequest struct {
	profile, unit        uuid.UUID
	seatID, key          string
	name, email, comment string
	csr                  string
	names                lifecycle.RequestNames
}

// newOpenRequest reads what has the right form. The address is kept in small
// letters: no mail server tells them apart, and who varies them is not to get
// around how often an address is mailed.
func newOpenRequest(in OpenRequestInput, p *profile.Held) (openRequest, *refusal.Refusal) {
	for n, name := range in.Names {
		if !slices.Contains(lifecycle.SANKinds, name.Kind) {
			return openRequest{}, refusal.New(refusal.Invalid, "%.40q is no kind of name; DNS, EMAIL, IP and URI are.", string(name.Kind)).At("names", strconv.Itoa(n), "kind")
		}
	}
	r := requesting{in: in.request(), openly: true, profile: p, promise: p.Promise()}
	if no := r.check(); no != nil {
		return openRequest{}, no
	}
	if r.email == "" {
		return openRequest{}, refusal.New(refusal.Invalid, "Give your e-mail address: the request counts once you have confirmed it by the link that is mailed there.").At("email")
	}
	return openRequest{
		profile: p.ID, unit: p.Unit, seatID: tidy(in.SeatID), key: seatKey(in.SeatID), name: r.name, email: strings.ToLower(r.email),
		comment: r.comment, csr: r.csr, names: r.names,
	}, nil
}

// request is the same as somebody with a login would ask for it.
func (in OpenRequestInput) request() RequestEnrollmentInput {
	return RequestEnrollmentInput{ProfileID: in.Profile, SeatID: in.SeatID, Name: in.Name, Email: in.Email, Csr: in.Csr, Names: in.Names, Comment: in.Comment}
}

// closed is the no to an open request under a profile that takes none any more.
func closed(p *profile.Held) *refusal.Refusal {
	return refusal.New(refusal.InvalidState, "The certificate profile %s takes no requests without a login any more. Ask its administrators how to get a certificate under it.", p.Name)
}
