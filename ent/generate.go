// Package ent is the entity layer: schema/ is written by hand, one file per
// entity; generated/ is ent's output and never edited (make generate).
package ent

//go:generate go run entc.go
