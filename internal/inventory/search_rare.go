package inventory

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// parts are the runs of letters and digits in a text that are long enough for a
// trigram; none where the text is one itself.
func parts(text string) []string {
	var long []string
	for _, part := range strings.FieldsFunc(text, separates) {
		if part != text && utf8.RuneCountInString(part) >= anywhere {
			long = append(long, part)
		}
	}
	return long
}

// separates reports whether the trigrams see an end of a word in the character.
func separates(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// sampleAge is for how long a sample of a table's texts tells what is rare in it.
const sampleAge = 5 * time.Minute

// fewestSampled is how many texts tell anything, and a part is rare that no more than
// one of rareOf texts holds.
const fewestSampled, rareOf = 50, 200

// samples are some texts of each table with a column search_text: they tell which
// parts of what is looked for hardly any row has, as far as they are enough to tell.
//
// An index keeps a list for each trigram and reads through that of every trigram
// of a text. Those of what nearly all rows have in common, a domain or a "host-"
// in front, are as long as the table: the trigrams of host-0042.unit.example took
// 100 ms among a million seats, those of 0042 take 1 ms. So the index is asked for
// the rare parts alone, and the few rows that these find are asked for the whole.
// What is found does not depend on the sample; a small table has none and needs none.
type samples struct {
	lock sync.Mutex
	of   map[string]sample
}

// sample is what was read of a table, and when.
type sample struct {
	texts []string
	at    time.Time
}

// rare tells which parts of the texts hardly a text of the table's sample holds. It reads a
// sample when that of before is too old; meanwhile others go by the old one.
func (s *samples) rare(ctx context.Context, q querier, now time.Time, table string, texts []string) (rare map[string]bool, err error) {
	var all []string
	for _, text := range texts {
		all = append(all, parts(text)...)
		for _, p := range begun(text) {
			all = append(all, p.text)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	sampled, err := s.texts(ctx, q, now, table)
	if err != nil || len(sampled) < fewestSampled {
		return nil, err
	}
	rare = map[string]bool{}
	for _, part := range all {
		have := 0
		for _, text := range sampled {
			if strings.Contains(text, part) {
				have++
			}
		}
		rare[part] = have*rareOf <= len(sampled)
	}
	return rare, nil
}

// texts is a table's sample.
func (s *samples) texts(ctx context.Context, q querier, now time.Time, table string) ([]string, error) {
	s.lock.Lock()
	was, known := s.of[table]
	if age := now.Sub(was.at); known && 0 <= age && age < sampleAge {
		s.lock.Unlock()
		return was.texts, nil
	}
	s.of[table] = sample{was.texts, now} // so that nobody else reads it, too
	s.lock.Unlock()
	texts, err := readSample(ctx, q, table)
	s.lock.Lock()
	defer s.lock.Unlock()
	if err != nil {
		s.of[table] = was
		return nil, err
	}
	s.of[table] = sample{texts, now}
	return texts, nil
}

// readSample reads some 500 texts of however many rows PostgreSQL last counted.
func readSample(ctx context.Context, q querier, table string) (texts []string, err error) {
	found, err := q.Query(ctx, `SELECT search_text FROM `+table+` TABLESAMPLE SYSTEM ((SELECT least(0.5, 50000 / greatest(reltuples, 1)) FROM pg_class WHERE oid = $1::regclass))`, table)
	if err != nil {
		return nil, fmt.Errorf("ask what is rare in a search: %w", err)
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var text string
		if err := found.Scan(&text); err != nil {
			return nil, fmt.Errorf("ask what is rare in a search: %w", err)
		}
		texts = append(texts, text)
	}
	return texts, found.Err()
}

// rarely is the pattern of a text's rare parts, which every text that holds it
// matches; empty when it has none.
func rarely(text string, rare map[string]bool) string {
	pattern := ""
	for _, part := range parts(text) {
		if rare[part] {
			pattern += "%" + part
		}
	}
	if pattern == "" {
		return ""
	}
	return pattern + "%"
}
