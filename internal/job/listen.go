package job

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/store"
)

// How a lost connection is made again, and how often a quiet one is looked at.
const (
	soonestReconnect = time.Second
	latestReconnect  = time.Minute
	pingInterval     = 90 * time.Second
)

// listen calls wake when another server calls for help, until the context ends; and
// when it begins to listen, again after a lost connection too, since calls may have
// been missed. Without a
// connection there is the poll; so nothing here is worth more than a line in the log.
func listen(ctx context.Context, url string, wake func(), log *slog.Logger) {
	listener := pq.NewListener(url, soonestReconnect, latestReconnect, func(event pq.ListenerEventType, _ error) {
		// The error may name the address with its password: it is not logged.
		switch event {
		case pq.ListenerEventDisconnected, pq.ListenerEventConnectionAttemptFailed:
			log.Warn("not connected for calls to the job table; the poll goes on")
		}
	})
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer func() {
		if stop() {
			_ = listener.Close()
		}
	}()
	if err := listener.Listen(store.JobsChannel); err != nil {
		if ctx.Err() == nil && !errors.Is(err, pq.ErrChannelAlreadyOpen) {
			log.Warn("calls to the job table cannot be listened for; the poll goes on")
		}
		return
	}
	wake()
	ping := time.NewTicker(pingInterval)
	defer ping.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-listener.Notify:
			if !open {
				return
			}
			wake()
		case <-ping.C:
			_ = listener.Ping() // a dead connection is found and made again by it
		}
	}
}
