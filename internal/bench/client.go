//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// sample is what one measurement of one subject came to.
type sample struct {
	took      time.Duration
	latencies []time.Duration
	// cpu is what the server used; zero where that is not known.
	cpu time.Duration
}

func (s sample) perSecond() float64 { return float64(len(s.latencies)) / s.took.Seconds() }

// load asks one server the same over and over.
type load struct {
	pid         int
	address     string
	request     []byte
	connections int
	// answer is what every answer must be, byte for byte but for what varies.
	answer []byte
	// varies is the part of an answer that is another each time; nil when there is none.
	varies *regexp.Regexp
}

// same reports whether an answer is the expected one.
func (l load) same(answer []byte) bool {
	if l.varies == nil {
		return bytes.Equal(answer, l.answer)
	}
	return bytes.Equal(l.varies.ReplaceAll(answer, nil), l.varies.ReplaceAll(l.answer, nil))
}

// once asks one time and gives the answer's body.
func (l load) once(ctx context.Context) ([]byte, error) {
	c, err := l.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }() // nothing more is read from it
	if err := c.ask(l.request); err != nil {
		return nil, err
	}
	return c.body.Bytes(), nil
}

// run asks for about the given time from all connections at once. It fails on
// the first answer that is not the expected one.
func (l load) run(ctx context.Context, during time.Duration) (sample, error) {
	var connections []*connection
	defer func() {
		for _, c := range connections {
			_ = c.Close() // nothing more is read from it
		}
	}()
	for range l.connections {
		c, err := l.dial(ctx)
		if err != nil {
			return sample{}, err
		}
		connections = append(connections, c)
	}
	before := cpu(l.pid)
	began := time.Now()
	until := began.Add(during)
	var all sync.WaitGroup
	for _, c := range connections {
		all.Go(func() { c.err = c.askUntil(ctx, until, l) })
	}
	all.Wait()
	result := sample{took: time.Since(began), cpu: cpu(l.pid) - before}
	var failed error
	for _, c := range connections {
		failed = errors.Join(failed, c.err)
		result.latencies = append(result.latencies, c.latencies...)
	}
	return result, failed
}

// connection is one client. It speaks HTTP/1.1 by itself: net/http's client would
// use as much of the machine as the bare handler that it measures.
type connection struct {
	net.Conn
	reader    *bufio.Reader
	body      bytes.Buffer
	latencies []time.Duration
	err       error
}

func (l load) dial(ctx context.Context) (*connection, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.address)
	if err != nil {
		return nil, fmt.Errorf("connecting to what is measured: %w", err)
	}
	return &connection{Conn: conn, reader: bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (c *connection) askUntil(ctx context.Context, until time.Time, l load) error {
	for {
		began := time.Now()
		if began.After(until) || ctx.Err() != nil {
			return ctx.Err()
		}
		if err := c.ask(l.request); err != nil {
			return err
		}
		c.latencies = append(c.latencies, time.Since(began))
		if !l.same(c.body.Bytes()) {
			return fmt.Errorf("an answer differs from the first one: %.300s", c.body.Bytes())
		}
	}
}

// answerTimeout is how long an answer may take before the run is given up.
const answerTimeout = 30 * time.Second

// ask sends the request and reads the answer's body.
func (c *connection) ask(request []byte) error {
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	if _, err := c.Write(request); err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	c.body.Reset()
	if _, err := io.Copy(&c.body, response.Body); err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer has the status %s: %.300s", response.Status, c.body.Bytes())
	}
	return nil
}
