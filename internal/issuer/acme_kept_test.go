package issuer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"gatehouse/internal/issuer"
)

// kept is accounts and challenges in memory.
type kept struct {
	mu         sync.Mutex
	accounts   map[string]issuer.ACMEAccount
	challenges map[string]string
}

func (k *kept) Load(_ context.Context, directory string) (issuer.ACMEAccount, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, found := k.accounts[directory]
	return a, found, nil
}

func (k *kept) Add(_ context.Context, a issuer.ACMEAccount) (issuer.ACMEAccount, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, found := k.accounts[a.Directory]; !found {
		k.accounts[a.Directory] = a
	}
	return k.accounts[a.Directory], nil
}

func (k *kept) Locate(_ context.Context, directory, location string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.accounts[directory]
	a.Location = location
	k.accounts[directory] = a
	return nil
}

func (k *kept) Put(_ context.Context, token, keyAuthorization string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.challenges[token] = keyAuthorization
	return nil
}

func (k *kept) Get(_ context.Context, token string) (string, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	text, found := k.challenges[token]
	return text, found, nil
}

func (k *kept) Delete(_ context.Context, token string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.challenges, token)
	return nil
}

// waiting is how many challenges are answered.
func (k *kept) waiting() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.challenges)
}

// keeper keeps progress as the database does.
type keeper struct{ progress json.RawMessage }

func (k *keeper) keep(_ context.Context, progress json.RawMessage) error {
	k.progress = bytes.Clone(progress)
	return nil
}
