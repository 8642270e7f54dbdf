package lifecycle

import "io"

// CodeAlphabet is the set of characters that an enrollment code is made of.
type CodeAlphabet string

// The values of CodeAlphabet.
const (
	// Digits: 0 to 9.
	Digits CodeAlphabet = "DIGITS"
	// LettersAndDigits: letters and digits, without those that look alike.
	LettersAndDigits CodeAlphabet = "LETTERS_AND_DIGITS"
)

// CodeAlphabets lists the values of CodeAlphabet.
var CodeAlphabets = []CodeAlphabet{Digits, LettersAndDigits}

// MarshalGQL writes the value as a GraphQL enum value.
func (v CodeAlphabet) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *CodeAlphabet) UnmarshalGQL(x any) error { return readEnum(x, v, CodeAlphabets) }
