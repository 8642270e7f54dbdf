package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"gatehouse/internal/door"
	"gatehouse/internal/viewer"
)

// anonymousAddresses is how many addresses a server remembers. Of more, the one
// that has been quiet for longest is forgotten, and may call as a new one: memory
// has a bound (some 30 MB), whoever calls from wherever.
const anonymousAddresses = 100_000

// anonymousLimit bounds how often somebody may call who shows no token, by address:
// so many calls at once, and then one whenever a minute's share has passed. It is
// for codes that could be guessed from outside; what one enrollment allows is
// counted in the database (inventory), whichever server and address it comes from.
//
// It counts in the memory of this server. Behind a balancer that spreads an
// address over n servers, that address may call n times as often.
type anonymousLimit struct {
	perMinute int
	clock     func() time.Time
	callers   *lru.Cache[string, *rate.Limiter]
}

// newAnonymousLimit allows so many calls per minute and address.
func newAnonymousLimit(perMinute int, clock func() time.Time) (*anonymousLimit, error) {
	callers, err := lru.New[string, *rate.Limiter](anonymousAddresses)
	if err != nil {
		return nil, fmt.Errorf("make room for the limit of calls without a login: %w", err)
	}
	return &anonymousLimit{perMinute: perMinute, clock: clock, callers: callers}, nil
}

// wait counts a call from an address. It is how long to wait before calling again,
// 0 when the call may go on now; a call that may not costs the caller nothing, so
// that who goes on knocking is let in as soon as who waits.
func (l *anonymousLimit) wait(address string) time.Duration {
	now := l.clock()
	caller := door.Network(address)
	limiter, known := l.callers.Get(caller)
	if !known {
		limiter = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)
		if before, meanwhile, _ := l.callers.PeekOrAdd(caller, limiter); meanwhile {
			limiter = before
		}
	}
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return max(time.Duration(missing*60/float64(l.perMinute)*float64(time.Second)), time.Millisecond)
}

// graphql stands before /graphql and lets every call with an Authorization header
// pass, whose token is looked at next, and every websocket, whose token comes later.
// The others are counted, and refused with RATE_LIMITED before their body is read.
func (l *anonymousLimit) graphql(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, present, _ := bearer(r.Header); present || door.IsUpgrade(r) {
			next.ServeHTTP(w, r)
			return
		}
		l.guard(next, func(w http.ResponseWriter, r *http.Request, sentence string) {
			problem(w, r, http.StatusTooManyRequests, rateLimited, sentence)
		}).ServeHTTP(w, r)
	})
}

// pages stands before the addresses of the enrollment pages that read or write the
// database without GraphQL.
func (l *anonymousLimit) pages(next http.Handler) http.Handler {
	return l.guard(next, func(w http.ResponseWriter, _ *http.Request, sentence string) {
		reply(w, http.StatusTooManyRequests, map[string]string{"code": rateLimited, "message": sentence})
	})
}

// rateLimited is the code of a call that came too soon.
const rateLimited = door.RateLimited

// guard lets a call on or refuses it with a sentence and Retry-After.
func (l *anonymousLimit) guard(next http.Handler, refuse func(w http.ResponseWriter, r *http.Request, sentence string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		no := l.refusal(r.Context())
		if no == nil {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", strconv.Itoa(no.RetryAfter))
		refuse(w, r, no.Message)
	})
}

// refusal counts a call from the context's address; nil when it may go on.
func (l *anonymousLimit) refusal(ctx context.Context) *door.Refusal {
	wait := l.wait(viewer.RequestFrom(ctx).Address)
	if wait == 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	return &door.Refusal{Code: door.RateLimited, RetryAfter: seconds, Message: fmt.Sprintf("Your network address calls too often: %d calls a minute without a login are allowed. Nothing was done; try again in %s.", l.perMinute, door.Seconds(seconds))}
}
