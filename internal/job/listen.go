package job

import (
	"context"
	"log/slog"

	"gatehouse/internal/store"
)

// listen calls wake when another server calls for help, until the context ends; and
// when it begins to listen, again after a lost connection too, since calls may have
// been missed. Without a connection there is the poll.
func listen(ctx context.Context, url string, wake func(), log *slog.Logger) {
	store.Listen(ctx, url, store.JobsChannel, func(string) { wake() }, log)
}
