//go:build unix

package main

import (
	"io"
	"strings"
	"testing"

	"gatehouse/internal/testdb"
)

func TestAnApprovalThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	whole := approvedState{licences: 10}
	for n, one := range approvedInto {
		at := &whole.rows[n]
		at.n, at.things, at.bytes = 10, 10, 1000
		if strings.Contains(one.what, "made") || strings.Contains(one.what, "CREATE_SEAT") {
			at.n, at.things = 5, 5
		}
	}
	if err := whole.whole(10); err != nil {
		t.Error(err)
	}
	if err := whole.same(whole); err != nil {
		t.Error(err)
	}
	for n, one := range approvedInto {
		missing, twice, larger := whole, whole, whole
		missing.rows[n].n--
		twice.rows[n].things--
		larger.rows[n].bytes += 200
		for what, err := range map[string]error{"missing": missing.whole(10), "twice": twice.whole(10), "another number": missing.same(whole), "larger": larger.same(whole)} {
			if err == nil || !strings.Contains(err.Error(), one.what) {
				t.Errorf("%s, %s: %v", one.what, what, err)
			}
		}
	}
	whole.licences--
	if err := whole.whole(10); err == nil || !strings.Contains(err.Error(), "licences") {
		t.Error(err)
	}
}

// What is measured beside a job is measured here for what it writes.
func TestHandWrittenSQLApprovesEachRequestOnce(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	content := data{load: nothing}
	if err := content.fill(t.Context(), db.OwnerURL, testdb.AppRole); err != nil {
		t.Fatal(err)
	}
	texts, err := makeTexts()
	if err != nil {
		t.Fatal(err)
	}
	const requests = batchSize + 20
	unit, err := fillUnit(t.Context(), db.Owner(t), texts, "some", requests)
	if err != nil {
		t.Fatal(err)
	}
	app, err := connect(db.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { app.Close() })
	for range 2 { // the second time nothing waits any more
		if err := byHand(t.Context(), app, unit); err != nil {
			t.Fatal(err)
		}
		state, err := readApproved(t.Context(), db.Owner(t), unit)
		if err == nil {
			err = state.whole(requests)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTheSizesOfPagesAreRead(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"10000,20000": "", "9999": `"9999" is no size`, "10000,10000": `"10000" is no size`, "many": `"many" is no size`, "": `"" is no size`,
	} {
		s, err := readSettings([]string{"-pages", text}, io.Discard)
		switch {
		case says == "" && (err != nil || len(s.pages) != 2):
			t.Errorf("%q: %v, %v", text, s.pages, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A page of what is loaded without indexes is found as any other.
func TestIndexesAreThereAfterALoadWithoutThem(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	content, err := small.pagesData()
	if err != nil {
		t.Fatal(err)
	}
	if err := (data{load: nothing}).fill(t.Context(), db.OwnerURL, testdb.AppRole); err != nil {
		t.Fatal(err)
	}
	_, before, err := secondary(t.Context(), db.Owner(t))
	if err != nil || len(before) < 20 {
		t.Fatalf("%d indexes and foreign keys: %v", len(before), err)
	}
	if err := content.load(t.Context(), db.Owner(t)); err != nil {
		t.Fatal(err)
	}
	_, after, err := secondary(t.Context(), db.Owner(t))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, one := range after {
		there[one] = true
	}
	for _, one := range before {
		if !there[one] {
			t.Errorf("it is gone: %s", one)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d were %d", len(after), len(before))
	}
}
