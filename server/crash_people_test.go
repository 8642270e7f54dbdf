package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
)

// redeem is what a person does: some of the first lock the enrollment by wrong codes
// (early, for when a lock is due and its judge was killed, it comes a minute later),
// a third tries one; half repeat the same call until they have an
// answer, the others look first, and a tenth gives up when an answer is lost.
func (c *crash) redeem(ctx context.Context, g *guest) error {
	switch {
	case g.n%20 == 0 && g.n < 200:
		if err := c.lockAndUnlock(ctx, g); err != nil {
			return fmt.Errorf("locking: %w", err)
		}
	case g.n%3 == 0:
		if err := c.mistype(ctx, g); err != nil {
			return fmt.Errorf("a wrong code: %w", err)
		}
	}
	if g.n%10 == 7 {
		if _, err := g.try(ctx, g.code, ""); !errors.Is(err, errLost) {
			return err
		}
		c.lost.Add(1)
		return nil
	}
	return c.take(ctx, g)
}

// mistype tries a wrong code until it is told so.
func (c *crash) mistype(ctx context.Context, g *guest) error {
	for turn := 0; ; {
		got, err := g.try(ctx, g.wrong(1), fmt.Sprintf("mistyped-%d", turn))
		if err == nil && got.no() == "WRONG_CODE" {
			c.wrong.Add(1)
			return nil
		}
		if got.lockedOut() {
			turn++
		}
		if err = c.again(ctx, g, got, err); err != nil {
			return err
		}
	}
}

// lockedOut: the attempt was not judged, for it is locked, or is about to be.
func (r redeemed) lockedOut() bool {
	return r.no() == "INVALID_STATE" && r.Invitation.Status != "REDEEMED"
}

// lockAndUnlock tries wrong codes until no more are judged, and has an officer unlock.
func (c *crash) lockAndUnlock(ctx context.Context, g *guest) error {
	for k := 0; ; {
		got, err := g.try(ctx, g.wrong(k), fmt.Sprintf("guess-%d", k))
		switch {
		case err == nil && got.Invitation.Status == "LOCKED":
			if got.no() == "WRONG_CODE" {
				c.wrong.Add(1)
			}
			c.locked.Add(1)
			return c.unlock(ctx, g)
		case err == nil && got.no() == "WRONG_CODE":
			c.wrong.Add(1)
			k++
			continue
		case got.lockedOut(): // who judged the last one was killed: the lock is due
			k++
			err = pause(ctx)
		default:
			err = c.again(ctx, g, got, err)
		}
		if err != nil {
			return err
		}
	}
}

// unlock repeats until it is done.
func (c *crash) unlock(ctx context.Context, g *guest) error {
	key := fmt.Sprintf("unlock-%d-%d", g.n, c.unlocked.Add(1))
	for {
		var got struct {
			UnlockEnrollment struct {
				UserErrors []struct{ Code, Message string }
			}
		}
		err := c.call(ctx, c.admin, `mutation ($input: UnlockEnrollmentInput!) { unlockEnrollment(input: $input) { userErrors { code message } } }`,
			map[string]any{"input": map[string]any{"id": g.enrollment, "idempotencyKey": key}}, &got)
		if err == nil && len(got.UnlockEnrollment.UserErrors) > 0 {
			err = fmt.Errorf("unlocking is refused: %v", got.UnlockEnrollment.UserErrors)
		}
		if err == nil {
			return nil
		}
		if err := c.again(ctx, g, redeemed{}, err); err != nil {
			return err
		}
	}
}

// take tries the right code until the certificate is there. Who is locked out calls
// an officer, and begins anew.
func (c *crash) take(ctx context.Context, g *guest) error {
	key, turn := "", 0
	if g.n%2 == 0 {
		key = "take"
	}
	for asked := false; ; {
		if asked && key == "" { // without a key, one looks before trying again
			s, err := g.look(ctx)
			if err == nil && s.Certificate != nil {
				return g.has(s)
			}
			if err != nil || s.Issuance != nil && s.Issuance.State == "REQUESTED" {
				if err := c.again(ctx, g, redeemed{}, err); err != nil {
					return err
				}
				continue
			}
		}
		got, err := g.try(ctx, g.code, key)
		asked = true
		if err == nil && got.no() == "" && got.Invitation.Certificate != nil {
			return g.has(got.Invitation)
		}
		if got.lockedOut() && key != "" { // what is kept under the old key is that refusal
			turn++
			key = fmt.Sprintf("take-%d", turn)
		}
		if err := c.again(ctx, g, got, err); err != nil {
			return err
		}
	}
}

// again pauses after a lost answer, or one that is not the last word, and has an
// officer unlock what is locked; anything else is why not.
func (c *crash) again(ctx context.Context, g *guest, got redeemed, err error) error {
	switch {
	case errors.Is(err, errLost):
		c.lost.Add(1)
	case err != nil:
		return err
	case got.lockedOut() && got.Invitation.Status == "LOCKED":
		return c.unlock(ctx, g)
	case got.lockedOut(), got.no() == "ISSUING": // the lock is due, or a call before was heard
	case got.no() != "":
		return fmt.Errorf("refused: %+v", got.UserErrors)
	case got.Invitation != nil && got.Invitation.Issuance != nil && got.Invitation.Issuance.State == "FAILED":
		return fmt.Errorf("not issued: %s", got.Invitation.Issuance.Reason)
	}
	return pause(ctx)
}

// has holds a certificate against the root and the key.
func (g *guest) has(s *standing) error {
	block, _ := pem.Decode([]byte(s.Certificate.Pem))
	if block == nil {
		return fmt.Errorf("%q is no certificate", s.Certificate.Pem)
	}
	return g.fits(block.Bytes)
}
