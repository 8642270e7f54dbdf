package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/rs/zerolog"

	"gatehouse/internal/lifecycle"
)

// cutTries is how often a call is cut before it is let through: once on its way there,
// and then on the answer's way back.
const cutTries = 3

// TestWhatIsRepeatedIsDoneOnce calls every mutation through a proxy that cuts the
// connection at a byte of chance, and repeats it with the same key until an answer
// comes. Beside it the same mutation is called once, on the same things of another
// business unit and without the proxy: both leave the same entries, the same number of
// rows in every table, and counters that equal their rows.
func TestWhatIsRepeatedIsDoneOnce(t *testing.T) {
	t.Parallel()
	r := newRepeating(t)
	cut, once := r.inputs("cut"), r.inputs("once")
	for _, m := range lifecycle.Mutations() {
		if cut[m] == nil || once[m] == nil {
			t.Errorf("%s has no input; give it one in server/repeated_inputs_test.go.", m)
		}
	}
	for _, m := range slices.Sorted(maps.Keys(cut)) {
		r.repeats(m, "cut", cut[m], true)
		r.repeats(m, "once", once[m], false)
	}
	r.settled()
	for m := range cut {
		got, want := r.entries(m, "cut"), r.entries(m, "once")
		if got != want || got == "" {
			t.Errorf("%s, cut and repeated, leaves the entries\n%q; called once:\n%q", m, got, want)
		}
	}
	r.sameRows()
	t.Logf("%d answers of %d were lost, and %d calls had been done already when they were repeated", r.lost, r.lost+len(cut), r.replayed)
	if r.lost < len(cut) || r.replayed < len(cut)/4 {
		t.Error("too few connections were cut, or nothing had been done when they were, so that the test would notice nothing")
	}
	verify := launch(t, r.environ, "verify")
	<-verify.ended
	if text := verify.text(); !strings.Contains(text, "every counter equals its rows") {
		t.Errorf("verify says %s", text)
	}
}

// repeating is a live server and the proxy in front of it.
type repeating struct {
	*live
	proxy  *toxiproxy.Proxy
	direct *http.Client
	chance *rand.Rand
	// lost are calls without an answer, and replayed answers that were repeated ones.
	lost, replayed int
	// guests are who redeems, by business unit: the enrollment by which the log knows them.
	guests map[string]string
}

func newRepeating(t *testing.T) *repeating {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("the seed is %d", seed)
	r := &repeating{live: newLive(t, "GATEHOUSE_LIMIT_ANONYMOUS=1000000", "GATEHOUSE_WEBHOOK_ALLOW_PRIVATE=true"), chance: rand.New(rand.NewPCG(seed, 0)), guests: map[string]string{}}
	control := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	r.proxy = toxiproxy.NewProxy(control, "between", "127.0.0.1:0", strings.TrimPrefix(r.url(), "http://"))
	if err := r.proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.proxy.Stop)
	r.direct = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	return r
}

// token is somebody with all permissions in all business units.
func (r *repeating) token(subject string) string {
	return sign(r.t, jwt.SigningMethodHS256, []byte(strings.Repeat("s", 32)), jwt.MapClaims{
		"iss": testIssuer, "aud": testAudience, "sub": subject, "roles": []string{"ADMIN"}, "business_units": "*", "exp": time.Now().Add(time.Hour).Unix(),
	}, nil)
}

// subject is who calls a mutation on the things of a business unit, and nothing else.
func subject(mutation, unit string) string { return mutation + " " + unit }

