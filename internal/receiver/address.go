package receiver

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"gatehouse/internal/form"
	"gatehouse/internal/refusal"
)

// mostURL bounds an address, in characters.
const mostURL = 2000

// Check says why an address is not called; nil when, as it reads, it is. A name is
// not resolved for it: what it leads to is looked at whenever it is connected to.
// Refused: INVALID for what is no address, ADDRESS_NOT_ALLOWED for one that is not
// called.
func (c *Client) Check(text string) *refusal.Refusal {
	if no := form.Line(text, 1, mostURL, "url"); no != nil {
		return no
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || strings.ContainsAny(text, " \\") {
		return refusal.New(refusal.Invalid, "The url is no address; write it like https://hooks.example.com/gatehouse.").At("url")
	}
	if port, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return refusal.New(refusal.Invalid, "The port in the url is not between 1 and 65535.").At("url")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return notAllowed("Only https is called; write https://… instead of %.20s.", u.Scheme)
	case u.Scheme == "http" && !c.allowPrivate:
		return notAllowed("Only https is called, so that nobody on the way reads along; write https://….")
	case u.User != nil:
		return notAllowed("The url has a user or password in it, which everybody who sees the webhook would read; the signature shows who calls.")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return notAllowed("The url has a fragment (behind #), which is never sent; leave it out.")
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if !c.allowPrivate && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		return notAllowed("The url names the server itself; addresses in private ranges are called only where the operator allows it.")
	}
	if address, err := netip.ParseAddr(host); err == nil {
		if kind := c.refuses(address); kind != "" {
			return notAllowed("The url has %s; %s.", kind, whyNot(kind))
		}
	}
	return nil
}

func notAllowed(format string, args ...any) *refusal.Refusal {
	return refusal.New(refusal.AddressNotAllowed, format, args...).At("url")
}

// refuses says of which kind an address is that this client does not call; empty for
// one that it calls. The local link is refused whatever is allowed: no receiver is
// there, and clouds tell their machines secrets from it.
func (c *Client) refuses(address netip.Addr) string {
	if kind := classOf(address); !c.allowPrivate || kind == linkAddress {
		return kind
	}
	return ""
}

// whyNot is the end of the sentence about an address of a kind.
func whyNot(kind string) string {
	if kind == linkAddress {
		return "those are never called"
	}
	return "those are called only where the operator allows it"
}

// refusedAddress is the error of a connection that was not made.
type refusedAddress struct{ kind string }

// Error tells the kind of the address and not the address, which may be one of the
// inside that the reader does not know.
func (r *refusedAddress) Error() string {
	return "The name in the address leads to " + r.kind + "; " + whyNot(r.kind) + "."
}

// mayConnect is asked with the address itself, after the name was resolved and just
// before the connection is made. What it cannot read it refuses.
func (c *Client) mayConnect(address string) error {
	end, err := netip.ParseAddrPort(address)
	if err != nil {
		return &refusedAddress{"an address of no known kind"}
	}
	if kind := c.refuses(end.Addr()); kind != "" {
		return &refusedAddress{kind}
	}
	return nil
}
