// Package accounting proves that the seat accounts are never wrong, whatever
// happens at once. Everything in it is a test.
//
// A check draws a small organisation and a number of scripts: random steps such as
// allocate, create, request, approve, enroll, redeem with a right code or a wrong one,
// attach, renew, link, import, discover, suspend, revoke, delete, expire.
// All scripts are then played at the same time on one database, half of them in
// this process and half in another, each by a goroutine of its own. There are few
// licences, few seatIds and few people, so that the scripts get in each other's
// way. When all are through, the database is recounted by statements that share
// nothing with the product (and by the product's own gatehouse verify): what
// domain.md section 2 promises holds, counters equal rows, and the audit tells
// every change, once, and every refusal that a caller was given.
//
// Beside it each seat type is walked through the life of a seat, step by step, and
// the three figures are held to a table that is written from domain.md alone.
//
// A refusal is an answer and no failure; a fault is always one.
//
//	go test ./internal/accounting -v                      says how often what was done and refused
//	go test ./internal/accounting -rapid.checks=2000      looks longer
//	go test ./internal/accounting -rapid.seed=…           draws again what has failed
//
// A seed draws the same scripts again. How they interleave is up to the machine: a
// failure that was a race may need several runs to come back, which is why the first
// one tells all that it saw.
package accounting
