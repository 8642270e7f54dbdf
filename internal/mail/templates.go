package mail

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

//go:embed templates
var builtIn embed.FS

// BuiltIn is the templates that are used where the operator has none of their own.
func BuiltIn() fs.FS {
	inside, err := fs.Sub(builtIn, "templates")
	if err != nil { // the folder is embedded above
		panic(fmt.Sprintf("mail: the built-in templates: %v", err))
	}
	return inside
}

// mostSubject is how many characters of a subject are kept.
const mostSubject = 200

// Templates make messages of letters. They are safe for concurrent use.
type Templates struct {
	text map[lifecycle.MailKind]*texttemplate.Template
	html map[lifecycle.MailKind]*template.Template
}

// named is the name of a kind's files, without the ending.
func named(kind lifecycle.MailKind) string {
	return strings.ToLower(strings.ReplaceAll(string(kind), "_", "-"))
}

// names are all the files that there are.
func names() []string {
	all := []string{"layout.txt", "layout.html"}
	for _, kind := range lifecycle.MailKinds {
		all = append(all, named(kind)+".txt", named(kind)+".html")
	}
	return all
}

// Open reads the templates. A file of the folder takes the place of the built-in one
// of the same name; an empty name is no folder. Each is filled in with samples at
// once, so that a mistake is found when the server starts: the error names file and
// line. It refuses a folder that cannot be read, and a .txt or .html file in it that
// takes no template's place.
func Open(folder string) (*Templates, error) {
	files, err := read(folder)
	if err != nil {
		return nil, err
	}
	t := &Templates{text: map[lifecycle.MailKind]*texttemplate.Template{}, html: map[lifecycle.MailKind]*template.Template{}}
	textLayout, err := texttemplate.New("layout.txt").Funcs(texttemplate.FuncMap{"quote": quote}).Parse(files["layout.txt"])
	if err != nil {
		return nil, in(folder, err)
	}
	htmlLayout, err := template.New("layout.html").Parse(files["layout.html"])
	if err != nil {
		return nil, in(folder, err)
	}
	for _, kind := range lifecycle.MailKinds {
		name := named(kind) + ".txt"
		if t.text[kind], err = texttemplate.Must(textLayout.Clone()).New(name).Parse(files[name]); err != nil {
			return nil, in(folder, err)
		}
		name = named(kind) + ".html"
		if t.html[kind], err = template.Must(htmlLayout.Clone()).New(name).Parse(files[name]); err != nil {
			return nil, in(folder, err)
		}
		for _, sample := range samples(kind) {
			if _, err := t.Render(sample, time.Time{}); err != nil {
				return nil, in(folder, err)
			}
		}
	}
	return t, nil
}

// in says in which folder a template is wrong.
func in(folder string, err error) error {
	if folder == "" {
		return fmt.Errorf("a built-in mail template: %w", err)
	}
	return fmt.Errorf("a mail template of the folder %s: %w", folder, err)
}

// read is the text of every template, the folder's before the built-in ones.
func read(folder string) (map[string]string, error) {
	all := names()
	files := make(map[string]string, len(all))
	for _, name := range all {
		text, err := fs.ReadFile(BuiltIn(), name)
		if err != nil {
			return nil, fmt.Errorf("read the built-in mail template %s: %w", name, err)
		}
		files[name] = string(text)
	}
	if folder == "" {
		return files, nil
	}
	found, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the folder of mail templates: %w", err)
	}
	for _, entry := range found {
		name := entry.Name()
		if ending := path.Ext(name); ending != ".txt" && ending != ".html" {
			continue
		}
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("the folder %s holds %s, which takes the place of no mail template; there are %s", folder, name, strings.Join(all, ", "))
		}
		text, err := os.ReadFile(path.Join(folder, name))
		if err != nil {
			return nil, fmt.Errorf("read a mail template: %w", err)
		}
		files[name] = strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n")
	}
	return files, nil
}

// Render makes a letter's message, dated with the instant. The first line of the
// text is the subject. The error names the template's line, and holds nothing of the
// letter.
func (t *Templates) Render(l *inventory.Letter, now time.Time) (*Message, error) {
	content := contentOf(l)
	text, page := t.text[l.Kind], t.html[l.Kind]
	if text == nil || page == nil {
		return nil, fmt.Errorf("mail: there is no template for mails of kind %q", l.Kind)
	}
	var b strings.Builder
	if err := text.Execute(&b, content); err != nil {
		return nil, fmt.Errorf("fill it in: %w", err)
	}
	subject, body, _ := strings.Cut(b.String(), "\n")
	m := &Message{
		ID: l.ID, Kind: l.Kind, Enrollment: l.Enrollment, Certificate: l.Certificate.ID, BusinessUnit: l.BusinessUnit, To: l.Recipient,
		Subject: clip(line(subject), mostSubject), Text: strings.Trim(body, "\n") + "\n", Date: now,
	}
	switch {
	case m.Subject == "":
		return nil, fmt.Errorf("template: %s:1: the first line is the subject, and is empty", text.Name())
	case strings.TrimSpace(m.Text) == "":
		return nil, fmt.Errorf("template: %s:2: what follows the subject is the mail, and is empty", text.Name())
	}
	content.Subject = m.Subject
	b.Reset()
	if err := page.Execute(&b, content); err != nil {
		return nil, fmt.Errorf("fill it in: %w", err)
	}
	if m.HTML = b.String(); strings.TrimSpace(m.HTML) == "" {
		return nil, errors.New("template: " + page.Name() + ":1: it is empty")
	}
	return m, nil
}
