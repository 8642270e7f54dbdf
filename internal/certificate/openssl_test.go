package certificate_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"gatehouse/internal/certificate"
)

// compareAll compares with openssl. A program takes longer to start than to print a
// certificate, so it prints a hundred at once; a hundred of which it cannot print one,
// and every fiftieth to be sure that it is the same, one by one.
func compareAll(t *testing.T, all []aCertificate) {
	t.Helper()
	var work sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for some := range slices.Chunk(all, 100) {
		free <- struct{}{}
		work.Go(func() {
			defer func() { <-free }()
			prints, err := printAll(t, some)
			if err != nil {
				t.Logf("one by one from %s to %s: %v", some[0].where, some[len(some)-1].where, err)
			}
			for n, one := range some {
				if err != nil || n%50 == 0 {
					compare(t, one, printOne(t, one))
				}
				if err == nil {
					compare(t, one, prints[n])
				}
			}
		})
	}
	work.Wait()
}

// printed is what openssl prints of a certificate.
type printed struct{ serial, notBefore, notAfter, subject, issuer string }

// nameOptions make openssl print names by RFC 4514 (which was RFC 2253), in UTF-8.
const nameOptions = "RFC2253,utf8,-esc_msb"

// printOne is what openssl x509 prints.
func printOne(t *testing.T, c aCertificate) printed {
	t.Helper()
	said := openssl(t, c.DER, "x509", "-inform", "DER", "-noout", "-serial", "-dates", "-subject", "-issuer", "-nameopt", nameOptions)
	said = strings.ReplaceAll(said, "\\\n", "") // a long serial number goes on in the next line
	fields := map[string]string{}
	for line := range strings.Lines(said) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		fields[name] = value
	}
	serial := "0x" + fields["serial"]
	if rest, negative := strings.CutPrefix(fields["serial"], "-"); negative {
		serial = "-0x" + rest
	}
	return printed{serial, fields["notBefore"], fields["notAfter"], fields["subject"], fields["issuer"]}
}

// printAll is what openssl cms prints of them, in one message.
func printAll(t *testing.T, some []aCertificate) ([]printed, error) {
	t.Helper()
	var ders []byte
	for _, c := range some {
		ders = append(ders, c.DER...)
	}
	message, err := pkcs7.DegenerateCertificate(ders)
	if err != nil {
		return nil, err
	}
	back := slices.Collect(certificate.Scan(bytes.NewReader(message)))
	for n, item := range back {
		if item.Err != nil || !bytes.Equal(item.DER, some[n].DER) {
			t.Errorf("%s: as number %d of PKCS#7 it is another: %v", some[n].where, n, item.Err)
		}
	}
	var all []printed
	for line := range strings.Lines(openssl(t, message, "cms", "-cmsout", "-print", "-nameopt", nameOptions, "-inform", "DER")) {
		name, value, _ := strings.Cut(strings.TrimLeft(strings.TrimSuffix(line, "\n"), " "), ":")
		if name == "d.certificate" {
			all = append(all, printed{})
		}
		if len(all) == 0 {
			continue
		}
		last := &all[len(all)-1]
		if field := map[string]*string{"serialNumber": &last.serial, "notBefore": &last.notBefore, "notAfter": &last.notAfter, "subject": &last.subject, "issuer": &last.issuer}[name]; field != nil && *field == "" {
			*field = strings.TrimLeft(value, " ")
		}
	}
	if len(all) != len(some) {
		return nil, fmt.Errorf("openssl prints %d of %d", len(all), len(some))
	}
	return all, nil
}

func openssl(t *testing.T, input []byte, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	cmd.Stdin = bytes.NewReader(input)
	said, err := cmd.Output()
	if err != nil {
		t.Logf("openssl %s: %v", args[0], err)
	}
	return string(said)
}

// compare compares what both say.
func compare(t *testing.T, c aCertificate, p printed) {
	t.Helper()
	wrong := func(what, want, got string) {
		t.Errorf("%s: openssl prints the %s %q, we %q", c.where, what, want, got)
	}
	if serial, ok := new(big.Int).SetString(p.serial, 0); !ok || serial.Text(16) != c.Serial {
		wrong("serial", p.serial, c.Serial)
	}
	for _, at := range []struct {
		what, printed string
		read          time.Time
	}{{"notBefore", p.notBefore, c.NotBefore}, {"notAfter", p.notAfter, c.NotAfter}} {
		if want, err := parsePrinted(at.printed); err != nil || !want.Truncate(time.Microsecond).Equal(at.read) {
			wrong(at.what, at.printed, at.read.Format(time.RFC3339Nano))
		}
	}
	for _, name := range []struct{ what, printed, read string }{{"subject", p.subject, c.Subject}, {"issuer", p.issuer, c.Issuer}} {
		if theirs, ours := attributes(name.printed), attributes(name.read); !slices.EqualFunc(theirs, ours, sameAttribute) {
			wrong(name.what, name.printed, name.read)
		}
	}
}

// parsePrinted reads a time such as "Jan  1 00:00:00.5 476 GMT": openssl does not fill
// up a year.
func parsePrinted(s string) (time.Time, error) {
	fields := strings.Fields(s)
	if len(fields) == 5 {
		fields[3] = fmt.Sprintf("%04s", fields[3])
	}
	return time.Parse("Jan 2 15:04:05 2006 MST", strings.Join(fields, " "))
}

// attributes takes a name apart. Those of one part are put in order, since RFC 4514
// leaves it open and openssl turns it round.
func attributes(name string) (all []string) {
	var part []string
	var one strings.Builder
	end := func() {
		part = append(part, one.String())
		one.Reset()
	}
	for n := 0; n < len(name); n++ {
		switch c := name[n]; c {
		case ',':
			end()
			slices.Sort(part)
			all, part = append(all, part...), nil
		case '+':
			end()
		case '\\':
			if octet, err := hex.DecodeString(name[n+1 : min(n+3, len(name))]); err == nil && len(octet) == 1 {
				one.Write(octet)
				n += 2
				continue
			}
			n++
			one.WriteByte(name[n])
		default:
			one.WriteByte(c)
		}
	}
	end()
	slices.Sort(part)
	return append(all, part...)
}

// sameAttribute allows for what differs on purpose:
//   - STREET is openssl's street: RFC 4514 section 3 writes it large;
//   - hex has small letters here;
//   - bytes that are no characters of their string's type are hex here, while openssl
//     takes them for ISO 8859-1.
func sameAttribute(theirs, ours string) bool {
	theirType, their, _ := strings.Cut(theirs, "=")
	ourType, our, _ := strings.Cut(ours, "=")
	if !strings.EqualFold(theirType, ourType) {
		return false
	}
	if their == our || strings.HasPrefix(their, "#") && strings.EqualFold(their, our) {
		return true
	}
	der, err := hex.DecodeString(strings.TrimPrefix(our, "#"))
	if err != nil || len(der) < 2 || !strings.HasPrefix(our, "#") {
		return false
	}
	var latin []rune
	for _, c := range der[2:] {
		latin = append(latin, rune(c))
	}
	return string(latin) == their
}
