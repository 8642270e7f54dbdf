// Package licence keeps the figures of seat licences: what was purchased for
// the account, what of it was allocated to a business unit, how many seats were
// created from that and how many of them are consumed.
//
// The figures are counters, changed in the transaction of what they count and
// never computed by counting; Verify recounts them from outside. This package
// alone changes them, and under any concurrency
//
//	0 <= consumed <= created <= allocated        per business unit and seat type
//	sum(allocated) <= purchased                  per seat type
//
// holds: rows are locked and decided upon before they are written, so that a
// "no" is an answer and never an error of the database. (The CHECK constraints
// behind it are a safety net and not the way in which a no is found.)
//
// Counters are locked last in a transaction, allocations in the order of their
// ids and before the account's pool: a hot row is then held only until the
// commit, and two transactions never wait for each other.
package licence
