// Package seatfile reads and writes files of seats: what an administrator keeps
// in a spreadsheet and hands over as CSV (RFC 4180).
//
// It is pure: it knows how such a file is spelled, which columns it has and how a
// row is counted, and nothing of databases, requests or permissions. The server's
// importSeats and the command line read with the same Reader, so that a file which
// the command line lets through is not refused by the server for its spelling.
//
//	NewReader   a file of seats, row by row, however long it is
//	NewWriter   the same, as it is sent on
//	NewReport   what became of each row
//	NewExport   seats as a file that NewReader reads again
package seatfile
