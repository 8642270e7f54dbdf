package issuer_test

import (
	"bytes"
	"encoding/pem"
	"os/exec"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"

	"gatehouse/internal/issuer"
)

func TestFilesHoldTheCertificateAndThoseAbove(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	c := issued(t, ca, issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])})
	chain := ca.Chain()

	text := issuer.PEM(append([][]byte{c.Raw}, chain...)...)
	back := issuer.Chain("Bag Attributes\n" + text + "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n")
	if len(back) != 3 || !bytes.Equal(back[0], c.Raw) || !bytes.Equal(back[1], chain[0]) || !bytes.Equal(back[2], chain[1]) {
		t.Errorf("%d certificates came back", len(back))
	}
	if got := issuer.PEM(); got != "" {
		t.Errorf("no certificate is written as %q", got)
	}

	bundle, err := issuer.PKCS7(c.Raw, chain)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode([]byte(bundle))
	if block == nil || block.Type != "PKCS7" || len(rest) > 0 {
		t.Fatalf("%s", bundle)
	}
	read, err := pkcs7.Parse(block.Bytes)
	if err != nil || len(read.Certificates) != 3 || !read.Certificates[0].Equal(c) || len(read.Signers) != 0 || len(read.Content) != 0 {
		t.Errorf("%+v, %v", read, err)
	}
	cmd := exec.CommandContext(t.Context(), "openssl", "pkcs7", "-print_certs", "-noout")
	cmd.Stdin = strings.NewReader(bundle)
	out, err := cmd.CombinedOutput()
	for _, name := range []string{"Ada", "Example GmbH Issuing CA", "Example GmbH Root CA"} {
		if err != nil || !strings.Contains(string(out), name) {
			t.Errorf("openssl reads no %s: %v\n%s", name, err, out)
		}
	}

	if _, err := issuer.PKCS7([]byte("no certificate"), nil); err == nil {
		t.Error("what is no certificate was bundled")
	}
}
