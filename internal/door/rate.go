package door

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"gatehouse/internal/viewer"
)

// rememberedCallers is how many callers a server remembers. Of more, the one that
// has been quiet for longest is forgotten, and may call as a new one.
const rememberedCallers = 50_000

// Rates bound how often, and how much, one subject may ask: so many calls and so
// much cost a minute, and twice that at once after a quiet minute. Whatever the
// subject's tokens and addresses are, it is the same subject.
//
// They are counted in the memory of this server. Behind a balancer that spreads a
// caller over n servers, that caller may ask n times as much.
type Rates struct {
	calls, cost int
	clock       func() time.Time
	callers     *lru.Cache[string, *allowance]
}

// allowance is what a subject has left.
type allowance struct{ calls, cost *rate.Limiter }

// NewRates allows a subject so many calls, and so much cost, per minute.
func NewRates(callsPerMinute, costPerMinute int, clock func() time.Time) (*Rates, error) {
	if callsPerMinute < 1 || costPerMinute < 1 || clock == nil {
		return nil, errors.New("the rates of callers need at least one call and a cost of 1 a minute, and a clock")
	}
	callers, err := lru.New[string, *allowance](rememberedCallers)
	if err != nil {
		return nil, fmt.Errorf("make room for the rates of callers: %w", err)
	}
	return &Rates{calls: callsPerMinute, cost: costPerMinute, clock: clock, callers: callers}, nil
}

// Call counts one call of whoever is asking, before anything is read of it, and the
// error is a *Refusal of one too many. Nobody has no rate here: calls without a login
// are counted by address.
func (r *Rates) Call(ctx context.Context) error {
	a := r.of(ctx)
	if a == nil {
		return nil
	}
	wait := take(a.calls, 1, r.clock())
	if wait == 0 {
		return nil
	}
	return tooSoon(wait, "You call too often: %d calls a minute are allowed. Nothing was done; try again in %s.", r.calls)
}

// spend counts what a call costs, before it is executed.
func (r *Rates) spend(ctx context.Context, cost int64) error {
	a := r.of(ctx)
	if a == nil {
		return nil
	}
	wait := take(a.cost, int(min(cost, int64(a.cost.Burst()))), r.clock())
	if wait == 0 {
		return nil
	}
	return tooSoon(wait, "You ask for too much: operations with a cost of %d a minute are allowed (see extensions.cost). Nothing was done; try again in %s.", r.cost)
}

// of is what the context's viewer has left; nil for nobody.
func (r *Rates) of(ctx context.Context) *allowance {
	v, ok := viewer.From(ctx)
	if r == nil || !ok {
		return nil
	}
	caller := v.Issuer + "\x00" + v.Subject
	if a, known := r.callers.Get(caller); known {
		return a
	}
	perSecond := func(perMinute int) *rate.Limiter {
		return rate.NewLimiter(rate.Limit(float64(perMinute)/60), 2*perMinute)
	}
	a := &allowance{calls: perSecond(r.calls), cost: perSecond(r.cost)}
	if before, meanwhile, _ := r.callers.PeekOrAdd(caller, a); meanwhile {
		return before
	}
	return a
}

// take takes n from a limiter, or says how long to wait before it can be taken; a
// call that has to wait takes nothing.
func take(limiter *rate.Limiter, n int, now time.Time) time.Duration {
	if limiter.AllowN(now, n) {
		return 0
	}
	missing := float64(n) - limiter.TokensAt(now)
	return max(time.Duration(missing/float64(limiter.Limit())*float64(time.Second)), time.Millisecond)
}

// tooSoon is the refusal of what may be asked again after a while.
func tooSoon(wait time.Duration, format string, limit int) *Refusal {
	seconds := int(math.Ceil(wait.Seconds()))
	return &Refusal{Code: RateLimited, Message: fmt.Sprintf(format, limit, Seconds(seconds)), RetryAfter: seconds}
}

// Seconds is a number of seconds in words.
func Seconds(n int) string {
	if n == 1 {
		return "1 second"
	}
	return fmt.Sprintf("%d seconds", n)
}

// Network is whom an address stands for: itself, or of IPv6 its /64, which is what
// one connection to the Internet is given.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	within, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return within.String()
}
