package inventory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"gatehouse/internal/inventory"
)

func TestTheStatementsOfAnImportDoNotGrowWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	w.onStatement.Store(&told)
	counted := func(act func()) int64 {
		before := statements.Load()
		act()
		return statements.Load() - before
	}
	files := numbered(t, 1001)
	w.importFile("first", found(t, like{cn: "first"})) // from now on the allocation is there
	acts := map[string]func(contents ...string){
		"import": func(contents ...string) { w.importFile("a", contents...) },
		"again":  func(contents ...string) { w.importFile("a", contents...) },
		"beside": func(contents ...string) { w.importFile("b", contents...) },
		"found":  func(contents ...string) { w.discover("www", 443, contents...) },
		"later": func(contents ...string) {
			w.set(morning.Add(w.Store.Now(w.as(boss)).Sub(morning) + day))
			w.discover("www", 443, contents...)
		},
	}
	for _, name := range []string{"import", "again", "beside", "found", "later"} {
		others := files[1:]
		if name != "import" && name != "again" {
			others = others[:100]
		}
		one := counted(func() { acts[name](files[0]) })
		many := counted(func() { acts[name](others...) })
		if one != many || one > 20 {
			t.Errorf("%s: %d statements for one certificate, %d for %d", name, one, many, len(others))
		}
		t.Logf("%s: %d statements", name, one)
	}
	w.honest()
}

// What stands in the way of reading many files at once is tried with files, too.
func TestAThousandFilesAreOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	one := found(t, like{cn: "www"})
	in := inventory.ImportCertificatesInput{BusinessUnitID: w.unit}
	for n := range 1000 {
		in.Files = append(in.Files, &inventory.CertificateFile{Name: ptr(fmt.Sprint("file ", n)), Content: one})
	}
	outcomes := map[inventory.SightingOutcome]int{}
	for _, r := range w.imports(in) {
		outcomes[r.Outcome]++
	}
	if outcomes[created] != 1 || outcomes[recognized] != 999 {
		t.Errorf("%v", outcomes)
	}
	if n := w.count(`SELECT places FROM certificates`); n != 1000 {
		t.Errorf("%d places", n)
	}
	w.honest()
}
