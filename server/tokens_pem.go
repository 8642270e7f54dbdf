package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// readKeyFiles reads public keys and certificates from PEM files, any number in
// each. It refuses a file without a key, a private key (it does not belong on a
// server that only verifies), and a key that none of the algorithms uses. Which
// key a token was signed with is found by trying those that fit its algorithm.
func readKeyFiles(paths, algorithms []string) (keySource, error) {
	byAlgorithm := map[string][]jwt.VerificationKey{}
	for _, path := range paths {
		keys, err := readKeyFile(path)
		if err != nil {
			return keySource{}, fmt.Errorf("GATEHOUSE_JWT_PEM names %s: %w", path, err)
		}
		for _, key := range keys {
			var why error
			used := false
			for _, algorithm := range algorithms {
				if err := fits(algorithm, key); err != nil {
					why = errors.Join(why, err)
					continue
				}
				byAlgorithm[algorithm], used = append(byAlgorithm[algorithm], key), true
			}
			if !used {
				return keySource{}, fmt.Errorf("GATEHOUSE_JWT_PEM names %s, with a key that no accepted algorithm (%s) uses: %w", path, strings.Join(algorithms, ", "), why)
			}
		}
	}
	return keySource{algorithms: algorithms, find: func(_ context.Context, t *jwt.Token) (any, error) {
		keys := byAlgorithm[t.Method.Alg()]
		if len(keys) == 0 {
			return nil, fmt.Errorf("no key is used with %s", t.Method.Alg())
		}
		return jwt.VerificationKeySet{Keys: keys}, nil
	}}, nil
}

// readKeyFile reads the public keys of one file.
func readKeyFile(path string) ([]any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	var keys []any
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		key, err := publicKey(block)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no PEM block; a public key begins with -----BEGIN PUBLIC KEY-----")
	}
	return keys, nil
}

// publicKey reads one block.
func publicKey(block *pem.Block) (any, error) {
	switch block.Type {
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a public key in it cannot be read: %w", err)
		}
		return key, nil
	case "RSA PUBLIC KEY":
		key, err := x509.ParsePKCS1PublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("an RSA public key in it cannot be read: %w", err)
		}
		return key, nil
	case "CERTIFICATE":
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a certificate in it cannot be read: %w", err)
		}
		return certificate.PublicKey, nil
	}
	if block.Headers[devKeyHeader] != "" {
		return nil, errors.New("it holds a development key, which is for dev only")
	}
	if strings.HasSuffix(block.Type, "PRIVATE KEY") {
		return nil, errors.New("it holds a private key; the server only verifies tokens, so give it the public key alone")
	}
	return nil, fmt.Errorf("it holds a %q block; PUBLIC KEY and CERTIFICATE are read", block.Type)
}
