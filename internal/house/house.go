// Package house puts the use cases together over one store: for the server, for
// the demo data, and for tests.
package house

import (
	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/profile"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// House is every use case of the product.
type House struct {
	Store     *store.Store
	Scopes    *scope.Resolver
	Units     *businessunit.Units
	Licences  *licence.Licences
	Profiles  *profile.Profiles
	Inventory *inventory.Inventory
	Log       *auditlog.Log
}

// Open puts them over a store; keys seal what may be shown again.
func Open(s *store.Store, keys *sealed.Keys) (*House, error) {
	scopes, err := scope.NewResolver(s.Read())
	if err != nil {
		return nil, err
	}
	units := businessunit.New(s, scopes)
	profiles := profile.New(s, scopes, units)
	log := auditlog.New(s, scopes)
	return &House{
		Store: s, Scopes: scopes, Units: units, Licences: licence.New(s, scopes, units), Profiles: profiles, Log: log,
		Inventory: inventory.New(s, keys, scopes, units, profiles, log),
	}, nil
}
