package discover_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"strings"
	"testing"

	"gatehouse/internal/discover"
)

// The requests of the protocols that are no text, written out by hand from their
// specifications.
const (
	sslRequest      = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	extendedRequest = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
)

// TestTheWayToTLS: each protocol is spoken so that a host which takes it at its word
// goes on to the handshake.
func TestTheWayToTLS(t *testing.T) {
	t.Parallel()
	const ehlo = "EHLO [127.0.0.1]\r\n"
	for name, test := range map[string]struct {
		protocol discover.Protocol
		dialogue []line
	}{
		"SMTP":                     {discover.SMTP, []line{{"", "220 mail.example.com ESMTP\r\n"}, {ehlo, "250-mail.example.com\r\n250-SIZE 1000\r\n250 STARTTLS\r\n"}, {"STARTTLS\r\n", "220 2.0.0 Go ahead\r\n"}}},
		"SMTP, long-winded":        {discover.SMTP, []line{{"", "220-mail.example.com\n220-is busy\n220\n"}, {ehlo, "250-mail.example.com\n250-starttls\n250 HELP\n"}, {"STARTTLS\r\n", "220-Go\n220 ahead\n"}}},
		"IMAP":                     {discover.IMAP, []line{{"", "* OK IMAP4rev1 ready\r\n"}, {"a STARTTLS\r\n", "a OK Begin TLS\r\n"}}},
		"IMAP, long-winded":        {discover.IMAP, []line{{"", "* PREAUTH [CAPABILITY IMAP4rev2] as you are\r\n"}, {"a STARTTLS\r\n", "* CAPABILITY IMAP4rev2 STARTTLS\r\n* OK still here\r\nA ok Begin TLS\r\n"}}},
		"POP3":                     {discover.POP3, []line{{"", "+OK ready <1896.697170952@example.com>\r\n"}, {"STLS\r\n", "+OK Begin TLS\r\n"}}},
		"LDAP":                     {discover.LDAP, []line{{extendedRequest, "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"}}},
		"LDAP of Active Directory": {discover.LDAP, []line{{extendedRequest, "\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\x0a\x01\x00\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20037"}}},
		"LDAP, a long length":      {discover.LDAP, []line{{extendedRequest, "\x30\x81\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"}}},
		"PostgreSQL":               {discover.Postgres, []line{{sslRequest, "S"}}},
		"whatever begins with it":  {discover.None, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := good(t)
			shown, err := patient(test.protocol).Probe(t.Context(), starts(t, &tls.Config{Certificates: []tls.Certificate{want}}, test.dialogue...))
			if err != nil || len(shown) != 1 || !bytes.Equal(shown[0], want.Certificate[0]) {
				t.Errorf("%d certificates, %v", len(shown), err)
			}
		})
	}
}

// TestTheWayThatLeadsNowhere: what does not offer TLS is told apart from what speaks
// another protocol, and neither is listened to for ever.
func TestTheWayThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		protocol discover.Protocol
		texts    []string
		kind     discover.Kind
		says     string
	}{
		"SMTP without it":         {discover.SMTP, []string{"220 hello\r\n", "250-mail\r\n250 HELP\r\n"}, discover.NotOffered, "does not offer STARTTLS"},
		"SMTP that is busy":       {discover.SMTP, []string{"554 no service\r\n"}, discover.NotOffered, "answers 554 in SMTP where 220 was meant"},
		"SMTP, refused then":      {discover.SMTP, []string{"220 hello\r\n", "250 STARTTLS\r\n", "454 not now\r\n"}, discover.NotOffered, "454"},
		"no SMTP":                 {discover.SMTP, []string{"* OK IMAP4rev1\r\n"}, discover.NotTLS, "does not speak SMTP"},
		"no SMTP, nearly":         {discover.SMTP, []string{"22\r\n"}, discover.NotTLS, "does not speak SMTP"},
		"no SMTP, nearly again":   {discover.SMTP, []string{"2200 hello\r\n"}, discover.NotTLS, "does not speak SMTP"},
		"SMTP without end":        {discover.SMTP, []string{strings.Repeat("220-more\r\n", 1000)}, discover.NotTLS, "more than 100 lines"},
		"a line without end":      {discover.IMAP, []string{strings.Repeat("* OK ", 1000)}, discover.NotTLS, "more than 2048 bytes in a line"},
		"IMAP without it":         {discover.IMAP, []string{"* OK hello\r\n", "a BAD what?\r\n"}, discover.NotOffered, "does not offer STARTTLS"},
		"IMAP that says goodbye":  {discover.IMAP, []string{"* BYE too many\r\n"}, discover.NotTLS, "does not speak IMAP"},
		"IMAP and then something": {discover.IMAP, []string{"* OK hello\r\n", "what?\r\n"}, discover.NotTLS, "does not speak IMAP"},
		"POP3 without it":         {discover.POP3, []string{"+OK hello\r\n", "-ERR what?\r\n"}, discover.NotOffered, "does not offer STLS"},
		"no POP3":                 {discover.POP3, []string{"220 hello\r\n"}, discover.NotTLS, "does not speak POP3"},
		"LDAP without it":         {discover.LDAP, []string{"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"}, discover.NotOffered, "result 2"},
		"no LDAP":                 {discover.LDAP, []string{"HTTP/1.1 400 Bad Request\r\n"}, discover.NotTLS, "does not speak LDAP"},
		"LDAP of another kind":    {discover.LDAP, []string{"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"}, discover.NotTLS, "does not speak LDAP"},
		"LDAP that is too long":   {discover.LDAP, []string{"\x30\x84\x7f\xff\xff\xff\x02"}, discover.NotTLS, "does not speak LDAP"},
		"LDAP, a length of 100":   {discover.LDAP, []string{"\x30\xe4" + strings.Repeat("\x00", 100)}, discover.NotTLS, "does not speak LDAP"},
		"LDAP without a length":   {discover.LDAP, []string{"\x30\x80\x02\x01\x01"}, discover.NotTLS, "does not speak LDAP"},
		"LDAP, cut short inside":  {discover.LDAP, []string{"\x30\x03\x02\x01\x01"}, discover.NotTLS, "does not speak LDAP"},
		"PostgreSQL without it":   {discover.Postgres, []string{"N"}, discover.NotOffered, "does not offer TLS"},
		"no PostgreSQL":           {discover.Postgres, []string{"H"}, discover.NotTLS, "does not speak PostgreSQL's protocol"},
		"text before TLS":         {discover.Postgres, []string{"Sinjected"}, discover.NotTLS, "sends text where TLS begins"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := patient(test.protocol).Probe(t.Context(), says(t, test.texts...))
			var failed *discover.Failure
			if !errors.As(err, &failed) || failed.Kind != test.kind || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%#v", err)
			}
		})
	}
}
