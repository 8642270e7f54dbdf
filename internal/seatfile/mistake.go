package seatfile

import "fmt"

// Mistake is why a file cannot be read as a file of seats. The whole file is then
// refused: a row that cannot be read leaves the rows behind it in doubt, and a
// file that has slipped by one column must not be half imported.
type Mistake struct {
	// Row is where it is, as a spreadsheet counts; 0 when it is about the whole file.
	Row int
	// Sentence says what is wrong and what would be right, without the row.
	Sentence string
}

// Error is the sentence with the row.
func (m *Mistake) Error() string {
	if m.Row == 0 {
		return "The file cannot be read: " + m.Sentence + "."
	}
	return fmt.Sprintf("The file cannot be read at row %d: %s.", m.Row, m.Sentence)
}

// mistake makes a Mistake.
func mistake(row int, format string, args ...any) *Mistake {
	return &Mistake{Row: row, Sentence: fmt.Sprintf(format, args...)}
}
