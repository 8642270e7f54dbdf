package client_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/client"
	"gatehouse/internal/refusal"
)

// sight does what importCertificates and recordDiscoveredCertificates do: whole under
// its key, or not at all. What begins with "none" is no certificate.
func (f *fake) sight(w http.ResponseWriter, input map[string]any) {
	call := len(f.calls)
	f.calls = append(f.calls, "")
	if f.before != nil && f.before(call, w) {
		return
	}
	given, index, place := input["files"], "file", func(one map[string]any) string { return fmt.Sprint(one["name"]) }
	if given == nil {
		given, index, place = input["certificates"], "index", func(one map[string]any) string { return fmt.Sprint(one["host"], one["port"]) }
	}
	key, text := input["idempotencyKey"].(string), fmt.Sprint(given)
	if known, ok := f.known[key]; ok {
		if known.csv != text {
			f.t.Errorf("the key %s was used for other certificates", key)
		}
		f.calls[call] = "replayed"
		answer(w, json.RawMessage(known.answer))
		return
	}
	if input["businessUnitId"] != berlin.ID || key == "" || len(key) > 255 {
		f.t.Errorf("sent %v under %q", input["businessUnitId"], key)
	}
	results := []map[string]any{}
	for n, each := range given.([]any) {
		one := each.(map[string]any)
		f.received = append(f.received, one)
		result := map[string]any{"index": n, "position": 0, "outcome": "CREATED", "userErrors": []any{}}
		content := one["content"].(string)
		switch at := f.sighted[content]; {
		case strings.HasPrefix(content, base64.StdEncoding.EncodeToString([]byte("none"))):
			result["outcome"], result["userErrors"] = "REFUSED", []any{map[string]any{"code": "INVALID", "message": "This is none."}}
		case at == nil && f.licences == 0:
			result["outcome"], result["userErrors"] = "REFUSED", []any{map[string]any{"code": "NO_SEAT_LEFT", "message": "Allocate more."}}
		case at == nil:
			f.sighted[content] = map[string]bool{place(one): true}
			f.licences--
		case at[place(one)]:
			result["outcome"] = "UNCHANGED"
		default:
			result["outcome"] = "RECOGNIZED"
			at[place(one)] = true
		}
		results = append(results, result)
	}
	out, err := json.Marshal(map[string]any{"sighted": map[string]any{"results": results, "userErrors": []any{}}})
	if err != nil {
		f.t.Error(err)
	}
	f.calls[call] = fmt.Sprintf("%d of %s", len(results), index)
	f.known[key] = remembered{text, string(out)}
	if f.after != nil && f.after(call, w) {
		return
	}
	answer(w, json.RawMessage(out))
}

// certificates are n of a file, each of so many bytes.
func certificates(path string, n, size int) []client.Certificate {
	all := make([]client.Certificate, n)
	for k := range all {
		der := []byte(fmt.Sprintf("certificate %d of many", k) + strings.Repeat("x", size))
		all[k] = client.Certificate{Path: path, Position: k, Where: fmt.Sprintf("line %d", k), DER: der[:size]}
	}
	return all
}

// broughtIn imports certificates until stop says so of the number of lines so far.
func broughtIn(t *testing.T, c *client.Client, stop func(lines int) bool, all ...client.Certificate) (client.SightingTally, []client.CertificateLine, error) {
	t.Helper()
	gently, cancel := context.WithCancel(t.Context())
	defer cancel()
	var lines []client.CertificateLine
	importing := client.NewImportCertificates(c, berlin, func(part []client.CertificateLine) error {
		if lines = append(lines, part...); stop(len(lines)) {
			cancel()
		}
		return nil
	}, func(error, time.Duration) {})
	for _, one := range all {
		if err := importing.Add(t.Context(), gently, one); err != nil {
			return importing.Tally(), lines, err
		}
	}
	err := importing.Flush(t.Context(), gently)
	return importing.Tally(), lines, err
}

func never(int) bool { return false }

