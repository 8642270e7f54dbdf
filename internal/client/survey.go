package client

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"time"

	"gatehouse/internal/seatfile"
)

// MostRows is how many seats one file may have. It bounds what is remembered of
// each, and is more than fits into a spreadsheet.
const MostRows = 2_000_000

// Import says what is to be done with a file of seats.
type Import struct {
	Unit      Unit
	SeatType  string
	Operation seatfile.Operation
	// ProfileID and ExpiresAt are left out when they are zero.
	ProfileID string
	ExpiresAt time.Time
	DryRun    bool
}

// Survey is what the first pass over a file found: that every row can be read, how
// many there are, and which seat_ids stand twice.
type Survey struct {
	// Rows is how many seats the file has.
	Rows int
	// key begins the idempotency keys: the same for the same file and import.
	key string
	sum [sha256.Size]byte
	// first has, for each seat_id, the row that names it first. The seat_id is kept
	// as a hash of 64 bits under a seed of this process: 16 bytes for each, whatever
	// its length. That two of two million have the same by chance happens once in
	// ten million files, and says DUPLICATE of a row that can be sent alone.
	first map[uint64]uint32
	seed  maphash.Seed
}

// Survey reads the whole file before anything is sent. It refuses what cannot be
// read (*seatfile.Mistake), an exported file of other seats than the import is about
// (imported as these, it would make them anew), and codes that go with no profile.
func (i Import) Survey(ctx context.Context, file io.Reader) (*Survey, error) {
	s := &Survey{first: map[uint64]uint32{}, seed: maphash.MakeSeed()}
	sum := sha256.New()
	rows, err := seatfile.NewReader(io.TeeReader(file, sum))
	if err != nil {
		return nil, err
	}
	for {
		if s.Rows%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if s.Rows++; s.Rows > MostRows {
			return nil, fmt.Errorf("the file has more than %d seats; split it into several, each with the first line", MostRows)
		}
		if err := i.fits(row); err != nil {
			return nil, err
		}
		if key := s.hash(row); key != 0 {
			if _, known := s.first[key]; !known {
				s.first[key] = uint32(row.Number)
			}
		}
	}
	sum.Sum(s.sum[:0])
	rounds := 1
	if slices.Contains(rows.Columns(), seatfile.Code) {
		rounds = guardedRounds
	}
	return s, s.name(i, rounds)
}

// fits refuses a row that an export wrote of a seat of another type or business unit,
// and one that says how to enroll a seat when the import enrolls none: it would be
// passed over in silence.
func (i Import) fits(row seatfile.Row) error {
	if row.SeatType != "" && row.SeatType != i.SeatType {
		return &seatfile.Mistake{Row: row.Number, Sentence: fmt.Sprintf("its seat_type is %s and the import is of %s; a file has seats of one type (seats export --type %s), or no column seat_type", row.SeatType, i.SeatType, i.SeatType)}
	}
	if row.BusinessUnit != "" && row.BusinessUnit != i.Unit.Key {
		return &seatfile.Mistake{Row: row.Number, Sentence: fmt.Sprintf("its business_unit is %s and the import is into %s; a file has seats of one business unit (seats export --business-unit %s), or no column business_unit", row.BusinessUnit, i.Unit.Key, i.Unit.Key)}
	}
	if column := row.Invites(); column != "" && i.ProfileID == "" && i.Operation == seatfile.CreateOrUpdate {
		return &seatfile.Mistake{Row: row.Number, Sentence: fmt.Sprintf("it has an %s, and without --profile nobody is enrolled; name the profile to enroll under, or take the column out", column)}
	}
	return nil
}

// hash stands for a row's seat; 0 for a row that names none.
func (s *Survey) hash(row seatfile.Row) uint64 {
	key := seatfile.Key(row.SeatID)
	if key == "" {
		return 0
	}
	return maphash.String(s.seed, key)
}

// doubled is the row that named a row's seat before it; 0 when there is none.
func (s *Survey) doubled(row seatfile.Row) int {
	key := s.hash(row)
	if first := int(s.first[key]); key != 0 && first != row.Number {
		return first
	}
	return 0
}

// name derives the idempotency keys from all that the outcome depends on. The
// number in it is raised when files are cut into batches in another way.
func (s *Survey) name(i Import, rounds int) error {
	text, err := json.Marshal(struct {
		File                    [sha256.Size]byte
		Unit, Type, Does, Under string
		Until                   time.Time
	}{s.sum, i.Unit.ID, i.SeatType, string(i.Operation), i.ProfileID, i.ExpiresAt.UTC()})
	if err != nil {
		return fmt.Errorf("name the file: %w", err)
	}
	slow, err := pbkdf2.Key(sha256.New, string(text), []byte(keyVersion), rounds, sha256.Size)
	if err != nil {
		return fmt.Errorf("name the file: %w", err)
	}
	s.key = keyVersion + hex.EncodeToString(slow)
	return nil
}

const (
	keyVersion = "seats-import-1:"
	// guardedRounds makes the key of a file with codes cost a quarter of a second. The
	// server keeps keys for a day as they are: whoever has a dump of them, and all of
	// the file but one code of six digits, would find that in no time by trying.
	guardedRounds = 600_000
)
