package discover

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
)

// The dialogues that lead to TLS are written out here, a few lines each. The clients
// for these protocols that there are handshake by themselves, with what goes on
// behind it in mind: they hand out neither the connection before the handshake nor
// the certificates of one that fails.

// What a host may say before TLS. One that says more is left.
const (
	longestReply = 2 << 10 // bytes to a line; RFC 5321 and RFC 2449 have 512, RFC 9051 names none
	mostReplies  = 100     // lines
	longestBER   = 16 << 10
)

// begin leads a connection to where TLS begins. Nothing that the host sends before
// that is kept for the handshake: it would be in the clear, and another's.
func begin(conn net.Conn, protocol Protocol) error {
	d := &dialogue{conn: conn, in: bufio.NewReaderSize(conn, longestReply)}
	talk, known := map[Protocol]func(*dialogue) error{
		SMTP: (*dialogue).smtp, IMAP: (*dialogue).imap, POP3: (*dialogue).pop3, LDAP: (*dialogue).ldap, Postgres: (*dialogue).postgres,
	}[protocol]
	if !known {
		return nil // TLS begins at once
	}
	if err := talk(d); err != nil {
		return err
	}
	if d.in.Buffered() > 0 {
		return failed(NotTLS, "the host sends text where TLS begins")
	}
	return nil
}

// dialogue is a conversation before TLS.
type dialogue struct {
	conn  net.Conn
	in    *bufio.Reader
	lines int
}

// say sends a text.
func (d *dialogue) say(text string) error {
	_, err := io.WriteString(d.conn, text)
	return err
}

// line reads a line, without its end.
func (d *dialogue) line() (string, error) {
	if d.lines++; d.lines > mostReplies {
		return "", failed(NotTLS, "the host says more than %d lines before TLS", mostReplies)
	}
	text, err := d.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", failed(NotTLS, "the host says more than %d bytes in a line before TLS", longestReply)
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// smtp: a greeting, EHLO, STARTTLS.
func (d *dialogue) smtp() error {
	if _, err := d.reply("220"); err != nil {
		return err
	}
	if err := d.say("EHLO " + literal(d.conn.LocalAddr()) + "\r\n"); err != nil {
		return err
	}
	offers, err := d.reply("250")
	if err != nil {
		return err
	}
	for _, offer := range offers {
		if word, _, _ := strings.Cut(strings.TrimSpace(offer), " "); strings.EqualFold(word, "STARTTLS") {
			if err := d.say("STARTTLS\r\n"); err != nil {
				return err
			}
			_, err := d.reply("220")
			return err
		}
	}
	return failed(NotOffered, "the host speaks SMTP and does not offer STARTTLS")
}

// reply reads a reply of one or more lines, which has the code (RFC 5321, 4.2.1).
func (d *dialogue) reply(code string) (texts []string, err error) {
	for {
		line, err := d.line()
		if err != nil {
			return nil, err
		}
		if len(line) < 3 || strings.Trim(line[:3], "0123456789") != "" || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
			return nil, failed(NotTLS, "what answers does not speak SMTP")
		}
		if line[:3] != code {
			return nil, failed(NotOffered, "the host answers %s in SMTP where %s was meant", line[:3], code)
		}
		if len(line) == 3 || line[3] == ' ' {
			return append(texts, line[min(len(line), 4):]), nil
		}
		texts = append(texts, line[4:])
	}
}

// literal is this machine's end of a connection as EHLO names a client that has no
// name (RFC 5321, 4.1.3).
func literal(address net.Addr) string {
	host, _, err := net.SplitHostPort(address.String())
	switch {
	case err != nil:
		return "[127.0.0.1]"
	case strings.Contains(host, ":"):
		host, _, _ = strings.Cut(host, "%") // an address of one link has its interface behind it
		return "[IPv6:" + host + "]"
	default:
		return "[" + host + "]"
	}
}

// imap: a greeting, STARTTLS. What it says in between is not about that.
func (d *dialogue) imap() error {
	greeting, err := d.line()
	if err != nil {
		return err
	}
	if !startsWith(greeting, "* OK") && !startsWith(greeting, "* PREAUTH") {
		return failed(NotTLS, "what answers does not speak IMAP")
	}
	if err := d.say("a STARTTLS\r\n"); err != nil {
		return err
	}
	for {
		line, err := d.line()
		switch {
		case err != nil:
			return err
		case startsWith(line, "a OK"):
			return nil
		case startsWith(line, "a "):
			return failed(NotOffered, "the host speaks IMAP and does not offer STARTTLS")
		case !startsWith(line, "* "):
			return failed(NotTLS, "what answers does not speak IMAP")
		}
	}
}

// pop3: a greeting, STLS.
func (d *dialogue) pop3() error {
	for _, command := range []string{"STLS\r\n", ""} {
		line, err := d.line()
		switch {
		case err != nil:
			return err
		case startsWith(line, "-ERR"):
			return failed(NotOffered, "the host speaks POP3 and does not offer STLS")
		case !startsWith(line, "+OK"):
			return failed(NotTLS, "what answers does not speak POP3")
		}
		if err := d.say(command); err != nil {
			return err
		}
	}
	return nil
}

// startsWith reports whether a line begins with a word, in capitals or not.
func startsWith(line, word string) bool {
	return len(line) >= len(word) && strings.EqualFold(line[:len(word)], word)
}

// postgres: a request of eight bytes, an answer of one.
func (d *dialogue) postgres() error {
	const sslRequest = 80877103
	if err := d.say(string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), sslRequest))); err != nil {
		return err
	}
	switch answer, err := d.in.ReadByte(); {
	case err != nil:
		return err
	case answer == 'S':
		return nil
	case answer == 'N', answer == 'E':
		return failed(NotOffered, "the host speaks PostgreSQL's protocol and does not offer TLS")
	default:
		return failed(NotTLS, "what answers does not speak PostgreSQL's protocol")
	}
}
