package mail_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/mail"
)

// folder is an operator's folder with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAnOperatorsTemplateTakesTheBuiltInOnesPlace(t *testing.T) {
	t.Parallel()
	templates := open(t, folder(t, map[string]string{
		"approved.txt": "\ufeffKomm vorbei: {{.Profile}}\r\n\r\nHallo {{.Name}}, hier: {{.Link}}\r\n{{quote \"a\\nb\"}}\r\n",
		"layout.html":  `{{define "head"}}<html lang="de"><title>{{.Subject}}</title>{{end}}{{define "hello"}}{{end}}{{define "facts"}}{{end}}{{define "beware"}}{{end}}{{define "foot"}}</html>{{end}}`,
		"README":       "{{ not a template",
	}))
	m := render(t, templates, letters["approved"])
	if m.Subject != "Komm vorbei: Laptops & phones" || m.Text != "Hallo Ada Lovelace, hier: https://gatehouse.example.com/pickup#"+token+"\n> a\n> b\n" {
		t.Errorf("the text is %q: %q", m.Subject, m.Text)
	}
	if !strings.HasPrefix(m.HTML, `<html lang="de"><title>Komm vorbei: Laptops &amp; phones</title>`) {
		t.Errorf("the page is %s", m.HTML)
	}
	if other := render(t, templates, letters["locked"]); !strings.HasPrefix(other.Subject, "Locked after wrong codes") {
		t.Errorf("a template without an override reads %q", other.Subject)
	}
}

func TestAWrongTemplateIsFoundAtTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a field that there is not":         {map[string]string{"locked.txt": "Locked\n\nBy {{.Nobody}}\n"}, "locked.txt:3"},
		"the same behind a condition":       {map[string]string{"rejected.html": "{{if .Invited}}\n{{.Nobody}}{{end}}x"}, "rejected.html:2"},
		"the same where little is known":    {map[string]string{"approved.txt": "Yes\n\n{{if not .Requester}}{{.Nobody}}{{end}}x"}, "approved.txt:3"},
		"a brace too few":                   {map[string]string{"invitation.txt": "Come\n\n{{.Link}\n"}, "invitation.txt:3"},
		"an end too few":                    {map[string]string{"layout.txt": "{{define \"hello\"}}\nHi\n"}, "layout.txt:3"},
		"a part that nobody defines":        {map[string]string{"layout.html": `{{define "head"}}{{end}}`}, "html:"},
		"a quotation mark too few":          {map[string]string{"approved.html": `{{if .Name}}<a href="{{end}}{{.Link}}>`}, "approved.html:1"},
		"no subject":                        {map[string]string{"approved.txt": "\nHello\n"}, "approved.txt:1"},
		"no text":                           {map[string]string{"approved.txt": "Hello\n"}, "approved.txt:2"},
		"no page":                           {map[string]string{"approved.html": " "}, "approved.html:1"},
		"a name that no template has":       {map[string]string{"approval.txt": "Hello\n"}, "approval.txt"},
		"a name that differs in its ending": {map[string]string{"Approved.txt": "Hello\n"}, "approved.txt, approved.html"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, c.files)
			if _, err := mail.Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%v does not tell of %s and of the folder", err, c.want)
			}
		})
	}
	if _, err := mail.Open(filepath.Join(t.TempDir(), "nowhere")); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestTheBuiltInTemplatesAreWhole(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, kind := range lifecycle.MailKinds {
		for _, ending := range []string{".txt", ".html"} {
			name := strings.ToLower(strings.ReplaceAll(string(kind), "_", "-")) + ending
			f, err := mail.BuiltIn().Open(name)
			if err != nil {
				t.Fatal(err)
			}
			_ = f.Close()
			files[name] = ""
		}
	}
	all, err := filepath.Glob("templates/*")
	if err != nil || len(all) != len(files)+2 {
		t.Errorf("%d files for %d templates and two layouts (%v)", len(all), len(files), err)
	}
}
