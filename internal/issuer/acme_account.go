package issuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"

	"github.com/mholt/acmez/v3/acme"
)

// account is the account with the directory that all servers share. Where there is
// none it is made: the key is kept first, so that a crash before the authority's
// answer makes no second one.
func (a *ACME) account(ctx context.Context) (acme.Account, error) {
	kept, found, err := a.options.Accounts.Load(ctx, a.options.Directory)
	if err == nil && !found {
		kept, err = a.newAccount(ctx)
	}
	if err != nil {
		return acme.Account{}, fmt.Errorf("issuer: the account with %s: %w", a.options.Directory, err)
	}
	key, err := readKey(kept.Key)
	if err != nil {
		return acme.Account{}, fmt.Errorf("issuer: the key of the account with %s cannot be read", a.options.Directory)
	}
	account := acme.Account{PrivateKey: key, Location: kept.Location}
	if kept.Location == "" {
		return a.register(ctx, account)
	}
	return account, nil
}

// newAccount makes and keeps a key.
func (a *ACME) newAccount(ctx context.Context) (ACMEAccount, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ACMEAccount{}, err
	}
	text, err := keyText(key)
	if err != nil {
		return ACMEAccount{}, err
	}
	return a.options.Accounts.Add(ctx, ACMEAccount{Directory: a.options.Directory, Key: text})
}

// register has the authority know the account's key, and keeps the URL by which it
// does. An authority that knows it already answers with the same (RFC 8555 section
// 7.3.1).
func (a *ACME) register(ctx context.Context, account acme.Account) (acme.Account, error) {
	anew := acme.Account{PrivateKey: account.PrivateKey, TermsOfServiceAgreed: true}
	for _, address := range a.options.Contact {
		anew.Contact = append(anew.Contact, "mailto:"+address)
	}
	if a.options.EABKeyID != "" {
		if err := anew.SetExternalAccountBinding(ctx, a.client, acme.EAB{KeyID: a.options.EABKeyID, MACKey: a.options.EABKey}); err != nil {
			return account, fmt.Errorf("issuer: bind the account with %s: %w", a.options.Directory, err)
		}
	}
	made, err := a.client.NewAccount(ctx, anew)
	if err != nil {
		return account, fmt.Errorf("issuer: open an account with %s: %w", a.options.Directory, err)
	}
	if err := a.options.Accounts.Locate(ctx, a.options.Directory, made.Location); err != nil {
		return account, fmt.Errorf("issuer: keep the account with %s: %w", a.options.Directory, err)
	}
	return acme.Account{PrivateKey: account.PrivateKey, Location: made.Location}, nil
}
