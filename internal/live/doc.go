// Package live tells subscribers of committed changes.
//
// Each server has one Feed. It gives the events of its own transactions their
// numbers, hears of those that other servers have numbered, reads new events once
// for all its subscribers, and judges in memory whom each is for: by the event
// alone, with the business units and permissions of the subscriber's token. A
// subscription costs a place in a set and a bounded queue, and no goroutine; one
// that resumes from a cursor reads from the database until it has caught up.
//
// Nothing is missed and nothing comes twice: numbers have no gap, each subscription
// knows the last one that it was told of, and whoever finds a gap has slept longer
// than events are kept and is told so. A subscriber whose queue is full is cut off,
// and disturbs nobody.
package live
