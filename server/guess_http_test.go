package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/id"
)

// guessesAtOnce is how many codes are tried at the same moment.
const guessesAtOnce = 1000

// TestAThousandGuessesOverHTTPAreFive has a thousand people guess the code of one
// invitation at the same moment. Five are judged, whether those who guess wait for an
// answer or hang up at once, every attempt is in the audit, and the lock holds against
// the right code until an officer unlocks.
func TestAThousandGuessesOverHTTPAreFive(t *testing.T) {
	t.Parallel()
	l := newLive(t, "GATEHOUSE_LIMIT_ANONYMOUS=1000000")
	guests := l.invited(2)
	for n, test := range []struct {
		name  string
		guess func(*guest, int) string
		// heard is how many attempts are in the audit at least: the few who have gone
		// before the server has begun with them, and on a busy machine more, are as good
		// as not there.
		heard int
	}{{"waiting for the answer", (*guest).waits, guessesAtOnce}, {"hanging up at once", (*guest).hangsUp, guessesAtOnce / 10}} {
		g := guests[n]
		t.Run(test.name, func(t *testing.T) {
			done := l.answered()
			answers := g.atOnce(test.guess)
			t.Logf("the answers are %v", answers)
			eventually(t, "the server is done with all of them", func() bool { return l.answered() >= done+guessesAtOnce })
			e, err := id.Parse(g.enrollment)
			if err != nil {
				t.Fatal(err)
			}
			refused := func(code string) int {
				return l.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'REDEEM' AND outcome = 'REFUSED' AND code = $2 AND actor_kind = 'END_USER'`, e.UUID, code)
			}
			if judged, told := refused("WRONG_CODE"), refused("INVALID_STATE"); judged != 5 || judged+told < test.heard {
				t.Errorf("%d guesses were judged, and %d refused because it is locked", judged, told)
			}
			if locks := l.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'LOCK' AND outcome = 'SUCCESS'`, e.UUID); locks != 1 {
				t.Errorf("%d entries tell that it is locked", locks)
			}
			if got, err := g.try(t.Context(), g.code, ""); err != nil || got.no() != "INVALID_STATE" || got.Invitation.Status != "LOCKED" {
				t.Errorf("the right code is then answered %+v, %v", got, err)
			}
			if err := (&crash{live: l}).unlock(t.Context(), g); err != nil {
				t.Fatal(err)
			}
			got, err := g.try(t.Context(), g.code, "")
			if err != nil || got.no() != "" || got.Invitation.Certificate == nil {
				t.Fatalf("unlocked, the right code is answered %+v, %v", got, err)
			}
			if err := g.has(got.Invitation); err != nil {
				t.Error(err)
			}
			secrets := g.secrets()
			for k := range guessesAtOnce {
				secrets = append(secrets, g.wrong(k))
			}
			l.keepsSecrets(secrets)
		})
	}
}

// answered is how many requests the present server is done with.
func (l *live) answered() int {
	return strings.Count(l.children[len(l.children)-1].text(), `"msg":"request"`)
}

// atOnce guesses a thousand times at the same moment, and counts the answers.
func (g *guest) atOnce(guess func(*guest, int) string) map[string]int {
	answers := make([]string, guessesAtOnce)
	start := make(chan struct{})
	var all sync.WaitGroup
	for k := range answers {
		all.Go(func() {
			<-start
			answers[k] = guess(g, k)
		})
	}
	close(start)
	all.Wait()
	counted := map[string]int{}
	for _, a := range answers {
		counted[a]++
	}
	return counted
}

// waits guesses, and gives the answer's code. A machine that is too busy for so many
// says so, and then it guesses again.
func (g *guest) waits(k int) string {
	for {
		got, err := g.try(g.t.Context(), g.wrong(k), "")
		if err == nil {
			return got.no()
		}
		if !strings.Contains(err.Error(), "UNAVAILABLE") {
			return err.Error()
		}
	}
}

// hangsUp sends the k-th guess and closes the connection without waiting a moment.
func (g *guest) hangsUp(k int) string {
	request, err := g.request(g.wrong(k))
	if err != nil {
		return err.Error()
	}
	base, err := url.Parse(g.url())
	if err != nil {
		return err.Error()
	}
	connection, err := (&net.Dialer{Timeout: time.Minute}).DialContext(g.t.Context(), "tcp", base.Host)
	if err != nil {
		return err.Error()
	}
	_, err = connection.Write(request)
	if err := connection.Close(); err != nil {
		return err.Error()
	}
	return fmt.Sprint(err)
}

// request is an attempt as it goes over the wire.
func (g *guest) request(code string) ([]byte, error) {
	body, err := json.Marshal(map[string]any{"query": redeemDocument, "variables": g.input(code, "")})
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	var wire bytes.Buffer
	err = r.Write(&wire)
	return wire.Bytes(), err
}

// TestABurstOverHTTPIsRefused shows the limit of calls without a login in a server as
// it is started: so many of a burst reach the API, the others are told when to come
// again, and whoever shows a token is not counted.
func TestABurstOverHTTPIsRefused(t *testing.T) {
	t.Parallel()
	const allowed, calls = 20, 300
	l := newLive(t, fmt.Sprintf("GATEHOUSE_LIMIT_ANONYMOUS=%d", allowed))
	g := l.invited(1)[0]
	begun := time.Now()
	var mu sync.Mutex
	answers := map[int]int{}
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			body, _ := json.Marshal(map[string]any{"query": redeemDocument, "variables": g.input("x", "")})
			response, err := l.client.Post(l.url()+"/graphql", "application/json", bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			var got struct {
				Data   any
				Errors []struct {
					Message    string
					Extensions struct{ Code string }
				}
			}
			if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[response.StatusCode]++
			if response.StatusCode != http.StatusTooManyRequests {
				return
			}
			if len(got.Errors) != 1 || got.Data != nil || got.Errors[0].Extensions.Code != "RATE_LIMITED" || response.Header.Get("Retry-After") == "" ||
				!strings.Contains(got.Errors[0].Message, fmt.Sprintf("%d calls a minute", allowed)) {
				t.Errorf("refused with %+v, Retry-After %q", got, response.Header.Get("Retry-After"))
			}
		})
	}
	all.Wait()
	// One more may call for every twentieth of a minute that has passed.
	most := allowed + int(time.Since(begun)/(time.Minute/allowed)) + 1
	if passed := answers[http.StatusOK]; passed < allowed || passed > most || passed+answers[http.StatusTooManyRequests] != calls {
		t.Errorf("the answers are %v; of %d calls %d to %d may pass", answers, calls, allowed, most)
	}
	tried := l.count(`SELECT count(*) FROM audit_entries WHERE action = 'REDEEM'`)
	if tried != answers[http.StatusOK] {
		t.Errorf("the audit has %d attempts, and %d calls passed", tried, answers[http.StatusOK])
	}
	var who struct{ Viewer struct{ Subject string } }
	if err := l.call(t.Context(), l.admin, `{ viewer { subject } }`, nil, &who); err != nil || who.Viewer.Subject != "ada" {
		t.Errorf("with a token: %v, %+v", err, who)
	}
}