func TestCertificatesAreSentInPartsAndReportedInOrder(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	all := slices.Concat(certificates("a/chain.pem", 1500, 100), certificates("a/again.pem", 2, 100),
		[]client.Certificate{{Path: "b", Where: "line 1", Why: "This is a private key."}, {Path: "c", Where: "byte 0", DER: []byte("none")}}, certificates("d", 1, 99), certificates("d", 1, 99))
	tally, lines, err := broughtIn(t, f.client(), never, all...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1000 of file", "504 of file"}, f.calls); diff != "" {
		t.Errorf("the parts (-want +got)\n%s", diff)
	}
	want := client.SightingTally{Certificates: 1506,
		Outcomes: map[client.Sighted]int{client.Created: 1501, client.Recognized: 2, client.Refused: 2, client.Unchanged: 1},
		Refusals: map[refusal.Code]int{refusal.Invalid: 2},
	}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("the tally (-want +got)\n%s", diff)
	}
	for n, line := range lines {
		if line.Path != all[n].Path || line.Position != all[n].Position || line.Where != all[n].Where || (len(line.SHA256) != 64) != (all[n].DER == nil) {
			t.Fatalf("line %d is %+v", n, line)
		}
	}
	for n, reason := range map[int]string{0: "", 1502: "INVALID: This is a private key.", 1503: "INVALID: This is none.", 1505: "it stands in this file before"} {
		if lines[n].Reason != reason {
			t.Errorf("the reason of %d is %q", n, lines[n].Reason)
		}
	}
	if got := f.received[0]; got["name"] != "a/chain.pem" || got["content"] != base64.StdEncoding.EncodeToString(all[0].DER) || len(got) != 2 {
		t.Errorf("sent %v", got)
	}
}

// TestNoPartIsTooLarge: of large certificates fewer are sent at once, and of those
// that cannot be sent together each alone.
func TestNoPartIsTooLarge(t *testing.T) {
	t.Parallel()
	for size, parts := range map[int]int{64 << 10: 25, 2000: 1, 100: 1} {
		f := newFake(t)
		all := certificates(strings.Repeat("\x01<\"", 300), 200, size)
		if _, lines, err := broughtIn(t, f.client(), never, all...); err != nil || len(lines) != 200 || len(f.calls) < parts {
			t.Errorf("%d bytes each: %d lines in %d parts, %v", size, len(lines), len(f.calls), err)
		}
		if largest := slices.Max(f.bodies); largest > 800<<10 {
			t.Errorf("%d bytes each: the largest body has %d bytes", size, largest)
		}
	}
}

// TestAnImportThatWasCutOffIsRunAgain: wherever it was, the second run does the rest
// and says of what was done that it is there.
func TestAnImportThatWasCutOffIsRunAgain(t *testing.T) {
	t.Parallel()
	for call := range 3 {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d, its answer lost: %v", call, lost), func(t *testing.T) {
				t.Parallel()
				f := newFake(t)
				cut := func(n int, w http.ResponseWriter) bool { return n == call && told(w, 500, "INTERNAL", "Cut off.") }
				if f.before = cut; lost {
					f.before, f.after = nil, cut
				}
				all := certificates("a", 2500, 100)
				tally, lines, err := broughtIn(t, f.client(), never, all...)
				if err == nil || tally.Certificates != call*1000 || len(lines) != tally.Certificates {
					t.Fatalf("the first run: %+v, %d lines, %v", tally, len(lines), err)
				}
				f.before, f.after = nil, nil
				done := len(f.sighted)
				tally, _, err = broughtIn(t, f.client(), never, all...)
				want := map[client.Sighted]int{client.Created: 2500 - done}
				if done > 0 {
					want[client.Unchanged] = done
				}
				if diff := cmp.Diff(want, tally.Outcomes, cmp.FilterValues(func(a, b int) bool { return a == 0 && b == 0 }, cmp.Ignore())); err != nil || len(f.sighted) != 2500 || tally.Certificates != 2500 {
					t.Errorf("the second run: %+v, %d kept, %v\n%s", tally, len(f.sighted), err, diff)
				}
			})
		}
	}
}

// TestALostAnswerIsHeardTheSecondTime: what was done before its answer was lost is
// CREATED in the end, as it was.
func TestALostAnswerIsHeardTheSecondTime(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.after = func(call int, _ http.ResponseWriter) bool { return call == 1 && abort() }
	tally, _, err := broughtIn(t, f.client(), never, certificates("a", 2500, 100)...)
	f.Close()
	if diff := cmp.Diff([]string{"1000 of file", "1000 of file", "replayed", "500 of file"}, f.calls); err != nil || tally.Outcomes[client.Created] != 2500 || diff != "" {
		t.Errorf("%+v, %v\n%s", tally, err, diff)
	}
}

