package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/lifecycle"
)

// tokenCommand mints a development token with the key that dev verifies with.
type tokenCommand struct {
	Role         []string      `placeholder:"ROLE" help:"A role, such as ADMIN or APPROVER; repeat it for several. Without one the token permits nothing."`
	BusinessUnit []string      `placeholder:"KEY" default:"*" help:"The key or id of a business unit that the bearer sees; repeat it for several. Left out: *, all of them. --business-unit= is none."`
	Subject      string        `placeholder:"NAME" help:"The stable name of the person; approvals tell people apart by it. Left out: dev- and the first role, such as dev-approver."`
	Name         string        `help:"The person's name."`
	Email        string        `help:"The person's e-mail address."`
	TTL          time.Duration `name:"ttl" default:"8h" help:"How long the token is good; 720h at most."`
}

// Run prints the token and nothing else on standard output, so that
// TOKEN=$(gatehouse token --role ADMIN) works. What a person should know goes to
// standard error. It refuses beside the settings of a real identity provider,
// where such a token would be worth nothing and its key a danger.
func (t tokenCommand) Run(c *config, h host) error {
	if err := c.noProductionKeys(); err != nil {
		return err
	}
	grant, err := t.grant()
	if err != nil {
		return err
	}
	dir, err := c.dataDir()
	if err != nil {
		return err
	}
	key, err := openDevKey(dir)
	if err != nil {
		return err
	}
	token, _, err := key.mint(grant, h.clock())
	if err != nil {
		return err
	}
	if key.isNew {
		fmt.Fprintf(h.stderr, "made a new development key: a dev that uses the data folder %s accepts this token, another does not\n", dir)
	}
	if len(grant.Roles) == 0 {
		fmt.Fprintf(h.stderr, "this token permits nothing; --role takes %s\n", roleNames())
	}
	_, err = fmt.Fprintln(h.stdout, token)
	return err
}

// grant reads the flags. It refuses a role that does not exist: the server would
// ignore it, and the token would be one that silently permits nothing.
func (t tokenCommand) grant() (devGrant, error) {
	g := devGrant{Subject: t.Subject, Name: t.Name, Email: t.Email, BusinessUnits: t.BusinessUnit, TTL: t.TTL}
	for _, name := range t.Role {
		role := lifecycle.Role(strings.ToUpper(name))
		if !slices.Contains(lifecycle.Roles, role) {
			return devGrant{}, fmt.Errorf("--role %s: there is no such role; the roles are %s", name, roleNames())
		}
		g.Roles = append(g.Roles, role)
	}
	if g.Subject == "" {
		g.Subject = "dev"
		if len(g.Roles) > 0 {
			g.Subject = "dev-" + strings.ReplaceAll(strings.ToLower(string(g.Roles[0])), "_", "-")
		}
	}
	return g, nil
}
