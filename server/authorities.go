package main

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// authorities are the certificate authorities that a server asks; nil is one that
// is not set up.
type authorities struct {
	private *issuer.Private
	// former are built-in ones of before, which issue nothing.
	former []*issuer.Private
	acme   *issuer.ACMEOptions
}

// authorities are those of the settings. What the built-in one publishes is reached
// where a setting says, or else where people reach the server; without either it
// publishes all the same, and its certificates do not say where.
func (c *config) authorities(now time.Time) (authorities, error) {
	private, err := c.privateCA(now)
	if err != nil {
		return authorities{}, err
	}
	if private != nil {
		private = private.PublishAt(c.publishedAt())
	}
	former, err := c.formerCAs(now)
	if err != nil {
		return authorities{}, err
	}
	acme, err := c.acme()
	return authorities{private: private, former: former, acme: acme}, err
}

// authoritiesForDev are those of the settings; without a built-in one, it is that
// of the data folder, which is made when it is not there. Where no setting tells,
// what it publishes is reached at the address of dev.
func (c *config) authoritiesForDev(now time.Time, address string) (authorities, error) {
	a, err := c.authorities(now)
	if err != nil {
		return a, err
	}
	at := cmp.Or(c.publishedAt(), address)
	if a.private != nil {
		a.private = a.private.PublishAt(at)
		return a, nil
	}
	dir, err := c.dataDir()
	if err != nil {
		return authorities{}, err
	}
	if err := makeDataDir(dir); err != nil {
		return authorities{}, err
	}
	private, err := issuer.OpenPrivate(devCAPath(dir), devOrganisation, now)
	if err != nil {
		return authorities{}, err
	}
	a.private = private.PublishAt(at)
	return a, nil
}

// devOrganisation is whose the certificate authority of a data folder is.
const devOrganisation = "Gatehouse development"

// devCAPath is where the certificate authority of a data folder lies.
func devCAPath(dir string) string { return filepath.Join(dir, "ca") }

// privateSet refuses half of a built-in authority.
func (s caSettings) privateSet() error {
	switch {
	case s.CAKey == "" && s.CAChain != "":
		return errors.New("GATEHOUSE_CA_CHAIN is set without GATEHOUSE_CA_KEY, the key of its first certificate: set GATEHOUSE_CA_KEY_FILE, or neither")
	case s.CAKey != "" && s.CAChain == "":
		return errors.New("GATEHOUSE_CA_KEY is set without GATEHOUSE_CA_CHAIN, the file of its certificates: set both, or neither")
	}
	return nil
}

// privateCA is the built-in authority of the settings; nil when there is none. It
// refuses a key and a chain that do not fit, and never repeats the key.
func (s caSettings) privateCA(now time.Time) (*issuer.Private, error) {
	if err := s.privateSet(); err != nil || s.CAKey == "" {
		return nil, err
	}
	chain, err := os.ReadFile(s.CAChain)
	if err != nil {
		return nil, fmt.Errorf("GATEHOUSE_CA_CHAIN cannot be read: %w", err)
	}
	private, err := issuer.ReadPrivate([]byte(s.CAKey), chain, now)
	if err != nil {
		return nil, fmt.Errorf("GATEHOUSE_CA_KEY and GATEHOUSE_CA_CHAIN cannot be used: %w", err)
	}
	return private, nil
}

// acme are the options of the public authority; nil when none is asked. It asks
// nobody yet.
func (s acmeSettings) acme() (*issuer.ACMEOptions, error) {
	if s.ACMEDirectory == "" {
		if s.ACMERoots != "" || s.ACMEEABKeyID != "" || s.ACMEEABKey != "" || s.ACMEDNSCommand != "" || len(s.ACMEContact) > 0 {
			return nil, errors.New("GATEHOUSE_ACME_DIRECTORY is not set, and other settings of GATEHOUSE_ACME_ are: it is the address of the public authority, such as https://acme.example.com/directory")
		}
		return nil, nil
	}
	roots, err := s.acmeRoots()
	if err != nil {
		return nil, err
	}
	if s.ACMEDNSCommand != "" {
		if _, err := exec.LookPath(s.ACMEDNSCommand); err != nil {
			return nil, fmt.Errorf("GATEHOUSE_ACME_DNS_COMMAND cannot be run: %w", err)
		}
	}
	o := &issuer.ACMEOptions{
		Directory: s.ACMEDirectory, Contact: s.ACMEContact, RootCAs: roots,
		EABKeyID: s.ACMEEABKeyID, EABKey: s.ACMEEABKey, DNSCommand: s.ACMEDNSCommand,
	}
	if _, err := issuer.NewACME(*o); err != nil {
		return nil, fmt.Errorf("the settings of GATEHOUSE_ACME_ cannot be used: %w", err)
	}
	return o, nil
}

// acmeRoots are whom the directory's own server is trusted by; nil means the
// system's roots.
func (s acmeSettings) acmeRoots() (*x509.CertPool, error) {
	if s.ACMERoots == "" {
		return nil, nil
	}
	text, err := os.ReadFile(s.ACMERoots)
	if err != nil {
		return nil, fmt.Errorf("GATEHOUSE_ACME_ROOTS cannot be read: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("GATEHOUSE_ACME_ROOTS names %s, in which there is no certificate in PEM", s.ACMERoots)
	}
	return roots, nil
}

// asked are the authorities as the use cases ask them. What the public one is to
// know us by is kept by the store, for all servers. It is told apart because it asks
// back: acme is nil when there is none.
func (a authorities) asked(s *store.Store, keys *sealed.Keys) (by map[lifecycle.Issuer]issuer.Issuer, acme *issuer.ACME, err error) {
	by = map[lifecycle.Issuer]issuer.Issuer{}
	if a.private != nil {
		by[lifecycle.IssuerBuiltIn] = a.private
	}
	if a.acme == nil {
		return by, nil, nil
	}
	kept := inventory.NewACMEStore(s, keys)
	o := *a.acme
	o.Accounts, o.Challenges = kept, kept
	if acme, err = issuer.NewACME(o); err != nil {
		return nil, nil, err
	}
	by[lifecycle.IssuerACME] = acme
	return by, acme, nil
}
