package issuer

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mholt/acmez/v3/acme"
)

// verdicts are the problems (RFC 8555 section 6.7) that asking again does not
// change, each with what it means to the invited person; %s is the names it is
// about. What is not here, such as rateLimited or serverInternal, is worth another
// try, as is an authority that cannot be reached.
var verdicts = map[string]string{
	acme.ProblemTypeRejectedIdentifier:    "The certificate authority issues no certificate for %s.",
	acme.ProblemTypeUnsupportedIdentifier: "The certificate authority issues no certificate for names such as %s.",
	acme.ProblemTypeCAA:                   "The CAA records in the DNS of %s do not allow this certificate authority. Have them changed, then try again.",
	acme.ProblemTypeDNS:                   "The certificate authority did not find in the DNS what proves that %s is yours. Have it set up, then try again.",
	acme.ProblemTypeConnection:            "The certificate authority could not reach %s to see that it is yours. See that it leads to this server, then try again.",
	acme.ProblemTypeTLS:                   "The certificate authority could not reach %s safely to see that it is yours. See that it leads to this server, then try again.",
	acme.ProblemTypeUnauthorized:          "The certificate authority did not get the answer that proves that %s is yours. See that it leads to this server, then try again.",
	acme.ProblemTypeIncorrectResponse:     "The certificate authority got another answer than the one that proves that %s is yours. See that it leads to this server, then try again.",
	acme.ProblemTypeBadCSR:                "The certificate authority does not accept the certificate request for %s. Make another, with another key, then try again.",
	acme.ProblemTypeBadPublicKey:          "The certificate authority does not accept the key for %s. Make another key and request, then try again.",
	acme.ProblemTypeBadSignatureAlgorithm: "The certificate authority does not accept how the request for %s is signed. Make another, then try again.",

	acme.ProblemTypeExternalAccountRequired: ownersMatter,
	acme.ProblemTypeUserActionRequired:      ownersMatter,
	acme.ProblemTypeInvalidContact:          ownersMatter,
	acme.ProblemTypeUnsupportedContact:      ownersMatter,
}

// ownersMatter is about the account, which the invited person cannot change.
const ownersMatter = "The certificate authority does not accept this server's account with it, so nothing was issued for %s; the administrators of Gatehouse find the reason in its log."

// answer makes an error that is the authority's final no a *No, which says it in
// one sentence of ours; what the authority wrote is in its cause. Others stay as
// they are.
func answer(err error, hosts []string) error {
	var no *No
	var problem acme.Problem
	if err == nil || errors.As(err, &no) || !errors.As(err, &problem) {
		return err
	}
	verdict, names := judged(problem)
	if verdict == "" {
		return err
	}
	if len(names) == 0 {
		names = hosts
	}
	return &No{Reason: fmt.Sprintf(verdict, strings.Join(names, ", ")), Cause: err}
}

// judged is what a problem means, and which names it is about; empty for one that
// is worth another try. Where it has several parts, one that is final decides.
func judged(problem acme.Problem) (verdict string, names []string) {
	if authorization, is := problem.Resource.(acme.Authorization); is {
		names = []string{authorization.IdentifierValue()}
	}
	for _, part := range problem.Subproblems {
		if sentence := verdicts[part.Type]; sentence != "" {
			if verdict == "" {
				verdict = sentence
			}
			if sentence == verdict && publicHost(strings.ToLower(part.Identifier.Value)) {
				names = append(names, part.Identifier.Value)
			}
		}
	}
	sentence := verdicts[problem.Type]
	switch {
	case problem.Type == acme.ProblemTypeUnauthorized && len(names) == 0:
		return ownersMatter, nil // not about a name, so about the account
	case sentence != "":
		return sentence, names
	}
	return verdict, names
}

// problemOf reports whether the error is a problem of that type.
func problemOf(err error, kind string) bool {
	var problem acme.Problem
	return errors.As(err, &problem) && problem.Type == kind
}
