package issuer_test

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestUsagesFitTheKey(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	all := lifecycle.KeyUsages
	signs, agrees := x509.KeyUsageDigitalSignature, x509.KeyUsageKeyAgreement
	commits, wraps := x509.KeyUsageContentCommitment, x509.KeyUsageKeyEncipherment
	mails := []lifecycle.ExtendedKeyUsage{lifecycle.EmailProtection}
	for _, c := range []struct {
		key   string
		asked []lifecycle.KeyUsage
		use   []lifecycle.ExtendedKeyUsage
		want  x509.KeyUsage // none: refused
	}{
		{"RSA_2048", nil, nil, signs | wraps},
		{"EC_P256", nil, nil, signs},
		{"ED25519", nil, nil, signs},
		{"RSA_2048", nil, mails, signs | wraps},
		{"RSA_2048", nil, []lifecycle.ExtendedKeyUsage{lifecycle.ClientAuth, lifecycle.ServerAuth}, signs | wraps},
		{"RSA_2048", nil, []lifecycle.ExtendedKeyUsage{lifecycle.ClientAuth}, signs},
		{"RSA_2048", nil, []lifecycle.ExtendedKeyUsage{lifecycle.CodeSigning}, signs},
		{"RSA_2048", all, nil, signs | commits | wraps | x509.KeyUsageDataEncipherment},
		{"EC_P256", all, mails, signs | commits | agrees},
		{"ED25519", all, mails, signs | commits},
		{"EC_P256", []lifecycle.KeyUsage{lifecycle.KeyAgreement}, mails, agrees},
		{"EC_P256", []lifecycle.KeyUsage{lifecycle.KeyEncipherment, lifecycle.DataEncipherment}, nil, 0},
		{"RSA_2048", []lifecycle.KeyUsage{lifecycle.KeyAgreement}, nil, 0},
		{"ED25519", []lifecycle.KeyUsage{lifecycle.KeyAgreement}, nil, 0},
	} {
		o := issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()[c.key]), KeyUsages: c.asked, ExtendedKeyUsages: c.use}
		if c.want == 0 {
			if no := refusal.Find(ca.Prepare(&o, noon, time.Hour)); no == nil || no.Code != refusal.KeyNotAllowed || !strings.Contains(no.Message, string(c.asked[0])) {
				t.Errorf("%s %v: %v", c.key, c.asked, no)
			}
			continue
		}
		got := issued(t, ca, o)
		if got.KeyUsage != c.want {
			t.Errorf("%s %v %v: key usage %b, want %b", c.key, c.asked, c.use, got.KeyUsage, c.want)
		}
		lintedClean(t, got.Raw)
	}
}

func TestPurposesAreThoseAskedFor(t *testing.T) {
	t.Parallel()
	c := issued(t, authority(t), issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"]), ExtendedKeyUsages: lifecycle.ExtendedKeyUsages})
	if !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageCodeSigning}) {
		t.Errorf("%v", c.ExtKeyUsage)
	}
}
