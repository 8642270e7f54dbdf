package door

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const (
	// keptByKernel is how much of what was sent to a websocket may wait in the kernel
	// for its reader.
	keptByKernel = 64 << 10
	// lastWords is how much more may, once the reader is given up, so that the reason
	// still gets out: to a reader who wakes up later it is the last that there is.
	lastWords     = 192 << 10
	lastWordsTime = time.Second
)

// outlet is a connection whose reader has so long to take something. After that it
// is slow, for good: what has been begun is finished, as far as there is room.
//
// A deadline on the connection itself would not do: a write that was cut off leaves
// half a frame behind, after which no reason can be told.
type outlet struct {
	net.Conn
	patience time.Duration
	slow     atomic.Bool
}

// SetWriteDeadline does nothing: each write has its own.
func (o *outlet) SetWriteDeadline(time.Time) error { return nil }

// Write sends p, or as much of it as a reader takes who may be given up meanwhile.
func (o *outlet) Write(p []byte) (int, error) {
	patience := o.patience
	if o.slow.Load() {
		patience = lastWordsTime
	}
	n, err := o.write(p, patience)
	if !errors.Is(err, os.ErrDeadlineExceeded) || o.slow.Swap(true) {
		return n, err
	}
	o.room(lastWords)
	more, err := o.write(p[n:], lastWordsTime)
	return n + more, err
}

func (o *outlet) write(p []byte, patience time.Duration) (int, error) {
	if err := o.Conn.SetWriteDeadline(fromNow(patience)); err != nil {
		return 0, err
	}
	return o.Conn.Write(p)
}

// room bounds what the kernel keeps for the reader; where it cannot be bounded the
// kernel decides.
func (o *outlet) room(bytes int) {
	if c, ok := o.Conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = c.SetWriteBuffer(bytes)
	}
}

// hijacked hands a connection to the websocket with an outlet around it, whatever
// stands around the response.
type hijacked struct {
	http.ResponseWriter
	patience time.Duration
	out      *outlet
}

// Hijack takes the connection from net/http.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.out = &outlet{Conn: c, patience: h.patience}
	h.out.room(keptByKernel)
	return h.out, rw, nil
}
