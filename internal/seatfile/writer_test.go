package seatfile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// TestAnExportIsImportedUnchanged: with what would be a formula, a quote, a line
// break and an apostrophe in it.
func TestAnExportIsImportedUnchanged(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, mark := range []bool{false, true} {
		for name, value := range map[string]string{
			"plain": "Ada", "a formula": "=HYPERLINK(\"http://x\")", "a sum": "+49 30", "a minus": "-1", "an at": "@SUM(A1)", "a tab": "\t=1", "a wide one": "＝1",
			"guarded by its owner": "'=1", "guarded twice": "''=1", "an apostrophe": "'tis", "quotes": `the "old", one`, "a line break": "a\nb", "empty": "",
		} {
			var out strings.Builder
			e, err := seatfile.NewExport(&out, mark)
			if err != nil {
				t.Fatal(err)
			}
			seat := seatfile.Seat{SeatID: "x" + value, Name: value, Email: value, Phone: value, Type: "USER", BusinessUnit: "berlin", Status: "CREATED", CreatedAt: noon, UpdatedAt: noon}
			if err := errors.Join(e.Write(seat), e.Flush()); err != nil {
				t.Fatal(err)
			}
			got, err := rows(strings.NewReader(out.String()))
			if err != nil {
				t.Fatalf("%s: %v in %q", name, err, out.String())
			}
			want := []seatfile.Row{{Number: 2, SeatID: seat.SeatID, Name: &value, Email: &value, Phone: &value, SeatType: "USER", BusinessUnit: "berlin"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
	}
}

// What is not seen in front of a formula hides it from nobody but the reader.
func TestAHiddenFormulaIsGuarded(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"a space": " =1", "a wide space": "\u3000=1", "a space that does not break": "\u00a0@x", "no width": "\u200b+1", "a byte order mark": "\ufeff=1", "a vertical tab": "\v=1",
		"a space behind an apostrophe": "' =1",
	} {
		var out strings.Builder
		e, err := seatfile.NewExport(&out, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(e.Write(seatfile.Seat{SeatID: "x", Name: value}), e.Flush()); err != nil {
			t.Fatal(err)
		}
		if line := strings.Split(out.String(), "\r\n")[1]; !strings.HasPrefix(line, "x,'"+value+",") && !strings.HasPrefix(line, "x,\"'"+value+"\",") {
			t.Errorf("%s: it is not guarded: %q", name, line)
		}
		if got, err := rows(strings.NewReader(out.String())); err != nil || len(got) != 1 || *got[0].Name != value {
			t.Errorf("%s: it is read back as %+v: %v", name, got, err)
		}
	}
}

func TestAnExportAsItIsWritten(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	e, err := seatfile.NewExport(&out, true)
	if err != nil {
		t.Fatal(err)
	}
	berlin := time.FixedZone("CET", 3600)
	err = errors.Join(
		e.Write(seatfile.Seat{SeatID: "=a", Name: "b", Email: "c", Phone: "+4", Type: "USER", BusinessUnit: "berlin", Status: "CREATED",
			UnusedSince: time.Date(2026, 11, 22, 13, 0, 0, 500_000, berlin), CreatedAt: time.Date(2026, 11, 22, 13, 0, 0, 0, berlin), UpdatedAt: time.Date(2026, 11, 22, 14, 0, 0, 0, berlin)}),
		e.Flush())
	want := "\ufeffseat_id,seat_name,email,phone,seat_type,business_unit,status,unused_since,created_at,updated_at\r\n" +
		"'=a,b,c,'+4,USER,berlin,CREATED,2026-11-22T12:00:00.0005Z,2026-11-22T12:00:00Z,2026-11-22T13:00:00Z\r\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n got %q\nwant %q", err, out.String(), want)
	}
}

func TestAReportAsItIsWritten(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r, err := seatfile.NewReport(&out)
	if err != nil {
		t.Fatal(err)
	}
	why := []*refusal.Refusal{refusal.New(refusal.Invalid, `Not "this".`), refusal.New(refusal.NoSeatLeft, "Buy more.")}
	err = errors.Join(
		r.Write(seatfile.Line{Row: 2, SeatID: "ada", Outcome: seatfile.Created, Code: "1234"}),
		r.Write(seatfile.Line{Row: 4, SeatID: "@x", Outcome: seatfile.Refused, Reason: seatfile.Reason(why)}),
		r.Flush())
	want := "row,seat_id,outcome,enrollment_code,reason\r\n2,ada,CREATED,1234,\r\n4,'@x,REFUSED,,\"INVALID: Not \"\"this\"\". NO_SEAT_LEFT: Buy more.\"\r\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n got %q\nwant %q", err, out.String(), want)
	}
}
