package door

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/viewer"
)

// asks sends a document as a subject.
func asks(t *testing.T, d *Door, subject, query string) (reply, string) {
	t.Helper()
	r := ask(t, query, nil)
	if subject != "" {
		r = r.WithContext(viewer.With(r.Context(), viewer.Viewer{Kind: viewer.User, Issuer: "test", Subject: subject}))
	}
	got := send(t, d, r)
	return got, got.header.Get("Retry-After")
}

func TestASubjectCallsSoOften(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d, _ := testDoor(t, DefaultLimits())
	d.rates, _ = NewRates(6, 1000, func() time.Time { return now })
	for n := range 12 { // twice a minute's calls at once; a bad document is a call too
		if got, _ := asks(t, d, "ada", []string{"{__typename}", "{nothing}"}[n%2]); got.status != 200 {
			t.Fatalf("call %d: %s", n, got.body)
		}
	}
	got, after := asks(t, d, "ada", "{__typename}")
	if got.status != 429 || got.code(t) != RateLimited || after != "10" || got.Errors[0].Extensions["retryAfter"] != 10.0 {
		t.Errorf("the 13th call: %d, Retry-After %s: %s", got.status, after, got.body)
	}
	if want := "You call too often: 6 calls a minute are allowed. Nothing was done; try again in 10 seconds."; got.Errors[0].Message != want {
		t.Errorf("it says %s", got.Errors[0].Message)
	}
	for _, other := range []string{"bob", "", ""} { // another subject; nobody is counted elsewhere
		if got, _ := asks(t, d, other, "{__typename}"); got.status != 200 {
			t.Errorf("%q is refused too: %s", other, got.body)
		}
	}
	now = now.Add(10 * time.Second)
	if got, _ := asks(t, d, "ada", "{__typename}"); got.status != 200 {
		t.Errorf("after the time that was told: %s", got.body)
	}
	if got, _ := asks(t, d, "ada", "{__typename}"); got.status != 429 {
		t.Errorf("twice after it: %s", got.body)
	}
}

func TestASubjectSpendsSoMuch(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d, _ := testDoor(t, DefaultLimits())
	d.rates, _ = NewRates(1000, 6, func() time.Time { return now })
	const costsFour = "{self{self{self{self{__typename}}}}}"
	for range 3 {
		if got, _ := asks(t, d, "ada", costsFour); got.status != 200 {
			t.Fatal(got.body)
		}
	}
	got, after := asks(t, d, "ada", costsFour)
	if got.status != 429 || got.code(t) != RateLimited || after != "40" || !strings.Contains(got.Errors[0].Message, "a cost of 6 a minute") {
		t.Errorf("%d, Retry-After %s: %s", got.status, after, got.body)
	}
	if got, _ := asks(t, d, "ada", "{__typename}"); got.status != 200 {
		t.Errorf("what costs nothing is refused: %s", got.body)
	}
	now = now.Add(time.Hour)
	deep := strings.Repeat("self{", 13) + "__typename" + strings.Repeat("}", 13)
	if got, _ := asks(t, d, "ada", "{"+deep+"}"); got.status != 200 { // 13 of at most 12
		t.Errorf("what costs more than there ever is can never be asked: %s", got.body)
	}
}

func TestWhoCallsTooOftenGetsNoStreamEither(t *testing.T) {
	t.Parallel()
	d, _ := testDoor(t, DefaultLimits())
	d.rates, _ = NewRates(1, 1000, func() time.Time { return time.Time{} })
	for _, want := range []int{406, 406, 429} { // no streams here, which is told after the rate
		r := post(`{"query":"subscription{changed}"}`)
		r.Header.Set("Accept", mediaEvents)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r.WithContext(viewer.With(r.Context(), viewer.Viewer{Subject: "ada"})))
		if w.Code != want {
			t.Errorf("%d, want %d: %s", w.Code, want, w.Body)
		}
	}
}

func TestManyCallersTakeBoundedRoom(t *testing.T) {
	t.Parallel()
	rates, err := NewRates(1, 1, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for n := range rememberedCallers + 100 {
		_ = rates.Call(viewer.With(t.Context(), viewer.Viewer{Subject: fmt.Sprint(n)}))
	}
	if n := rates.callers.Len(); n != rememberedCallers {
		t.Errorf("%d callers are remembered", n)
	}
}

func TestRatesNeedSomethingToAllow(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ calls, cost int }{{0, 1}, {1, 0}} {
		if _, err := NewRates(row.calls, row.cost, time.Now); err == nil {
			t.Errorf("%+v is taken", row)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "pipe": "pipe"} {
		if got := Network(address); got != want {
			t.Errorf("%s stands for %s, want %s", address, got, want)
		}
	}
}
