package inventory

import "context"

// ForgetOpenRequests removes up to limit requests whose address nobody confirmed in
// time, and returns how many. They were in no list, and nobody was told of them.
func (i *Inventory) ForgetOpenRequests(ctx context.Context, limit int) (int, error) {
	return i.store.ForgetOpenRequests(ctx, limit)
}
