// Package client is the command line's side of the API: it sends what a person
// asked for to a Gatehouse over HTTP, and does nothing that another client of the
// API could not do too.
//
//	client.go   one question, one answer
//	patience.go the same, asked again while the server cannot answer
//	failure.go  why there is no answer, in a sentence that says what to do
//	units.go    business units by key or id
//	survey.go   the first pass over a file of seats: is it sound, how long is it
//	batch.go    a part of the file, as long as one call takes
//	transfer.go the second pass: batch after batch, and what became of each row
//	export.go   seats, page after page
//
//	sightings.go    certificates, part after part, and what became of each
//	certificates.go those of files
//	discovered.go   those that were found on the network
package client
