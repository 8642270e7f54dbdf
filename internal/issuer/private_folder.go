package issuer

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files of a kept authority.
const (
	rootFile       = "root.pem"    // for those who are to trust it
	rootKeyFile    = "root.key"    // signs the next issuing authority; may be taken away
	issuingKeyFile = "issuing.key" // signs certificates
	chainFile      = "chain.pem"   // the issuing certificate, then the root
)

// OpenPrivate is the authority that is kept in a folder, made on first use
// (MakePrivate). The folder appears whole or not at all, so of two processes that
// begin at once one makes it and both use it. What is there is never replaced: a
// folder that lacks a file, or has one that cannot be read, is an error that says
// what to do.
func OpenPrivate(folder, organisation string, now time.Time) (*Private, error) {
	if p, err := loadPrivate(folder, now); err == nil || !errors.Is(err, errNoFolder) {
		return p, err
	}
	if err := keepPrivate(folder, organisation, now); err != nil {
		return nil, fmt.Errorf("make a certificate authority in %s: %w", folder, err)
	}
	return loadPrivate(folder, now)
}

// errNoFolder: there is no authority yet.
var errNoFolder = errors.New("there is no certificate authority yet")

// loadPrivate reads a kept authority.
func loadPrivate(folder string, now time.Time) (*Private, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, errNoFolder
	}
	var p *Private
	var key, chain []byte
	if err == nil {
		key, err = os.ReadFile(filepath.Join(folder, issuingKeyFile))
	}
	if err == nil {
		chain, err = os.ReadFile(filepath.Join(folder, chainFile))
	}
	if err == nil {
		p, err = ReadPrivate(key, chain, now)
	}
	if err != nil {
		return nil, fmt.Errorf("the certificate authority in %s cannot be used: %w; put its files back, or move the folder away to have a new one made, which nobody trusts yet", folder, err)
	}
	return p, nil
}

// keepPrivate makes an authority in a folder beside, and moves it to its place
// unless another process was quicker.
func keepPrivate(folder, organisation string, now time.Time) error {
	m, err := makeAuthority(now, organisation)
	if err != nil {
		return err
	}
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	beside, err := os.MkdirTemp(parent, "."+filepath.Base(folder)+"-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(beside) }() // what was moved is no longer there
	rootKey, err := keyText(m.rootKey)
	if err != nil {
		return err
	}
	issuingKey, err := keyText(m.issuingKey)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		text []byte
		mode fs.FileMode
	}{
		{rootKeyFile, rootKey, 0o600},
		{issuingKeyFile, issuingKey, 0o600},
		{rootFile, []byte(PEM(m.root.Raw)), 0o644},
		{chainFile, []byte(PEM(m.issuing.Raw, m.root.Raw)), 0o644},
	} {
		if err := writeDurably(filepath.Join(beside, file.name), file.text, file.mode); err != nil {
			return err
		}
	}
	_ = os.Remove(folder) // one that somebody made and left empty; with files in it, it stays
	if err := os.Rename(beside, folder); err != nil {
		if entries, readErr := os.ReadDir(folder); readErr == nil && len(entries) > 0 {
			return nil // another process was quicker: its authority is the one
		}
		return err
	}
	return nil
}

// keyText is a private key as PKCS#8 in PEM.
func keyText(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// writeDurably writes a new file and waits until the disk has it: certificates may
// be signed by the key before the machine loses its power.
func writeDurably(name string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
