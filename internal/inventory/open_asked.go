package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gatehouse/internal/lifecycle"
)

// OpenAsked is what an open request asks for, as the holder of its link is shown it
// before they confirm it. Anybody can ask in somebody else's name and address, with a
// key of their own: whoever confirms is to see what.
type OpenAsked struct {
	ProfileName, BusinessUnitName string
	SeatType                      lifecycle.SeatType
	SeatID, Name, Comment         string
	// Names are those that the certificate is to have; KeySHA256 is the hash of the
	// CSR's key, empty where the key is made at pick-up.
	Names     []string
	KeySHA256 string
	// ExpiresAt is until when it can be confirmed.
	ExpiresAt time.Time
	// Confirmed: it was, and the link shows where the request stands.
	Confirmed bool
}

// OpenAsked is what the link of an open request asks for; nil for a link that
// confirms nothing, or no longer. It needs no viewer, and changes nothing.
func (i *Inventory) OpenAsked(ctx context.Context, token string) (*OpenAsked, error) {
	hash := hashOf(token)
	if hash == nil {
		return nil, nil
	}
	type row struct {
		OpenAsked
		names       []byte
		confirmedAt *time.Time
	}
	found, err := readAll(ctx, i.store.Read(), `SELECT p.name, b.name, p.seat_type, o.seat_id, o.name, o.comment, o.request_names, o.expires_at, o.confirmed_at
FROM open_requests o JOIN certificate_profiles p ON p.id = o.profile_id JOIN business_units b ON b.id = o.business_unit_id WHERE o.token_hash = $1`, []any{hash}, nil, func(r *row) []any {
		return []any{&r.ProfileName, &r.BusinessUnitName, &r.SeatType, &r.SeatID, &r.Name, &r.Comment, &r.names, &r.ExpiresAt, &r.confirmedAt}
	})
	if err != nil {
		return nil, fmt.Errorf("read what an open request asks for: %w", err)
	}
	if len(found) == 0 || found[0].confirmedAt == nil && !i.store.Now(ctx).Before(found[0].ExpiresAt) {
		return nil, nil
	}
	r := found[0]
	var names lifecycle.RequestNames
	if err := json.Unmarshal(r.names, &names); err != nil {
		return nil, fmt.Errorf("read the names of an open request: %w", err)
	}
	r.Names = slices.Concat(names.DNSNames, names.EmailAddresses, names.IPAddresses, names.URIs)
	if names.Subject != "" {
		r.Names = slices.Insert(r.Names, 0, names.Subject)
	}
	r.KeySHA256, r.ExpiresAt, r.Confirmed = names.KeySHA256, r.ExpiresAt.UTC(), r.confirmedAt != nil
	return &r.OpenAsked, nil
}
