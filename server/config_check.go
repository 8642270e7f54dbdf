package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// leastSecret is the shortest HMAC secret: as many bytes as HS256's output.
const leastSecret = 32

// longestLeeway is the most that a token's times may be off.
const longestLeeway = 60 * time.Second

// forServe says everything that keeps `serve` from starting, so that it is put
// right in one go. It looks at the settings alone; whether the database and the
// key set answer is found out afterwards.
func (c *config) forServe() error {
	return errors.Join(c.everywhere(), c.database(), c.keyset(), c.keySourceSet(), c.tokens(), c.publicURL(), c.revocationURL(), c.linked(), c.outside())
}

// forDev says everything that keeps `dev` from starting. dev hands out tokens to
// whoever reaches it, so it must be reached from this machine only, and it takes
// no keys of a real identity provider.
func (c *config) forDev() error {
	problems := []error{c.everywhere(), c.noProductionKeys(), c.publicURL(), c.revocationURL(), c.outside()}
	if c.Keyset != "" {
		problems = append(problems, c.keyset())
	}
	if host, _, err := net.SplitHostPort(c.Addr); err == nil && !isLoopback(host) {
		problems = append(problems, fmt.Errorf("GATEHOUSE_ADDR is %s, which other machines may reach: dev hands out tokens to everyone and listens on loopback only, such as 127.0.0.1:8080", c.Addr))
	}
	if c.MigrateDatabaseURL != "" && c.DatabaseURL == "" {
		problems = append(problems, errors.New("MIGRATE_DATABASE_URL is set without DATABASE_URL; set both to use that database, or neither for a private one"))
	}
	return errors.Join(problems...)
}

// noProductionKeys refuses the settings of a real identity provider.
func (c *config) noProductionKeys() error {
	if set := c.keySources(); len(set) > 0 {
		return fmt.Errorf("%s is set, but development tokens are signed with a development key; unset it, or use serve", strings.Join(set, " and "))
	}
	return nil
}

// everywhere checks what is a mistake under every command that serves.
func (c *config) everywhere() error {
	var problems []error
	if _, port, err := net.SplitHostPort(c.Addr); err != nil || !isPort(port) {
		problems = append(problems, fmt.Errorf("GATEHOUSE_ADDR is %q, which is not host:port, such as 127.0.0.1:8080", c.Addr))
	}
	for _, origin := range c.CORSOrigins {
		if err := checkOrigin(origin); err != nil {
			problems = append(problems, fmt.Errorf("GATEHOUSE_CORS_ORIGINS has %q: %w", origin, err))
		}
	}
	if c.DatabaseConnections < 2 {
		problems = append(problems, fmt.Errorf("GATEHOUSE_DATABASE_CONNECTIONS is %d; the server needs at least 2", c.DatabaseConnections))
	}
	if c.StatementTimeout <= 0 {
		problems = append(problems, fmt.Errorf("GATEHOUSE_STATEMENT_TIMEOUT is %s; it must be longer than nothing", c.StatementTimeout))
	}
	if c.LockTimeout <= 0 {
		problems = append(problems, fmt.Errorf("GATEHOUSE_LOCK_TIMEOUT is %s; it must be longer than nothing", c.LockTimeout))
	}
	if _, err := c.timeouts(); err != nil {
		problems = append(problems, err)
	}
	if c.ShutdownGrace < 0 {
		problems = append(problems, fmt.Errorf("GATEHOUSE_SHUTDOWN_GRACE is %s; it cannot be negative", c.ShutdownGrace))
	}
	_, err := readProxies(c.TrustedProxies)
	return errors.Join(append(problems, err, c.limits())...)
}

// limits refuses limits that would let nothing through.
func (c *config) limits() error {
	var problems []error
	for _, l := range []struct {
		name  string
		value int64
	}{
		{"BODY_BYTES", c.BodyBytes}, {"TOKENS", int64(c.Tokens)}, {"DEPTH", int64(c.Depth)}, {"FIELDS", int64(c.Fields)},
		{"ROOT_FIELDS", int64(c.RootFields)}, {"OPERATIONS", int64(c.Operations)}, {"LIST_ITEMS", int64(c.ListItems)},
		{"VALUE_DEPTH", int64(c.ValueDepth)}, {"MUTATIONS", int64(c.Mutations)}, {"REDEMPTIONS", int64(c.Redemptions)},
		{"ALIASES", int64(c.Aliases)}, {"FRAGMENTS", int64(c.Fragments)}, {"DIRECTIVES", int64(c.Directives)}, {"VARIABLES", int64(c.Variables)},
		{"COST", int64(c.Cost)}, {"CALLS", int64(c.LimitCalls)}, {"CALL_COST", int64(c.LimitCallCost)},
		{"STREAMS", int64(c.LimitStreams)}, {"CALLER_STREAMS", int64(c.LimitCallerStreams)}, {"CALLER_SUBSCRIPTIONS", int64(c.LimitCallerSubscriptions)}, {"SUBSCRIPTIONS", int64(c.LimitSubscriptions)},
		{"ANONYMOUS", int64(c.LimitAnonymous)}, {"REVOCATION", int64(c.LimitRevocation)},
	} {
		if l.value < 1 {
			problems = append(problems, fmt.Errorf("GATEHOUSE_LIMIT_%s is %d; a limit is at least 1", l.name, l.value))
		}
	}
	return errors.Join(problems...)
}

