//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Attach connects to the cluster of a data folder while another process of this
// user runs it, and starts it when none does. Stop of an attached cluster leaves
// it running. It is for commands that look at the data beside a running server.
func Attach(ctx context.Context, opt Options) (*Cluster, error) {
	c, err := Start(ctx, opt)
	var locked *lockedError
	if !errors.As(err, &locked) {
		return c, err
	}
	path, failed := filepath.Abs(opt.Dir)
	if failed != nil {
		return nil, err
	}
	c = &Cluster{folder: folder{path}}
	if c.secrets, failed = c.folder.readSecrets(); failed != nil {
		return nil, fmt.Errorf("%w; nor can this one join it: %w", err, failed)
	}
	for _, c.socketDir = range []string{filepath.Join(path, "run"), c.folder.longSocketDir()} {
		if _, failed = os.Stat(filepath.Join(c.socketDir, socketFile)); failed == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w; nor can this one join it: PostgreSQL is not up yet", err)
}
