package inventory

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gatehouse/internal/audit"
	"gatehouse/internal/certificate"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// RecordDiscoveredCertificatesInput is certificates that were found on the network.
type RecordDiscoveredCertificatesInput struct {
	BusinessUnitID id.ID
	Certificates   []*DiscoveredCertificate
	IdempotencyKey *string
}

// DiscoveredCertificate is one of them, and where it was found.
type DiscoveredCertificate struct {
	Content string
	Host    string
	Port    int
	SeenAt  *time.Time
}

// RecordDiscoveredCertificatesPayload is what came of recordDiscoveredCertificates.
type RecordDiscoveredCertificatesPayload struct {
	Results    []*DiscoveredCertificateResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// DiscoveredCertificateResult is what came of one of the certificates.
type DiscoveredCertificateResult struct {
	Index       int
	Outcome     SightingOutcome
	Certificate *Certificate
	UserErrors  []*refusal.Refusal
}

const (
	// oldestSight is how long ago a certificate may have been found.
	oldestSight = 366 * 24 * time.Hour
	// clockSkew is by how much another's clock may be ahead: that of who found one, or of
	// another server.
	clockSkew = 5 * time.Minute

	// mostOfZone and zoneCharacters are of the name of a network interface, which an
	// address of one link has behind it; what reads addresses takes any text for one.
	mostOfZone     = 64
	zoneCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-._"
)

// RecordDiscoveredCertificates takes down up to 1,000 certificates that were found on
// the network, in one transaction in which each stands alone: what becomes of each is
// said by sighting.run. Nothing is connected to. Refused as a whole: NOT_FOUND (the
// business unit), TOO_MANY; of each: INVALID (it is no certificate, or its host, port
// or time is none), DUPLICATE, NO_SEAT_LEFT.
func (i *Inventory) RecordDiscoveredCertificates(ctx context.Context, in RecordDiscoveredCertificatesInput) (*RecordDiscoveredCertificatesPayload, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	var read []fileItem
	var chains []string
	if len(in.Certificates) <= mostItems {
		read, chains = readDiscovered(in.Certificates)
	}
	cause := store.Cause{Mutation: "recordDiscoveredCertificates", Action: audit.RecordDiscovered, Resource: audit.Certificate, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		return i.runSighting(ctx, tx, sc, in.BusinessUnitID, lifecycle.SourceDiscovered, func(s *sighting) ([]*seen, *refusal.Refusal) {
			if n := len(in.Certificates); n == 0 {
				return nil, refusal.New(refusal.Invalid, "Report at least one certificate.").At("certificates")
			} else if n > mostItems {
				return nil, refusal.New(refusal.TooMany, "One call takes 1 to %d certificates; %d were given. Send them in several calls.", mostItems, n).At("certificates")
			}
			return s.ofDiscovered(in.Certificates, read, chains), nil
		})
	})
	if err != nil {
		return nil, err
	}
	byID, err := i.CertificatesByID(ctx, out.IDs(), nil)
	if err != nil {
		return nil, err
	}
	p := &RecordDiscoveredCertificatesPayload{Results: make([]*DiscoveredCertificateResult, len(out.Items)), UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	for n, item := range out.Items {
		p.Results[n] = &DiscoveredCertificateResult{Index: n, Outcome: SightingOutcome(item.Word), Certificate: byID[item.ID], UserErrors: errorsOf(item.Refusals)}
	}
	return p, nil
}

// readDiscovered reads the certificates, outside of any transaction: the first of each
// content, and those above it.
func readDiscovered(given []*DiscoveredCertificate) (read []fileItem, chains []string) {
	read, chains = make([]fileItem, len(given)), make([]string, len(given))
	for n, d := range given {
		var ders [][]byte
		broken := false
		for item := range certificate.FromContent(d.Content) {
			switch {
			case len(ders) == 0 && item.Err != nil:
				read[n].no = unreadable(item.Err)
			case len(ders) == 0:
				read[n].text, read[n].no = readKept(item.DER)
			case item.Err != nil:
				broken = true
			}
			if ders = append(ders, item.DER); read[n].no != nil || broken || len(ders) > maxChain {
				break
			}
		}
		switch {
		case len(ders) == 0:
			read[n].no = refusal.New(refusal.Invalid, "There is no certificate in the content.")
		case !broken && read[n].no == nil:
			chains[n] = signedInTurn(ders)
		}
	}
	return read, chains
}

// ofDiscovered is what was read as what was seen: each on its host and port.
func (s *sighting) ofDiscovered(given []*DiscoveredCertificate, read []fileItem, chains []string) []*seen {
	all := make([]*seen, len(given))
	for n, d := range given {
		one := &seen{text: read[n].text, chain: chains[n], no: read[n].no, about: fmt.Sprintf("certificate %d", n)}
		field := "content"
		if one.no == nil {
			one.at, field, one.no = s.locate(d)
		}
		if one.path = []string{"certificates", strconv.Itoa(n), field}; one.no == nil {
			one.path = one.path[:2]
			one.about += ", " + one.at.place
		}
		all[n] = one
	}
	return all
}

// locate checks where and when a certificate was found; field says what is wrong.
func (s *sighting) locate(d *DiscoveredCertificate) (at location, field string, no *refusal.Refusal) {
	host, no := hostName(d.Host)
	if no != nil {
		return at, "host", no
	}
	if d.Port < 1 || d.Port > 65535 {
		return at, "port", refusal.New(refusal.Invalid, "The port is %d; TCP ports are 1 to 65535.", d.Port)
	}
	seenAt, now := s.tx.Now(), s.tx.Now()
	if d.SeenAt != nil {
		seenAt = d.SeenAt.UTC().Truncate(time.Microsecond)
	}
	switch {
	case seenAt.After(now.Add(clockSkew)):
		return at, "seenAt", refusal.New(refusal.Invalid, "It was seen at %s, which is to come; it is %s here. Set the clock of whatever found it.", seenAt.Format(time.RFC3339), now.Format(time.RFC3339))
	case seenAt.Before(now.Add(-oldestSight)):
		return at, "seenAt", refusal.New(refusal.Invalid, "It was seen at %s; what was found up to %d days ago is recorded. Look for it again.", seenAt.Format(time.RFC3339), oldestSight/(24*time.Hour))
	case seenAt.After(now):
		seenAt = now
	}
	return location{place: net.JoinHostPort(host, strconv.Itoa(d.Port)), host: host, port: d.Port, when: seenAt}, "", nil
}

// hostName is a host's name or address in the one form in which it is kept: lower
// case, without a dot at the end, and an address as RFC 5952 writes it.
func hostName(given string) (string, *refusal.Refusal) {
	host := strings.ToLower(tidy(given))
	if address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")); err == nil {
		if zone := address.Zone(); len(zone) > mostOfZone || strings.Trim(zone, zoneCharacters) != "" {
			return "", refusal.New(refusal.Invalid, "The host %q names no network interface behind its %%; that has up to %d letters, digits, hyphens, dots and underscores, such as eth0. Or leave it out.", clip(host), mostOfZone)
		}
		return address.String(), nil
	}
	host = strings.TrimSuffix(host, ".")
	if _, no := line("host", &host, 1, 255); no != nil {
		return "", no
	}
	if bad := strings.IndexFunc(host, func(r rune) bool { return unicode.IsSpace(r) || misleading(r) || strings.ContainsRune(`:/\[]@?#%`, r) }); bad >= 0 {
		return "", refusal.New(refusal.Invalid, "The host %q has %q in it; give a name or an address alone, such as www.example.com or 192.0.2.1, and the port by itself.", clip(host), string([]rune(host[bad:])[:1]))
	}
	return host, nil
}
