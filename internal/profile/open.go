package profile

import (
	"context"
	"fmt"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// Open is a profile that takes requests without a login, as it is now; nil when
// there is none of that id, or it takes none: to who asks without a login both are
// the same. It needs no viewer, and keeps nobody from changing the profile: what is
// asked for under it is judged again by whoever makes an enrollment of it.
func (ps *Profiles) Open(ctx context.Context, i id.ID) (*Held, error) {
	rows, err := ps.read.Query(ctx, ofHeld+` AND p.open_requests AND p.archived_at IS NULL`, named(i))
	if err != nil {
		return nil, fmt.Errorf("read the open profile %s: %w", i, err)
	}
	held, err := scanHeld(rows, i)
	if err != nil || held == nil || held.AuthenticationMethod != lifecycle.ManualApproval {
		return nil, err
	}
	return held, nil
}