// database checks the address of the database.
func (c *config) database() error {
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is not set: it names the PostgreSQL to use, such as postgres://gatehouse_app:password@host/gatehouse")
	}
	if _, err := pq.NewConfig(c.DatabaseURL); err != nil {
		return errors.New("DATABASE_URL is not an address of PostgreSQL; it looks like postgres://gatehouse_app:password@host/gatehouse")
	}
	return nil
}

// keyset checks that there are keys to seal with.
func (c *config) keyset() error {
	_, err := c.keys()
	return err
}

// keySources are the names of the key sources that are set.
func (c *config) keySources() []string {
	var set []string
	if c.JWKSURL != "" {
		set = append(set, "GATEHOUSE_JWT_JWKS_URL")
	}
	if len(c.PEM) > 0 {
		set = append(set, "GATEHOUSE_JWT_PEM")
	}
	if c.Secret != "" {
		set = append(set, "GATEHOUSE_JWT_SECRET")
	}
	return set
}

// keySourceSet checks that tokens have exactly one, and a fit, source of keys.
func (c *config) keySourceSet() error {
	switch set := c.keySources(); len(set) {
	case 0:
		return errors.New("no key source is set, so no token could be verified: set one of GATEHOUSE_JWT_JWKS_URL, GATEHOUSE_JWT_PEM and GATEHOUSE_JWT_SECRET")
	case 1:
	default:
		return fmt.Errorf("%s are all set; keep the one whose tokens are meant", strings.Join(set, " and "))
	}
	algorithms, err := c.algorithms()
	if err != nil {
		return err
	}
	if c.JWKSURL != "" && !isSafeURL(c.JWKSURL) {
		return fmt.Errorf("GATEHOUSE_JWT_JWKS_URL is %q; keys are fetched over https only (http on loopback)", c.JWKSURL)
	}
	if c.Secret != "" && len(c.Secret) < leastSecret {
		return fmt.Errorf("GATEHOUSE_JWT_SECRET has %d bytes; a secret that cannot be guessed has at least %d", len(c.Secret), leastSecret)
	}
	if len(c.PEM) > 0 {
		_, err = readKeyFiles(c.PEM, algorithms)
	}
	return err
}

// tokens checks what a token must say.
func (c *config) tokens() error {
	var problems []error
	switch c.Issuer {
	case "":
		problems = append(problems, errors.New("GATEHOUSE_JWT_ISSUER is not set: it is the iss of your identity provider's tokens"))
	case devIssuer:
		problems = append(problems, fmt.Errorf("GATEHOUSE_JWT_ISSUER is %q, the issuer of development tokens, which production must not accept", devIssuer))
	}
	if len(c.Audience) == 0 || slices.Contains(c.Audience, "") {
		problems = append(problems, errors.New("GATEHOUSE_JWT_AUDIENCE is not set: it is the aud of tokens that are meant for this server"))
	}
	if c.Leeway < 0 || c.Leeway > longestLeeway {
		problems = append(problems, fmt.Errorf("GATEHOUSE_JWT_LEEWAY is %s; it is between 0s and %s", c.Leeway, longestLeeway))
	}
	_, err := c.reading()
	return errors.Join(append(problems, err)...)
}

// publicURL checks the address that people are sent to.
func (c *config) publicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	if !isSafeURL(c.PublicURL) {
		return fmt.Errorf("GATEHOUSE_PUBLIC_URL is %q; tokens travel there, so it is an https URL (http on loopback only)", c.PublicURL)
	}
	if u, err := url.Parse(c.PublicURL); err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("GATEHOUSE_PUBLIC_URL is %q; the pages lie at the root of a host, so it ends with the host and its port, such as https://pki.example.com", c.PublicURL)
	}
	return nil
}

// linked refuses mails whose links would lead nowhere.
func (c *config) linked() error {
	if c.SMTPURL != "" && c.PublicURL == "" {
		return errors.New("GATEHOUSE_PUBLIC_URL is not set: the links in mails begin with it, such as https://pki.example.com")
	}
	return nil
}

// outside checks the mail server and the certificate authorities, as far as that
// can be seen without asking them.
func (c *config) outside() error {
	_, mailing := c.mails()
	_, ordering := c.acme()
	return errors.Join(mailing, c.privateSet(), ordering)
}

// checkOrigin accepts what a browser sends as Origin, exactly.
func checkOrigin(origin string) error {
	if origin == "*" {
		return errors.New("every page of the web could call the API; name the origins of your own pages")
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return errors.New("an origin is a scheme, a host and a port if it is not the usual one, such as https://app.example.com")
	}
	if !isSafeURL(origin) {
		return errors.New("a page over http can be changed on its way; use https (http on loopback only)")
	}
	return nil
}

// isSafeURL reports whether what is sent to a URL stays secret.
func isSafeURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

// isLoopback reports whether a host is this machine, without asking a name
// server: another answer tomorrow must not open what was closed today.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// isPort reports whether s is a port's number; 0 asks for a free one.
func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}
