package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	usecases "gatehouse/internal/house"
	"gatehouse/internal/issuer"
)

// publishedAt is where what the built-in authority publishes is reached; empty when
// no setting tells.
func (c *config) publishedAt() string { return cmp.Or(c.RevocationURL, c.PublicURL) }

// revocationURL checks the address that certificates name for as long as they live.
func (c *config) revocationURL() error {
	if c.RevocationURL == "" {
		return nil
	}
	u, err := url.Parse(c.RevocationURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsFunc(c.RevocationURL, notASCII) {
		return fmt.Errorf("GATEHOUSE_REVOCATION_URL is %q; certificates name it, so it is an http or https URL of ASCII characters, without a query, such as http://pki.example.com", c.RevocationURL)
	}
	return nil
}

// notASCII reports whether a certificate's address cannot hold a character.
func notASCII(r rune) bool { return r <= ' ' || r > '~' }

// tellWhatIsNotPublished logs what nobody will learn of revoked certificates.
func tellWhatIsNotPublished(ctx context.Context, o opening) {
	private := o.authorities.private
	switch {
	case private == nil:
	case !private.SignsLists() && !private.AnswersOCSP():
		o.log.WarnContext(ctx, "the built-in certificate authority can sign neither lists of revoked certificates (the key usage of its certificate lacks cRLSign) nor OCSP answers (its key is an Ed25519 one): nobody learns from it what is revoked")
	case !private.SignsLists():
		o.log.WarnContext(ctx, "the built-in certificate authority may not sign lists of revoked certificates, since the key usage of its certificate lacks cRLSign: there are none, and OCSP alone tells what is revoked")
	case !private.AnswersOCSP():
		o.log.WarnContext(ctx, "the built-in certificate authority has an Ed25519 key, with which OCSP answers cannot be signed here: lists of revoked certificates alone tell what is revoked")
	}
	if private != nil && !private.SaysWhere() {
		o.log.WarnContext(ctx, "neither GATEHOUSE_REVOCATION_URL nor GATEHOUSE_PUBLIC_URL is set: new certificates do not say where it can be learned that they are revoked")
	}
}

// formerCAs are the authorities of before. A file that does not fit is refused, also
// one whose certificate has ended: then nothing that it issued is valid any more.
func (s caSettings) formerCAs(now time.Time) (all []*issuer.Private, err error) {
	for _, file := range s.CAFormer {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("GATEHOUSE_CA_FORMER cannot be read: %w", err)
		}
		former, err := issuer.ReadPrivate(text, text, now)
		if err != nil {
			return nil, fmt.Errorf("GATEHOUSE_CA_FORMER names %s, which cannot be used: %w; put it right, or take it out when all that it issued has ended", file, err)
		}
		all = append(all, former)
	}
	return all, nil
}

// publish makes the built-in certificate authority and former ones known to all
// servers, except who can tell nobody anything, and is what this server tells
// everybody: also of authorities whose key it does not have, as far as it can.
func publish(ctx context.Context, h *usecases.House, o opening) (*publication, error) {
	own := map[string]*issuer.Private{}
	for _, authority := range append([]*issuer.Private{o.authorities.private}, o.authorities.former...) {
		if authority == nil || !authority.SignsLists() && !authority.AnswersOCSP() {
			continue
		}
		if err := h.Inventory.AnnounceAuthority(ctx, authority.KeyID(), authority.Chain()[0]); err != nil {
			return nil, err
		}
		own[authority.KeyID()] = authority
	}
	return &publication{
		list: h.Inventory.RevocationList,
		certificate: func(ctx context.Context, keyID string) ([]byte, error) {
			if authority := own[keyID]; authority != nil {
				return authority.Chain()[0], nil // it may have been renewed since it was announced
			}
			return h.Inventory.AuthorityCertificate(ctx, keyID)
		},
		answer: func(ctx context.Context, request []byte) (issuer.OCSPAnswer, error) {
			for _, authority := range own {
				answer, err := authority.AnswerOCSP(ctx, request, h.Store.Now(ctx), h.Inventory.KnownTo(authority.KeyID()))
				if err != nil || !answer.Unauthorized() {
					return answer, err
				}
			}
			return issuer.NoOCSPAnswer(), nil
		},
		log: o.log, clock: o.clock,
	}, nil
}
