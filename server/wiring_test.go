package main

import (
	"testing"

	"gatehouse/internal/demo"
)

// TestTheDemosPeople shows that who signs in to dev is the person of the demo's
// audit log: nobody approves their own request by signing in.
func TestTheDemosPeople(t *testing.T) {
	t.Parallel()
	if demo.Issuer != devIssuer {
		t.Errorf("the demo's people are of %q, those who sign in to dev of %q", demo.Issuer, devIssuer)
	}
}
