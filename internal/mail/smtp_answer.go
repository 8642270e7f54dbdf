package mail

import (
	"errors"
	"net/textproto"
	"strings"
)

// mostSaid is how many characters of a server's answer are kept.
const mostSaid = 200

// answer is a server's code and the first line of what it said, cleaned and clipped;
// without a code, what else went wrong.
func answer(err error) (code int, said string) {
	said = err.Error()
	var reply *textproto.Error
	if errors.As(err, &reply) {
		code, said = reply.Code, reply.Msg
	}
	said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
	return code, strings.TrimSuffix(clip(line(said), mostSaid), ".")
}
