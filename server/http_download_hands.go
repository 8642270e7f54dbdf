package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// How many downloads go on at once: of one person, and of all on this server. Each
// keeps a snapshot of the database and a connection of the pool.
const (
	downloadsEach = 2
	downloadsMost = 8
)

// downloadHands counts the downloads that go on. It counts in the memory of this
// server: what it protects is this server's pool.
type downloadHands struct {
	most int

	mu   sync.Mutex
	all  int
	each map[string]int
}

// newDownloadHands leaves at least half of the pool's connections to everything else.
func newDownloadHands(connections int) *downloadHands {
	return &downloadHands{most: max(1, min(downloadsMost, connections/2)), each: map[string]int{}}
}

// notNow is the no to one download too many.
type notNow struct {
	status         int
	code, sentence string
	wait           time.Duration
}

// take lets somebody begin a download, or says why not now. What is taken is given
// back by release.
func (h *downloadHands) take(who string) (release func(), no *notNow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.each[who] >= downloadsEach:
		return nil, &notNow{http.StatusTooManyRequests, rateLimited,
			fmt.Sprintf("You are downloading %d exports already. Try again when one of them has ended.", downloadsEach), 10 * time.Second}
	case h.all >= h.most:
		return nil, &notNow{http.StatusServiceUnavailable, "UNAVAILABLE",
			fmt.Sprintf("The server is serving %d downloads already, as many as it may. Try again in a moment.", h.most), 10 * time.Second}
	}
	h.all++
	h.each[who]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.all--
		if h.each[who]--; h.each[who] == 0 {
			delete(h.each, who)
		}
	}, nil
}
