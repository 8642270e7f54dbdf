package issuer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mholt/acmez/v3/acme"
)

// challengeToken is the form of a challenge's token (RFC 8555 section 8.1).
var challengeToken = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// maxToken bounds a token that somebody asks for.
const maxToken = 256

const (
	// commandTime is how long the operator's program may take to set a record, or to
	// remove it.
	commandTime = 2 * time.Minute
	// maxOutput is how much of what it prints goes into an error.
	maxOutput = 1000
)

// proof is one name that is still to be proven, and the challenge by which.
type proof struct {
	authorization acme.Authorization
	challenge     acme.Challenge
}

// prove proves to the authority that the order's names are ours: it sets up every
// answer, tells the authority, waits for its verdicts, and takes the answers away
// again. A call that is cut off leaves them, since the authority may still ask: they
// are public, and prove nothing to anybody else.
func (a *ACME) prove(ctx context.Context, account acme.Account, order acme.Order) error {
	proofs, err := a.proofs(ctx, account, order)
	if err != nil {
		return err
	}
	defer func() {
		for _, p := range proofs {
			if ctx.Err() == nil {
				_ = a.withdraw(ctx, p) // it answers for nothing any more
			}
		}
	}()
	for _, p := range proofs {
		if err := a.present(ctx, p); err != nil {
			return fmt.Errorf("issuer: set up the proof for %s: %w", p.authorization.IdentifierValue(), err)
		}
	}
	for _, p := range proofs {
		if p.challenge.Status == acme.StatusProcessing {
			continue // an earlier call has told it
		}
		if _, err := a.client.InitiateChallenge(ctx, account, p.challenge); err != nil && !problemOf(err, acme.ProblemTypeMalformed) { // malformed: its verdict, on what an earlier call told it, came meanwhile
			return fmt.Errorf("issuer: have %s validated: %w", p.authorization.IdentifierValue(), err)
		}
	}
	for _, p := range proofs {
		if _, err := a.client.PollAuthorization(ctx, account, p.authorization); err != nil {
			return fmt.Errorf("issuer: %s is not validated: %w", p.authorization.IdentifierValue(), err)
		}
	}
	return nil
}

// proofs are the names of an order that are not proven yet.
func (a *ACME) proofs(ctx context.Context, account acme.Account, order acme.Order) ([]proof, error) {
	kind := acme.ChallengeTypeHTTP01
	if a.options.DNSCommand != "" {
		kind = acme.ChallengeTypeDNS01
	}
	var proofs []proof
	for _, address := range order.Authorizations {
		authorization, err := a.client.GetAuthorization(ctx, account, address)
		if err != nil {
			return nil, fmt.Errorf("issuer: read authorization %s: %w", address, err)
		}
		if authorization.Status == acme.StatusValid {
			continue
		}
		n := slices.IndexFunc(authorization.Challenges, func(c acme.Challenge) bool { return c.Type == kind })
		if n < 0 {
			return nil, &No{Reason: fmt.Sprintf("The certificate authority does not validate %s by %s, which is what is set up here.", authorization.IdentifierValue(), kind)}
		}
		if !challengeToken.MatchString(authorization.Challenges[n].Token) {
			return nil, fmt.Errorf("issuer: the challenge for %s has a token that is none", authorization.IdentifierValue())
		}
		proofs = append(proofs, proof{authorization, authorization.Challenges[n]})
	}
	return proofs, nil
}

// present sets up the answer to a challenge.
func (a *ACME) present(ctx context.Context, p proof) error {
	if a.options.DNSCommand != "" {
		return a.command(ctx, "present", p.challenge)
	}
	return a.options.Challenges.Put(ctx, p.challenge.Token, p.challenge.KeyAuthorization)
}

// withdraw takes it away.
func (a *ACME) withdraw(ctx context.Context, p proof) error {
	if a.options.DNSCommand != "" {
		return a.command(ctx, "cleanup", p.challenge)
	}
	return a.options.Challenges.Delete(ctx, p.challenge.Token)
}

// command runs the operator's program, without a shell and with an environment
// that holds none of the server's settings, which may be secrets.
func (a *ACME) command(ctx context.Context, act string, c acme.Challenge) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, a.options.DNSCommand, act, c.DNS01TXTRecordName()+".", c.DNS01KeyAuthorization())
	cmd.WaitDelay = time.Second
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG"} {
		if value, set := os.LookupEnv(name); set {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(printed.String())
		return fmt.Errorf("%s %s %s. failed: %w: %.*q", a.options.DNSCommand, act, c.DNS01TXTRecordName(), errors.Join(err, ctx.Err()), maxOutput, text)
	}
	return nil
}