// repeats calls a mutation until an answer comes, which must be a yes.
func (r *repeating) repeats(mutation, unit string, input map[string]any, cut bool) {
	r.t.Helper()
	input["idempotencyKey"] = "the one"
	token, name := r.token(subject(mutation, unit)), strings.ToUpper(mutation[:1])+mutation[1:]
	if mutation == "redeemEnrollment" {
		token = ""
	}
	body, err := json.Marshal(map[string]any{
		"query":     "mutation($input: " + name + "Input!) { done: " + mutation + "(input: $input) { replayed userErrors { code message } } }",
		"variables": map[string]any{"input": input},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if mutation == "cancelJob" {
		r.unended(input["id"])
	}
	base := r.url()
	for try := range cutTries + 5 {
		if cut {
			base = "http://" + r.proxy.Listen
			r.cutNext(try, len(body))
		}
		answer, err := r.post(base, token, body)
		if err != nil {
			r.lost++
			continue
		}
		var got struct {
			Data struct {
				Done *struct {
					Replayed   bool
					UserErrors []struct{ Code, Message string }
				}
			}
			Errors []struct{ Message string }
		}
		if err := json.Unmarshal(answer, &got); err != nil || got.Data.Done == nil || len(got.Data.Done.UserErrors) > 0 {
			r.t.Errorf("%s of %s is answered with %s", mutation, unit, answer)
			return
		}
		if got.Data.Done.Replayed {
			r.replayed++
		}
		return
	}
	r.t.Errorf("%s of %s is never answered", mutation, unit)
}

// cutNext has the next connection cut: the first on the way there, the others on the
// way back, and none after that.
func (r *repeating) cutNext(try, size int) {
	r.t.Helper()
	r.proxy.Toxics.ResetToxics(r.t.Context())
	if try >= cutTries {
		return
	}
	stream, bytes := "upstream", r.chance.IntN(size+300)
	if try > 0 {
		stream, bytes = "downstream", r.chance.IntN(900)
	}
	if _, err := r.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(`{"name": "cut", "type": "limit_data", "stream": %q, "attributes": {"bytes": %d}}`, stream, bytes))); err != nil {
		r.t.Fatal(err)
	}
}

// post is the whole of an answer; the error says that none came.
func (r *repeating) post(base, token string, body []byte) ([]byte, error) {
	ctx, giveUp := context.WithTimeout(r.t.Context(), 15*time.Second)
	defer giveUp()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := r.direct.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// settled waits for what was begun: certificates, and jobs.
func (r *repeating) settled() {
	r.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if r.count(`SELECT (SELECT count(*) FROM bulk_jobs WHERE finished_at IS NULL) + (SELECT count(*) FROM enrollments WHERE issuance IN ('REQUESTED', 'PREPARING'))`) == 0 {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatal("what was begun does not end")
		}
	}
}

// entries are what the log tells of a call, in words that are the same for both.
func (r *repeating) entries(mutation, unit string) (told string) {
	r.t.Helper()
	who := subject(mutation, unit)
	if mutation == "redeemEnrollment" {
		who = r.guests[unit]
	}
	err := r.owner.QueryRowContext(r.t.Context(), `SELECT COALESCE(string_agg(word, '; ' ORDER BY word), '') FROM (
  SELECT concat_ws(' ', action, resource_type, outcome, code, count(*)) AS word FROM audit_entries WHERE actor_subject = $1 GROUP BY action, resource_type, outcome, code) w`, who).Scan(&told)
	if err != nil {
		r.t.Fatal(err)
	}
	return told
}

// sameRows compares how many rows the two business units have in each table, and what
// their callers have who own things.
func (r *repeating) sameRows() {
	r.t.Helper()
	rows, err := r.owner.QueryContext(r.t.Context(), `SELECT table_name::text, column_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND column_name IN ('business_unit_id', 'owner_subject') AND table_name NOT IN ('jobs', 'webhook_deliveries', 'seat_usage_days')`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	compared := 0
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			r.t.Fatal(err)
		}
		where := ` WHERE business_unit_id = (SELECT id FROM business_units WHERE key = $1)`
		if column == "owner_subject" {
			where = ` WHERE owner_subject LIKE '% ' || $1`
		}
		cut, once := r.count(`SELECT count(*) FROM `+table+where, "cut"), r.count(`SELECT count(*) FROM `+table+where, "once")
		if cut != once {
			r.t.Errorf("%s has %d rows of what was cut and repeated, and %d of what was called once", table, cut, once)
		}
		compared += once
	}
	if err := rows.Err(); err != nil || compared < 100 {
		r.t.Errorf("%d rows were compared, %v", compared, err)
	}
}
