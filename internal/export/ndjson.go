package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// ndjsonLines is one JSON object per line, each with every column in the order asked,
// null where there is no value.
type ndjsonLines struct {
	columns []string
	// keys are what stands in front of each value.
	keys []string
	out  *bufio.Writer
	line bytes.Buffer
	json *json.Encoder
}

func newNDJSON(columns []string, out *bufio.Writer) *ndjsonLines {
	l := &ndjsonLines{columns: columns, out: out, keys: make([]string, len(columns))}
	for n, name := range columns {
		l.keys[n] = `,"` + name + `":` // names are letters
	}
	l.json = json.NewEncoder(&l.line)
	l.json.SetEscapeHTML(false)
	return l
}

func (l *ndjsonLines) head() error { return nil }

func (l *ndjsonLines) row(values []any) error {
	l.line.Reset()
	for n, v := range values {
		l.line.WriteString(l.keys[n])
		if t, ok := v.(time.Time); ok {
			v = instant(t)
		}
		if list, ok := v.([]string); ok && list == nil {
			v = []string{} // no values are a list without any
		}
		if err := l.json.Encode(v); err != nil {
			return fmt.Errorf("write the column %s: %w", l.columns[n], err)
		}
		l.line.Truncate(l.line.Len() - 1) // Encode ends with a newline
	}
	l.line.WriteString("}\n")
	object := l.line.Bytes()
	object[0] = '{' // the first key's comma
	_, err := l.out.Write(object)
	return err
}

func (l *ndjsonLines) flush() error { return l.out.Flush() }
