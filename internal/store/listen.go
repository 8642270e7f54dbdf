package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/lib/pq"
)

// How a lost connection is made again, and how often a quiet one is looked at.
const (
	soonestReconnect = time.Second
	latestReconnect  = time.Minute
	pingInterval     = 90 * time.Second
)

// Listen tells heard what is said on a channel of the database at a URL, until the
// context ends. It tells the empty text when it begins to listen, again after a lost
// connection too, since something may have been missed. What is said is a hint, and
// whoever listens looks by themself now and then: without a connection nothing here
// is worth more than a line in the log.
func Listen(ctx context.Context, url, channel string, heard func(said string), log *slog.Logger) {
	listener := pq.NewListener(url, soonestReconnect, latestReconnect, func(event pq.ListenerEventType, _ error) {
		// The error may name the address with its password: it is not logged.
		switch event {
		case pq.ListenerEventDisconnected, pq.ListenerEventConnectionAttemptFailed:
			log.Warn("not connected to hear other servers; the poll goes on", "channel", channel)
		}
	})
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer func() {
		if stop() {
			_ = listener.Close()
		}
	}()
	if err := listener.Listen(channel); err != nil {
		if ctx.Err() == nil && !errors.Is(err, pq.ErrChannelAlreadyOpen) {
			log.Warn("other servers cannot be heard; the poll goes on", "channel", channel)
		}
		return
	}
	heard("")
	ping := time.NewTicker(pingInterval)
	defer ping.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case n, open := <-listener.Notify:
			if !open {
				return
			}
			if n == nil { // connected again
				heard("")
				continue
			}
			heard(n.Extra)
		case <-ping.C:
			_ = listener.Ping() // a dead connection is found and made again by it
		}
	}
}
