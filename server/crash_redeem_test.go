package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// How many people redeem, how many of them at once, and how often the server is
// killed meanwhile at least.
const (
	crashGuests = 500
	crashCrowd  = 80
	crashLives  = 12
)

// TestACrashLosesNothing has 500 people redeem over HTTP while the server is killed
// again and again at moments of chance, as an operating system does that runs out of
// memory. The clients repeat what they got no answer to. In the end everybody has
// one certificate, every licence is counted once, every mail was sent, and the audit
// tells all of it once.
func TestACrashLosesNothing(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("the seed is %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	ctx, giveUp := context.WithTimeout(t.Context(), 6*time.Minute)
	defer giveUp()
	l := newLive(t, "GATEHOUSE_LIMIT_ANONYMOUS=1000000")
	c := &crash{live: l, guests: l.invited(crashGuests)}

	var all sync.WaitGroup
	lives := 0
	for next := 0; next < len(c.guests); lives++ {
		for ; next < len(c.guests) && c.busy.Load() < crashCrowd; next++ {
			g := c.guests[next]
			c.busy.Add(1)
			all.Go(func() {
				defer c.busy.Add(-1)
				if err := c.redeem(ctx, g); err != nil {
					t.Errorf("guest %d: %v", g.n, err)
				}
			})
		}
		c.await(ctx, int64(chance.IntN(crashCrowd*3/4)))
		time.Sleep(time.Duration(chance.IntN(40)) * time.Millisecond)
		l.killed()
	}
	all.Wait()
	c.finish(ctx)
	c.posted(ctx)
	t.Logf("%d servers were killed and %d answers lost; %d people had to be asked to come back, %d to be unlocked", lives, c.lost.Load(), c.back, c.unlocked.Load()-c.locked.Load())
	if lives < crashLives || c.lost.Load() == 0 {
		t.Error("too few servers were killed, or nobody noticed")
	}
	c.check()
	var secrets []string
	for _, g := range c.guests {
		secrets = append(secrets, g.secrets()...)
	}
	l.keepsSecrets(secrets)
}

// crash is the people, and what they have seen.
type crash struct {
	*live
	guests []*guest
	busy   atomic.Int64 // people at it
	lost   atomic.Int64 // answers that never came
	wrong  atomic.Int64 // wrong codes that were answered as such
	locked atomic.Int64 // people who locked themselves out
	back   int          // people who had gone and were asked to come back
	// unlocked are those, and people whose attempts went with the servers that were
	// to judge them: what was taken and not judged counts.
	unlocked atomic.Int64
}

// await waits until the present server has given so many answers, or for a while:
// it may be busy with what its predecessor left.
func (c *crash) await(ctx context.Context, answers int64) {
	before := c.heard.Load()
	for end := time.Now().Add(10 * time.Second); c.heard.Load()-before < answers && time.Now().Before(end) && ctx.Err() == nil; {
		time.Sleep(time.Millisecond)
	}
}

// finish waits for what is being issued, and asks those back who gave up: what was
// not claimed can still be redeemed.
func (c *crash) finish(ctx context.Context) {
	for _, g := range c.guests {
		if g.n%10 != 7 {
			continue
		}
		for {
			s, err := g.look(ctx)
			if err == nil && s.Certificate == nil && (s.Issuance == nil || s.Issuance.State != "REQUESTED") {
				c.back++
				err = c.take(ctx, g)
			} else if err == nil && s.Certificate == nil {
				if err = pause(ctx); err == nil {
					continue
				}
			}
			if err != nil {
				c.t.Fatalf("guest %d: %v", g.n, err)
			}
			break
		}
	}
}

// posted waits until no mail is left to be sent, and no job to be done.
func (c *crash) posted(ctx context.Context) {
	for c.count(`SELECT count(*) FROM jobs WHERE kind IN ('mail', 'issue', 'order') AND status IN ('QUEUED', 'RUNNING')`) > 0 {
		if err := pause(ctx); err != nil {
			c.t.Fatalf("mails or certificates are still waited for: %v", err)
		}
	}
}
