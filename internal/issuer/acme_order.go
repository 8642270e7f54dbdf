package issuer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/mholt/acmez/v3/acme"
)

// ordered is what is kept between two calls: where the order is found, and by whom
// it was taken.
type ordered struct {
	Directory string `json:"directory"`
	Order     string `json:"order"`
}

// obtain walks an order through its states (RFC 8555 section 7.1.6) to the
// certificate, which it returns with those above it.
func (a *ACME) obtain(ctx context.Context, account acme.Account, o Order, progress json.RawMessage, keep func(context.Context, json.RawMessage) error) ([][]byte, error) {
	order, err := a.resumed(ctx, account, progress)
	if err != nil {
		return nil, err
	}
	if order.Location == "" {
		if order, err = a.order(ctx, account, o.DNSNames, keep); err != nil {
			return nil, err
		}
	}
	for step := range maxSteps {
		if step > 0 && (order.Status == acme.StatusPending || order.Status == acme.StatusProcessing) {
			if err := pause(ctx); err != nil {
				return nil, err
			}
		}
		switch order.Status {
		case acme.StatusPending:
			if err := a.prove(ctx, account, order); err != nil {
				return nil, err
			}
			order, err = a.client.GetOrder(ctx, account, order)
		case acme.StatusReady:
			location := order.Location
			order, err = a.client.FinalizeOrder(ctx, account, order, o.CSR)
			order.Location = location
		case acme.StatusProcessing:
			order, err = a.client.GetOrder(ctx, account, order)
		case acme.StatusValid:
			return a.download(ctx, account, order.Certificate)
		case acme.StatusInvalid:
			if order.Error != nil {
				return nil, fmt.Errorf("issuer: order %s is invalid: %w", order.Location, *order.Error)
			}
			return nil, fmt.Errorf("issuer: order %s is invalid, and its authority does not say why", order.Location)
		default:
			return nil, fmt.Errorf("issuer: order %s is %q, which is no state of RFC 8555", order.Location, order.Status)
		}
		if err != nil && order.Status != acme.StatusInvalid { // an invalid one says why itself
			return nil, fmt.Errorf("issuer: order %s: %w", order.Location, err)
		}
	}
	return nil, fmt.Errorf("issuer: order %s is still %s after %d steps", order.Location, order.Status, maxSteps)
}

// maxSteps bounds the walk, of which each step but a few takes a pause.
const maxSteps = int(pollTime / pollPause)

// resumed is the order that an earlier call had kept; none (without a location)
// when there is none, when it is of a directory that was set up here before, or
// when the authority has given it up or forgotten it.
func (a *ACME) resumed(ctx context.Context, account acme.Account, progress json.RawMessage) (acme.Order, error) {
	if len(progress) == 0 {
		return acme.Order{}, nil
	}
	var kept ordered
	if err := json.Unmarshal(progress, &kept); err != nil {
		return acme.Order{}, fmt.Errorf("issuer: what was kept of an order cannot be read: %w", err)
	}
	if kept.Directory != a.options.Directory {
		return acme.Order{}, nil
	}
	order, err := a.client.GetOrder(ctx, account, acme.Order{Location: kept.Order})
	var problem acme.Problem
	switch {
	case errors.As(err, &problem) && problem.Type != acme.ProblemTypeAccountDoesNotExist && slices.Contains(gone, problem.Status):
		return acme.Order{}, nil
	case err != nil:
		return acme.Order{}, fmt.Errorf("issuer: read order %s: %w", kept.Order, err)
	case order.Status == acme.StatusInvalid:
		return acme.Order{}, nil
	}
	return order, nil
}

// gone are the answers about an order that is not there any more, or is that of
// another account.
var gone = []int{http.StatusForbidden, http.StatusNotFound, http.StatusGone}

// order opens a new order and has its URL kept.
func (a *ACME) order(ctx context.Context, account acme.Account, hosts []string, keep func(context.Context, json.RawMessage) error) (acme.Order, error) {
	var asked acme.Order
	for _, host := range hosts {
		asked.Identifiers = append(asked.Identifiers, acme.Identifier{Type: "dns", Value: host})
	}
	order, err := a.client.NewOrder(ctx, account, asked)
	if err != nil {
		return order, fmt.Errorf("issuer: order from %s: %w", a.options.Directory, err)
	}
	if order.Location == "" {
		return order, fmt.Errorf("issuer: %s did not say where its order is found", a.options.Directory)
	}
	progress, err := json.Marshal(ordered{a.options.Directory, order.Location})
	if err == nil {
		err = keep(ctx, progress)
	}
	if err != nil {
		return order, fmt.Errorf("issuer: keep order %s: %w", order.Location, err)
	}
	return order, nil
}

// download fetches the certificate and those above it; of several chains the one
// that the authority gives first.
func (a *ACME) download(ctx context.Context, account acme.Account, address string) ([][]byte, error) {
	chains, err := a.client.GetCertificateChain(ctx, account, address)
	if err != nil && len(chains) == 0 {
		return nil, fmt.Errorf("issuer: fetch certificate %s: %w", address, err)
	}
	all := Chain(string(chains[0].ChainPEM))
	if len(all) == 0 {
		return nil, fmt.Errorf("issuer: there is no certificate at %s", address)
	}
	return all, nil
}

// pause waits before the next question.
func pause(ctx context.Context) error {
	timer := time.NewTimer(pollPause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
