package main

import (
	"context"
	"crypto"
	"crypto/elliptic"
	crypt "crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// guest is an invited person with a key of their own.
type guest struct {
	*live
	n                       int
	enrollment, token, code string
	key                     crypto.PublicKey
	csr                     string
}

func newGuest(l *live, n int, enrollment, token, code string) *guest {
	l.t.Helper()
	key := newECDSA(l.t, elliptic.P256())
	der, err := x509.CreateCertificateRequest(crypt.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		l.t.Fatal(err)
	}
	return &guest{
		live: l, n: n, enrollment: enrollment, token: token, code: code, key: key.Public(),
		csr: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})),
	}
}

// standing is where an invitation stands.
type standing struct {
	Status      string
	Issuance    *struct{ State, Reason string }
	Certificate *struct{ Pem string }
}

// redeemed is what came of redeeming.
type redeemed struct {
	Invitation *standing
	UserErrors []struct{ Code, Message string }
	Replayed   bool
}

// no is the code of why not; empty when there is none.
func (r redeemed) no() string {
	for _, no := range r.UserErrors {
		return no.Code
	}
	return ""
}

const redeemDocument = `mutation ($input: RedeemEnrollmentInput!) {
  redeemEnrollment(input: $input) { invitation { status issuance { state reason } certificate { pem } } userErrors { code message } replayed }
}`

// input is what an attempt with a code is made with, under an idempotency key or none.
func (g *guest) input(code, key string) map[string]any {
	input := map[string]any{"token": g.token, "code": code, "csr": g.csr}
	if key != "" {
		input["idempotencyKey"] = fmt.Sprintf("%s-%d", key, g.n)
	}
	return map[string]any{"input": input}
}

// try tries a code once.
func (g *guest) try(ctx context.Context, code, key string) (redeemed, error) {
	var got struct{ RedeemEnrollment redeemed }
	err := g.call(ctx, "", redeemDocument, g.input(code, key), &got)
	if err == nil {
		g.heard.Add(1)
	}
	return got.RedeemEnrollment, err
}

// look asks where it stands.
func (g *guest) look(ctx context.Context) (*standing, error) {
	var got struct{ EnrollmentInvitation *standing }
	err := g.call(ctx, "", `query ($token: String!) { enrollmentInvitation(token: $token) { status issuance { state reason } certificate { pem } } }`, map[string]any{"token": g.token}, &got)
	if err == nil && got.EnrollmentInvitation == nil {
		err = fmt.Errorf("the link of guest %d leads nowhere", g.n)
	}
	return got.EnrollmentInvitation, err
}

// wrong is the k-th code that is not the right one, and looks like it.
func (g *guest) wrong(k int) string {
	end := fmt.Sprintf("%04d", k)
	end = strings.NewReplacer("0", "W", "1", "X").Replace(end) // codes have neither
	if strings.HasSuffix(g.code, end) {
		end = "ZZZZ"
	}
	return g.code[:len(g.code)-len(end)] + end
}

// secrets are what may stand nowhere: the code, a hash from which a short one could be
// found by trying, and what stands behind the # of the link.
func (g *guest) secrets() []string {
	sum := sha256.Sum256([]byte(g.code))
	return []string{g.code, g.token, string(sum[:])}
}

// pause is how long a client waits before it tries again: not all at once, as those
// would who were cut off together.
func pause(ctx context.Context) error {
	select {
	case <-time.After(100*time.Millisecond + rand.N(300*time.Millisecond)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
