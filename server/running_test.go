package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// atWork is a server with one slow request, started and answering.
type atWork struct {
	signals chan os.Signal
	// entered is told when the request has reached its handler; release lets it end.
	entered, release chan struct{}
	workerEnded      atomic.Bool
	ended            chan error // what until returned
	url              string
}

func startAtWork(t *testing.T, grace time.Duration) *atWork {
	t.Helper()
	s := &atWork{signals: make(chan os.Signal), entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	stop, end := stopOn(context.Background(), s.signals)
	t.Cleanup(end)
	log := slog.New(slog.DiscardHandler)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(s.entered)
		select {
		case <-s.release:
			_, _ = io.WriteString(w, "whole")
		case <-r.Context().Done():
		}
	})
	r := running{
		server: newServer(listener.Addr().String(), handler, log), listener: listener, grace: grace, log: log,
		workers: []func(context.Context){func(ctx context.Context) { <-ctx.Done(); s.workerEnded.Store(true) }},
	}
	go func() { s.ended <- r.until(stop) }()
	return s
}

// get asks in the background and tells what came back.
func (s *atWork) get() <-chan string {
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get(s.url)
		if err != nil {
			answer <- "cut: " + err.Error()
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			body = []byte("cut: " + err.Error())
		}
		answer <- string(body)
	}()
	return answer
}

func TestStopLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	s := startAtWork(t, time.Minute)
	answer := s.get()
	<-s.entered
	s.signals <- syscall.SIGTERM
	for { // nothing new is accepted from the moment that the listener is closed
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	select {
	case err := <-s.ended:
		t.Fatalf("the server ended before its request: %v", err)
	default:
	}
	if s.workerEnded.Load() {
		t.Error("the worker was ended before the request")
	}
	close(s.release)
	if got := <-answer; got != "whole" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("stopping failed: %v", err)
	}
	if !s.workerEnded.Load() {
		t.Error("the worker was not ended")
	}
}

func TestSecondSignalStopsAtOnce(t *testing.T) {
	t.Parallel()
	s := startAtWork(t, time.Hour)
	answer := s.get()
	<-s.entered
	s.signals <- syscall.SIGINT
	s.signals <- syscall.SIGINT
	if err := <-s.ended; err != nil {
		t.Errorf("stopping failed: %v", err)
	}
	if got := <-answer; !strings.HasPrefix(got, "cut") {
		t.Errorf("the running request got %q", got)
	}
}

func TestGraceEnds(t *testing.T) {
	t.Parallel()
	s := startAtWork(t, time.Millisecond)
	answer := s.get()
	<-s.entered
	s.signals <- syscall.SIGINT
	if err := <-s.ended; err != nil {
		t.Errorf("stopping failed: %v", err)
	}
	if got := <-answer; !strings.HasPrefix(got, "cut") {
		t.Errorf("the running request got %q", got)
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	first, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = listen(t.Context(), first.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "is in use by another program") || strings.Contains(err.Error(), "bind") {
		t.Errorf("got %v, want one plain sentence", err)
	}
}
