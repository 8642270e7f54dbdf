// Package view keeps how people look at lists: saved views, and what a list shows in
// a form for a URL.
//
// A list is an input of its own type (inventory.SeatListInput and the like). What is
// kept of it is JSON as the schema's arguments are written, so that a frontend passes
// it straight back as a variable; what a later version no longer knows of it is told
// and stays where it is.
//
// A saved view lends no rights. Whoever reads a list through it reads it with their
// own permissions and business units, its count included; what sharing shows to
// others is its name, its owner, and what it looks for.
package view

import (
	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// Views is the use cases and reads of saved views.
type Views struct {
	store     *store.Store
	read      store.Reader
	scopes    *scope.Resolver
	units     *businessunit.Units
	inventory *inventory.Inventory
	log       *auditlog.Log
}

// New makes them on a store.
func New(s *store.Store, scopes *scope.Resolver, units *businessunit.Units, inv *inventory.Inventory, log *auditlog.Log) *Views {
	return &Views{store: s, read: s.Read(), scopes: scopes, units: units, inventory: inv, log: log}
}