// abort ends a connection without an answer.
func abort() bool { panic(http.ErrAbortHandler) }

func TestAnImportStopsBetweenTwoParts(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	tally, lines, err := broughtIn(t, f.client(), func(lines int) bool { return lines == 1000 }, certificates("a", 2500, 100)...)
	if !errors.Is(err, client.ErrStopped) || tally.Certificates != 1000 || len(lines) != 1000 || len(f.sighted) != 1000 {
		t.Errorf("%+v, %d lines, %d kept, %v", tally, len(lines), len(f.sighted), err)
	}
}

// TestAnswersThatEndAnImport are a refusal of the whole call and one of another form.
func TestAnswersThatEndAnImport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		results []any
		no      []any
		says    string
	}{
		"no permission":    {nil, []any{map[string]any{"code": "FORBIDDEN", "message": "You need IMPORT_CERTIFICATES."}}, "You need IMPORT_CERTIFICATES"},
		"too few results":  {[]any{}, nil, "0 results, or in another order, where 2 certificates were sent"},
		"in another order": {[]any{map[string]any{"index": 1}, map[string]any{"index": 0}}, nil, "in another order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.before = func(_ int, w http.ResponseWriter) bool {
				answer(w, map[string]any{"sighted": map[string]any{"results": test.results, "userErrors": test.no}})
				return true
			}
			tally, lines, err := broughtIn(t, f.client(), never, certificates("a", 2, 100)...)
			var failed *client.Failure
			if !errors.As(err, &failed) || !strings.Contains(err.Error(), test.says) || tally.Certificates != 0 || len(lines) > 0 {
				t.Errorf("%+v, %d lines, %v", tally, len(lines), err)
			}
		})
	}
}

// TestWhatWasDiscoveredIsRecorded: in parts of 200, with the chain, the place and the
// time, and each result with what it is about.
func TestWhatWasDiscoveredIsRecorded(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.licences = 300
	var lines []client.DiscoveredLine
	recording := client.NewRecordDiscovered(f.client(), berlin, func(part []client.DiscoveredLine) error {
		lines = append(lines, part...)
		return nil
	}, func(error, time.Duration) {})
	at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.FixedZone("", 3600))
	for n := range 450 {
		found := client.Discovered{Host: fmt.Sprintf("host-%d", n), Port: 443, SeenAt: at, DER: []byte(fmt.Sprintf("certificate %d", n/2))}
		if n == 0 {
			found.Chain = [][]byte{[]byte("above"), []byte("the root"), make([]byte, 64<<10), []byte("cut off")}
		}
		if err := recording.Add(t.Context(), t.Context(), found); err != nil {
			t.Fatal(err)
		}
	}
	if recording.Pending() != 50 {
		t.Errorf("%d wait", recording.Pending())
	}
	for range 2 { // the second has nothing to do
		if err := recording.Flush(t.Context(), t.Context()); err != nil || recording.Pending() != 0 {
			t.Fatal(recording.Pending(), err)
		}
	}
	if diff := cmp.Diff([]string{"200 of index", "200 of index", "50 of index"}, f.calls); diff != "" {
		t.Errorf("the parts (-want +got)\n%s", diff)
	}
	if tally := recording.Tally(); tally.Certificates != 450 || tally.Outcomes[client.Created] != 226 || tally.Outcomes[client.Recognized] != 224 || len(lines) != 450 {
		t.Errorf("%+v, %d lines", tally, len(lines))
	}
	if line := lines[449]; line.Host != "host-449" || line.Port != 443 || string(line.DER) != "certificate 224" || line.Outcome != client.Recognized || len(line.SHA256) != 64 {
		t.Errorf("the last line is %+v", line)
	}
	var chain []string
	for rest := []byte(f.received[0]["content"].(string)); ; {
		block, after := pem.Decode(rest)
		if block == nil {
			break
		}
		chain, rest = append(chain, string(block.Bytes)), after
	}
	if diff := cmp.Diff([]string{"certificate 0", "above", "the root"}, chain); diff != "" {
		t.Errorf("the chain (-want +got)\n%s", diff)
	}
	delete(f.received[1], "content")
	if diff := cmp.Diff(map[string]any{"host": "host-1", "port": 443.0, "seenAt": "2026-11-22T12:00:00Z"}, f.received[1]); diff != "" {
		t.Errorf("sent (-want +got)\n%s", diff)
	}
}
