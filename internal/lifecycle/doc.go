// Package lifecycle is the table: who may do what, when, and what becomes of
// it. It decides in memory, from facts that the caller has read, and touches
// nothing.
//
// Read it in this order: status.go, seat.go and method.go for the words,
// permission.go for roles, table.go for the rows, decide.go for the order in
// which a row's conditions are tried. The mutations ask Decide, availableActions
// asks Available, and docs/lifecycle.md is printed from the same rows, so none
// of the three can say something else than the others. mutation.go says what a
// mutation asks for before any object is read.
//
// It imports the standard library and package refusal only.
package lifecycle
