package store

import (
	"context"
	"net"
	"time"

	"github.com/lib/pq"
)

// impatiently has a connector make connections that give up when PostgreSQL is
// silent for longer than patience while its answer is waited for; a patience of 0
// changes nothing.
//
// statement_timeout bounds what the database does. Nothing else bounds the wait for
// an answer that never comes, because a network swallows it, or because lib/pq has
// lost its place in the protocol: the connection would be waited on for ever, its
// place in the pool lost, and a full pool is a server that answers nobody. Ending
// the request does not help, since lib/pq asks the database to cancel, and goes on
// reading. A connection that gave up is thrown away, and the caller is told
// fault.Unavailable, or OutcomeUnknown when it was committing.
func impatiently(c *pq.Connector, patience time.Duration) {
	if patience > 0 {
		c.Dialer(dialer{patience: patience})
	}
}

// dialer makes connections with a patience.
type dialer struct {
	net.Dialer
	patience time.Duration
}

// Dial is asked for where no time to connect is set.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout is asked for where one is.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// DialContext is what lib/pq asks for first.
func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return impatient{c, d.patience}, nil
}

// impatient is a connection that waits for each part of an answer for so long. An
// idle one reads nothing, and so may be idle for as long as it likes.
type impatient struct {
	net.Conn
	patience time.Duration
}

// Read waits no longer than the patience.
func (c impatient) Read(p []byte) (int, error) {
	deadline := time.Now().Add(c.patience) //nolint:forbidigo // the kernel compares it with the machine's clock, whatever clock the product is given
	if err := c.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}
