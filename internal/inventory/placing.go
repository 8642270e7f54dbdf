package inventory

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"gatehouse/internal/certificate"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

const (
	// mostOfSeatID is how many characters a seatId has, and a seat's name.
	mostOfSeatID = 255
	// clashDigits is how much of a thumbprint tells apart seats that would have the
	// same seatId: 128 bits.
	clashDigits = 32
)

// derivedSeatID is the seatId of the seat that a certificate gets by itself: the
// first that it has of a common name, a DNS name, an e-mail address, an IP address
// and a URI, as a seatId is written (onScreen); else its SHA-256 thumbprint. So what
// renews a certificate comes to the seat of what it renews.
func derivedSeatID(t certificate.Text) string {
	for _, names := range [][]string{{t.CommonName}, t.Names.DNSNames, t.Names.EmailAddresses, t.Names.IPAddresses, t.Names.URIs} {
		for _, name := range names {
			if id := onScreen(name, mostOfSeatID); id != "" {
				return id
			}
		}
	}
	return t.SHA256
}

// clashSeatID is the seatId of the seat that a certificate gets when it cannot go to
// the seat of the derived one: that, cut so that the whole fits, and the beginning
// of its thumbprint: another certificate has the same only when somebody has named it so
// on purpose, and then sits on that seat beside it.
func clashSeatID(derived, sha256 string) string {
	return onScreen(derived, mostOfSeatID-1-clashDigits) + "#" + sha256[:clashDigits]
}

// onScreen is a text of a certificate as the id or the name of a seat: one line of up
// to so many characters, tidied, in which U+FFFD stands for what a screen does not
// show or what would mislead who reads it. Who makes a certificate writes into it
// what they like.
func onScreen(s string, most int) string {
	s = tidy(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || misleading(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.TrimSpace(s)))
	if r := []rune(s); len(r) > most {
		s = tidy(string(r[:most]))
	}
	return s
}

// placing decides which seat takes each certificate, in the order asked, among the
// live seats that are locked and the new ones that it makes on its way.
type placing struct {
	now      time.Time
	unit     uuid.UUID
	seatType lifecycle.SeatType
	// seats are those by their key.
	seats map[string]*placedSeat
	// made are the new ones, in the order in which they were needed.
	made []*placedSeat
}

// placedSeat is a seat that certificates can be placed on.
type placedSeat struct {
	id    uuid.UUID
	key   string
	holds holding
	// row is that of a new seat; nil of one that was there.
	row store.Row
	// without: no licence was left for it.
	without bool
}

// place finds or makes the seat for a certificate: the live seat of its derived
// seatId when that can take it, or a new one with that seatId; else the one, there
// or new, that is told apart by the certificate's thumbprint. Counts says whether
// the certificate is one that its seat has: one that is expired or revoked stands in
// nobody's way.
func (p *placing) place(t certificate.Text, counts bool) *placedSeat {
	derived := derivedSeatID(t)
	s := p.seats[seatKey(derived)]
	if s != nil && !s.holds.canTake(p.now, t.NotAfter, counts) {
		derived = clashSeatID(derived, t.SHA256)
		s = p.seats[seatKey(derived)]
	}
	if s == nil {
		key := seatKey(derived)
		row := newSeat(p.now, place{p.unit, p.seatType, key}, derived, onScreen(t.CommonName, mostOfSeatID), "", "")
		s = &placedSeat{id: row["id"].(uuid.UUID), key: key, row: row}
		p.seats[key], p.made = s, append(p.made, s)
	}
	if counts {
		s.holds = s.holds.with(t.NotAfter)
	}
	return s
}

// canTake reports whether a seat that holds one certificate at a time can take
// another: when it has none that counts, when the other does not count, or when the
// two are a certificate and its successor, which is when the one that ends first does
// so within 30 days, whichever of them came first.
func (h holding) canTake(now, until time.Time, counts bool) bool {
	if !counts || h.certificates == 0 {
		return true
	}
	first := h.until
	if until.Before(first) {
		first = until
	}
	return h.certificates == 1 && !first.After(now.Add(renewalWindow))
}
