package seatfile

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Row is one seat of a file. A nil pointer is a column that the file does not
// have, which leaves a value as it is; an empty cell clears it.
type Row struct {
	// Number counts as a spreadsheet does: the line of the columns' names is row 1,
	// a blank line counts, and a cell with line breaks in it is still in one row.
	Number int
	// SeatID is the seat_id as it stands in the file.
	SeatID string
	Name   *string
	Email  *string
	Phone  *string
	// Code is the enrollment code to use, CodeEmail the address to send it to.
	Code      *string
	CodeEmail *string
	// SeatType and BusinessUnit are what an exported file says of the seat: a type's
	// name and a business unit's key. Empty when the file does not say.
	SeatType     string
	BusinessUnit string
}

// cell is where the value of a column goes; nil for the columns that are passed over.
func (r *Row) cell(c Column) **string {
	switch c {
	case SeatName:
		return &r.Name
	case Email:
		return &r.Email
	case Phone:
		return &r.Phone
	case Code:
		return &r.Code
	case CodeEmail:
		return &r.CodeEmail
	}
	return nil
}

// Invites is the column in which the row says how its seat is to be enrolled; empty
// when it says nothing of that.
func (r Row) Invites() Column {
	for _, c := range []Column{Code, CodeEmail} {
		if cell := *r.cell(c); cell != nil && strings.TrimSpace(*cell) != "" {
			return c
		}
	}
	return ""
}

// Key is what two seat_ids have in common when they mean the same seat: without
// the space around them, composed (NFC), in lower case.
func Key(seatID string) string { return strings.ToLower(norm.NFC.String(strings.TrimSpace(seatID))) }
