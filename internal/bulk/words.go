package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// look is how a list is looked at; view, filter and order are pointers that may be nil.
type look struct {
	list   lifecycle.List
	view   any
	viewID *id.ID
	search *string
	filter any
	order  any
}

// words say what a list shows, for people: a job is looked at long after the page from
// which it was started.
func (js *Jobs) words(ctx context.Context, l look) (string, error) {
	said := []string{"all " + things[l.list].many}
	if v := reflect.ValueOf(l.view); !v.IsNil() {
		said = append(said, "in the view "+fmt.Sprint(v.Elem().Interface()))
	}
	if l.viewID != nil {
		saved, err := js.views.ByIDs(ctx, []uuid.UUID{l.viewID.UUID})
		if err != nil {
			return "", err
		}
		if v := saved[l.viewID.UUID]; v != nil {
			said = append(said, fmt.Sprintf("in the saved view %q", v.Name))
		}
	}
	if l.search != nil && strings.TrimSpace(*l.search) != "" {
		said = append(said, fmt.Sprintf("that the search %q finds", *l.search))
	}
	if filter := fields(l.filter); filter != "" {
		said = append(said, "with "+filter)
	}
	if order := fields(l.order); order != "" {
		said = append(said, "in the order "+order)
	}
	return strings.Join(said, " "), nil
}

// shownValues is how many values of a field are told one by one.
const shownValues = 5

// fields are the fields of an input that say something, by the schema's names: a
// filter's, or an order's.
func fields(input any) string {
	v := reflect.ValueOf(input)
	if v.IsNil() {
		return ""
	}
	v = v.Elem()
	var said []string
	for n := range v.NumField() {
		field, value := v.Type().Field(n), v.Field(n)
		if !field.IsExported() || (value.Kind() == reflect.Pointer || value.Kind() == reflect.Slice) && value.IsNil() {
			continue
		}
		text := ""
		if value.Kind() == reflect.Slice && value.Len() > shownValues {
			text = fmt.Sprintf("%d values", value.Len())
		} else if told, err := json.Marshal(value.Interface()); err == nil {
			text = string(told)
		}
		said = append(said, inSchema(field.Name)+" "+text)
	}
	return strings.Join(said, ", ")
}

// inSchema is what the schema calls a field: BusinessUnitIDs is businessUnitIds there.
func inSchema(name string) string {
	name = strings.ReplaceAll(strings.ReplaceAll(name, "IDs", "Ids"), "ID", "Id")
	return strings.ToLower(name[:1]) + name[1:]
}
