package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"

	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// chainMost is how many certificates above a found one are sent with it, as many as
// the API keeps; chainBytes bounds them, since a server can send what it likes.
const (
	chainMost  = 10
	chainBytes = 32 << 10
)

// Discovered is a certificate that was found on the network.
type Discovered struct {
	Host string
	Port int
	// SeenAt is when.
	SeenAt time.Time
	// DER is the certificate itself, Chain what the host sent with it.
	DER   []byte
	Chain [][]byte
}

// DiscoveredLine is what became of one.
type DiscoveredLine struct {
	Discovered
	SHA256  string
	Outcome Sighted
	Reason  string
}

// RecordDiscovered reports certificates that were found, part after part.
type RecordDiscovered struct {
	sightings
	report func([]DiscoveredLine) error
	tally  SightingTally

	lines []DiscoveredLine
	found []discoveredCertificate
	size  int
}

// discoveredCertificate is the API's DiscoveredCertificate.
type discoveredCertificate struct {
	Content string `json:"content"`
	Host    string `json:"host"`
	Port    int    `json:"port"`
	SeenAt  string `json:"seenAt"`
}

// discoveredMost is how many are in one call: few enough that what was found is soon
// to be seen.
const discoveredMost = 200

// NewRecordDiscovered begins. report is handed what became of each part before the
// next is sent; waiting hears of each failure that is waited out.
func NewRecordDiscovered(c *Client, unit Unit, report func([]DiscoveredLine) error, waiting func(why error, wait time.Duration)) *RecordDiscovered {
	return &RecordDiscovered{sightings: newSightings(c, unit, "discover-1", waiting), report: report, tally: newSightingTally()}
}

// Tally is what became of those that were reported on.
func (r *RecordDiscovered) Tally() SightingTally { return r.tally }

// Pending is how many were added and not sent yet.
func (r *RecordDiscovered) Pending() int { return len(r.lines) }

// Add takes one, and sends the part that it does not fit into any more. Its errors
// are those of Flush.
func (r *RecordDiscovered) Add(ctx, gently context.Context, d Discovered) error {
	found := discoveredCertificate{Content: content(d), Host: d.Host, Port: d.Port, SeenAt: d.SeenAt.UTC().Format(time.RFC3339Nano)}
	size := encoded([]byte(found.Content)) + encoded([]byte(found.Host)) + len(`{"content":"","host":"","port":65535,"seenAt":"2006-01-02T15:04:05.999999999Z07:00"},`)
	if len(r.lines) == discoveredMost || r.size+size > sightingsBytes && len(r.lines) > 0 {
		if err := r.Flush(ctx, gently); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(d.DER)
	r.lines = append(r.lines, DiscoveredLine{Discovered: d, SHA256: hex.EncodeToString(sum[:])})
	r.found = append(r.found, found)
	r.size += size
	return nil
}

// content is the certificate as the API takes it: with what is above it in PEM,
// alone in base64, which every certificate can be sent in.
func content(d Discovered) string {
	if len(d.Chain) == 0 {
		return base64.StdEncoding.EncodeToString(d.DER)
	}
	var text strings.Builder
	left := chainBytes
	for n, der := range append([][]byte{d.DER}, d.Chain[:min(len(d.Chain), chainMost)]...) {
		if left -= len(der); n > 0 && left < 0 {
			break
		}
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return text.String()
}

const recordDiscovered = `mutation RecordDiscoveredCertificates($input: RecordDiscoveredCertificatesInput!) {
  sighted: recordDiscoveredCertificates(input: $input) {
    results { index outcome userErrors { code message } }
    userErrors { code message }
  }
}`

// Flush sends and reports the part that there is. gently ends its waiting for a
// server that does not answer (ErrStopped), ctx the call. After an error the part is
// not reported.
func (r *RecordDiscovered) Flush(ctx, gently context.Context) error {
	if len(r.lines) == 0 {
		return nil
	}
	results, err := r.send(ctx, gently, recordDiscovered, "certificates", r.found, len(r.found))
	if err != nil {
		return err
	}
	for n, result := range results {
		r.lines[n].Outcome, r.lines[n].Reason = result.Outcome, seatfile.Reason(result.UserErrors)
	}
	if err := r.report(r.lines); err != nil {
		return err
	}
	for _, result := range results {
		var why refusal.Code
		if len(result.UserErrors) > 0 {
			why = result.UserErrors[0].Code
		}
		r.tally.count(result.Outcome, why)
	}
	r.lines, r.found, r.size = r.lines[:0], r.found[:0], 0
	return nil
}
