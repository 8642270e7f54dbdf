//go:build e2e

package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// wire is a way to a server that can be cut.
type wire struct {
	url string

	lock   sync.Mutex
	broken bool
	open   []net.Conn
}

// openWire makes a way to the server at url. The test's end cuts it.
func openWire(t *testing.T, url string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{url: "http://" + listener.Addr().String()}
	t.Cleanup(func() { listener.Close(); w.cut() })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			w.carry(from, strings.TrimPrefix(url, "http://"))
		}
	}()
	return w
}

// carry connects a caller with the server, unless the wire is cut.
func (w *wire) carry(from net.Conn, server string) {
	to, err := net.Dial("tcp", server)
	if err != nil {
		from.Close()
		return
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.broken {
		from.Close()
		to.Close()
		return
	}
	w.open = append(w.open, from, to)
	pass := func(to, from net.Conn) { _, _ = io.Copy(to, from); to.Close(); from.Close() }
	go pass(to, from)
	go pass(from, to)
}

// cut ends every connection, and lets no other begin.
func (w *wire) cut() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.broken = true
	for _, c := range w.open {
		c.Close()
	}
	w.open = nil
}

// mend lets connections begin again.
func (w *wire) mend() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.broken = false
}
