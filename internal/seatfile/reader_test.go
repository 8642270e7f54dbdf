package seatfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/seatfile"
)

// rows reads a whole file.
func rows(file io.Reader) ([]seatfile.Row, error) {
	r, err := seatfile.NewReader(file)
	if err != nil {
		return nil, err
	}
	var out []seatfile.Row
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, row)
	}
}

func ptr(s string) *string { return &s }

func TestWhatIsUnderstood(t *testing.T) {
	t.Parallel()
	ada := seatfile.Row{Number: 2, SeatID: "ada", Name: ptr("Ada, Countess")}
	for name, test := range map[string]struct {
		file string
		want []seatfile.Row
	}{
		"commas":                       {"seat_id,seat_name\nada,\"Ada, Countess\"\n", []seatfile.Row{ada}},
		"semicolons":                   {"seat_id;seat_name\nada;Ada, Countess\n", []seatfile.Row{ada}},
		"tabs":                         {"seat_id\tseat_name\nada\tAda, Countess\n", []seatfile.Row{ada}},
		"no line end at the end":       {"seat_id,seat_name\nada,\"Ada, Countess\"", []seatfile.Row{ada}},
		"CRLF":                         {"seat_id;seat_name\r\nada;Ada, Countess\r\n", []seatfile.Row{ada}},
		"a byte order mark":            {"\ufeffseat_id;seat_name\nada;Ada, Countess\n", []seatfile.Row{ada}},
		"a quoted first line":          {"\"seat_id\";\"seat_name\"\nada;Ada, Countess\n", []seatfile.Row{ada}},
		"names in capitals and spaces": {" Seat_ID ; SEAT_NAME\nada;Ada, Countess\n", []seatfile.Row{ada}},
		"any order":                    {"seat_name;seat_id\nAda, Countess;ada\n", []seatfile.Row{ada}},
		"one column":                   {"seat_id\nada\n", []seatfile.Row{{Number: 2, SeatID: "ada"}}},
		"an empty cell is no missing one": {"seat_id,email,phone\nada,,\n",
			[]seatfile.Row{{Number: 2, SeatID: "ada", Email: ptr(""), Phone: ptr("")}}},
		"every column": {"seat_id,seat_name,email,phone,enrollment_code,enrollment_email\na,b,c,d,e,f\n",
			[]seatfile.Row{{Number: 2, SeatID: "a", Name: ptr("b"), Email: ptr("c"), Phone: ptr("d"), Code: ptr("e"), CodeEmail: ptr("f")}}},
		"the columns of an export": {"seat_id,status,seat_type,business_unit,unused_since,created_at,updated_at\na,CREATED,USER,berlin,,x,y\n",
			[]seatfile.Row{{Number: 2, SeatID: "a", SeatType: "USER", BusinessUnit: "berlin"}}},
		"quotes in quotes":            {"seat_id,seat_name\na,\"the \"\"old\"\" server\"\n", []seatfile.Row{{Number: 2, SeatID: "a", Name: ptr(`the "old" server`)}}},
		"an apostrophe of an export":  {"seat_id,phone\n'-7,'+49 30\n", []seatfile.Row{{Number: 2, SeatID: "-7", Phone: ptr("+49 30")}}},
		"an apostrophe of one's own":  {"seat_id\n'tis\n", []seatfile.Row{{Number: 2, SeatID: "'tis"}}},
		"a seat without its seat_id":  {"seat_id,email\n,a@example.org\n", []seatfile.Row{{Number: 2, Email: ptr("a@example.org")}}},
		"spaces around a value stay":  {"seat_id,email\n a , b \n", []seatfile.Row{{Number: 2, SeatID: " a ", Email: ptr(" b ")}}},
		"a separator in the quotes":   {"\"seat_id\",\"email\"\n\"a;b;c\",d\n", []seatfile.Row{{Number: 2, SeatID: "a;b;c", Email: ptr("d")}}},
		"a line break in the quotes":  {"seat_id,seat_name\na,\"b\r\nc\"\nd,e\n", []seatfile.Row{{Number: 2, SeatID: "a", Name: ptr("b\nc")}, {Number: 3, SeatID: "d", Name: ptr("e")}}},
		"blank lines are counted":     {"seat_id\n\na\n\r\n\nb\n", []seatfile.Row{{Number: 3, SeatID: "a"}, {Number: 6, SeatID: "b"}}},
		"empty rows are counted":      {"seat_id;email\n;\na;b\n;\n;\n", []seatfile.Row{{Number: 3, SeatID: "a", Email: ptr("b")}}},
		"blank lines before the rest": {"\n\nseat_id\na\n", []seatfile.Row{{Number: 4, SeatID: "a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rows(iotest.OneByteReader(strings.NewReader(test.file)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", seatfile.LongestCell+1)
	for name, test := range map[string]struct {
		file string
		row  int
		says []string
	}{
		"nothing":                   {"", 0, []string{"it is empty", "seat_id,seat_name"}},
		"blank lines":               {"\r\n\n", 0, []string{"it is empty"}},
		"a byte order mark":         {"\ufeff", 0, []string{"it is empty"}},
		"the first line alone":      {"seat_id,email\n", 0, []string{"no row below", "nothing to do"}},
		"empty rows alone":          {"seat_id,email\n,\n\n", 0, []string{"no row below"}},
		"UTF-16":                    {"\xff\xfes\x00e\x00a\x00t\x00", 0, []string{"UTF-16", "CSV in UTF-8"}},
		"UTF-16, big end first":     {"\xfe\xff\x00s\x00e", 0, []string{"UTF-16"}},
		"a zero byte":               {"seat_id\na\x00b\n", 2, []string{"cell 1", "zero byte"}},
		"the local code page":       {"seat_id,seat_name\na,M\xfcller\n", 2, []string{"cell 2", "not in UTF-8", "CSV UTF-8"}},
		"line ends of old Macs":     {"seat_id,email\ra,b\r", 0, []string{"old Macs"}},
		"an unknown column":         {"seat_id,colour\na,b\n", 1, []string{`"colour"`, "seat_id, seat_name, email, phone, enrollment_code and enrollment_email"}},
		"a mistyped column":         {"seat_id,seat_nam\na,b\n", 1, []string{`"seat_nam" (did you mean seat_name?)`}},
		"a space for an underscore": {"seat id,email\na,b\n", 1, []string{`"seat id" (did you mean seat_id?)`, "and it does not know", "lacks seat_id"}},
		"no underscore":             {"seatid\na\n", 1, []string{`"seatid" (did you mean seat_id?)`}},
		"a column without a name":   {"seat_id,\na,\n", 1, []string{"column 2 without a name"}},
		"a very long column":        {"seat_id," + long[:50] + "\na,b\n", 1, []string{`"` + long[:40] + `…"`}},
		"a column twice":            {"seat_id,email,Email,EMAIL\na,b,c,d\n", 1, []string{"has email more than once"}},
		"everything at once":        {"colour,email,email,size\n", 1, []string{`does not know "colour" and "size", and has email more than once, and lacks seat_id`}},
		"no seat_id":                {"email\na\n", 1, []string{"lacks seat_id"}},
		"a row too short":           {"seat_id,email\na,b\nc\n", 3, []string{"has 1 cell and the first line has 2", "write an empty cell", "separator (,)"}},
		"a row too long":            {"seat_id;email\n\na;b;c\n", 3, []string{"has 3 cells and the first line has 2", "separator (;)"}},
		"a quote in a cell":         {"seat_id\nthe \"old\" one\n", 2, []string{"not quoted", "write each one in it twice"}},
		"text behind the quote":     {"seat_id\n\"a\" b\n", 2, []string{"goes on behind its closing quote"}},
		"a quote not closed":        {"seat_id\na\n\"b\nc\n", 3, []string{"is not closed"}},
		"behind a line break":       {"seat_id,email\n\"a\nb\nc\",d\ne\n", 3, []string{"has 1 cell"}},
		"a long cell":               {"seat_id\n" + long + "\n", 2, []string{"holds 4097 bytes and may hold 4096"}},
		"a quote before much":       {"seat_id\na\n\"b\n" + strings.Repeat("c\n", 1<<20), 3, []string{"no end within 131072 bytes", "never closed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rows(strings.NewReader(test.file))
			var no *seatfile.Mistake
			if !errors.As(err, &no) {
				t.Fatalf("got %v", err)
			}
			if no.Row != test.row {
				t.Errorf("it is about row %d, want %d", no.Row, test.row)
			}
			for _, says := range test.says {
				if !strings.Contains(no.Error(), says) {
					t.Errorf("%q does not say %q", no.Error(), says)
				}
			}
			if strings.ContainsAny(no.Error(), "\n\x00") {
				t.Errorf("%q is not one line", no.Error())
			}
		})
	}
}

// TestAFaultOfTheDiskIsNoMistakeOfTheFile: nobody is sent to look for quotes when
// the network drive went away.
func TestAFaultOfTheDiskIsNoMistakeOfTheFile(t *testing.T) {
	t.Parallel()
	gone := errors.New("the drive is gone")
	for _, before := range []string{"", "seat_id\n", "seat_id\n" + strings.Repeat("a\n", 1<<17)} {
		_, err := rows(io.MultiReader(strings.NewReader(before), iotest.ErrReader(gone)))
		if !errors.Is(err, gone) {
			t.Errorf("after %d bytes: %v", len(before), err)
		}
	}
}

func TestColumnsAreThoseThatAnImportReads(t *testing.T) {
	t.Parallel()
	r, err := seatfile.NewReader(strings.NewReader("status,email,seat_id,created_at\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]seatfile.Column{seatfile.Email, seatfile.SeatID}, r.Columns()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestKeysOfTheSameSeatAreEqual(t *testing.T) {
	t.Parallel()
	for _, spelled := range []string{"ÄDA@example.org", " äda@EXAMPLE.org\t", "A\u0308da@example.org"} {
		if got := seatfile.Key(spelled); got != "äda@example.org" {
			t.Errorf("the key of %q is %q", spelled, got)
		}
	}
}

// BenchmarkRead reads 100,000 seats; ns/row and the allocations of a row are what
// the file costs beside the database.
func BenchmarkRead(b *testing.B) {
	var file strings.Builder
	file.WriteString("seat_id,seat_name,email,phone\n")
	const seats = 100_000
	for n := range seats {
		fmt.Fprintf(&file, "person-%06d@example.org,\"Person, No. %d\",person-%06d@example.org,'+49 30 %06d\n", n, n, n, n)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		got := 0
		r, err := seatfile.NewReader(strings.NewReader(file.String()))
		for err == nil {
			_, err = r.Read()
			got++
		}
		if got != seats+1 || !errors.Is(err, io.EOF) {
			b.Fatalf("%d rows, %v", got, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/seats, "ns/row")
}
