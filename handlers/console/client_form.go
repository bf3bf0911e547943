package console

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// propertyField is a property in a form.
type propertyField struct {
	property

	Value string
	// Fault is what is wrong with the value.
	Fault string
	// First: it is the first field that is wrong, where the cursor goes.
	First bool
	// Required: the form cannot do without.
	Required bool
	// Conflict: somebody else set it to Stored in the meantime.
	Conflict bool
	Stored   string
	// New are the scopes that would be made; Confirmed: they are to be.
	New       []string
	Confirmed bool
}

// Has tells whether a value is among those that are chosen.
func (f propertyField) Has(value string) bool {
	for line := range strings.Lines(f.Value) {
		if strings.TrimSpace(line) == value {
			return true
		}
	}
	return false
}

// On tells whether a flag is set.
func (f propertyField) On() bool { return f.Value != "" }

// Rows is the height of an area.
func (f propertyField) Rows() int {
	const least, most = 2, 10
	return min(max(strings.Count(f.Value, "\n")+1, least), most)
}

// fieldGroup is a part of a form. Those that few clients need are folded, unless something in them is wrong.
type fieldGroup struct {
	Name           string
	Advanced, Open bool
	Fields         []*propertyField
}

// clientForm is a form with properties of a client.
type clientForm struct {
	Groups []fieldGroup
	// Faults are about no field.
	Faults []string
	Wrong  bool
}

// groupNames are the fields of a part of a form.
type groupNames struct {
	name     string
	advanced bool
	fields   []string
}

// newClientForm is a form with values.
func newClientForm(groups []groupNames, values texts, required ...string) *clientForm {
	known, form := properties(), &clientForm{}
	for name, kind := range map[string]string{clientIDField: textField, refreshField: flagField} {
		known[name] = property{Name: name, Kind: kind}
	}
	for _, g := range groups {
		group := fieldGroup{Name: g.name, Advanced: g.advanced}
		for _, name := range g.fields {
			group.Fields = append(group.Fields, &propertyField{property: known[name], Value: values[name]})
		}
		form.Groups = append(form.Groups, group)
	}
	for _, name := range required {
		form.field(name).Required = true
	}
	return form
}

// fields are those of all groups.
func (f *clientForm) fields() (all []*propertyField) {
	for _, g := range f.Groups {
		all = append(all, g.Fields...)
	}
	return all
}

func (f *clientForm) field(name string) *propertyField {
	for _, field := range f.fields() {
		if field.Name == name {
			return field
		}
	}
	return nil
}

// typed are the values of a form that was sent.
func (f *clientForm) typed(form url.Values) texts {
	values := texts{}
	for _, field := range f.fields() {
		value := strings.ReplaceAll(strings.Join(form[field.Name], "\n"), "\r\n", "\n")
		values[field.Name] = strings.TrimSpace(value)
		field.Value = values[field.Name]
	}
	return values
}

// reject adds what is wrong with a field, or with something that the form does not have.
func (f *clientForm) reject(name, message string) {
	f.Wrong = true
	field := f.field(name)
	switch {
	case field == nil:
		f.Faults = append(f.Faults, name+": "+message)
		return
	case field.Fault == "":
		field.Fault = message
	default:
		field.Fault += " " + message
	}
}

// rejectAll adds the faults of a registration, or returns another error.
func (f *clientForm) rejectAll(in pages.SectionPages, err error) error {
	var bad *client.Invalid
	if !errors.As(err, &bad) {
		return err
	}
	for _, p := range bad.Problems {
		name := p.Field
		if name == "token_endpoint_auth_method" || name == "auth_method_pinned" {
			name = authMethodField
		}
		f.reject(name, faultText(in, p.Fault))
	}
	return nil
}

// rejectTexts adds what is wrong by the names of texts.
func (f *clientForm) rejectTexts(in pages.SectionPages, wrong map[string]string) {
	for name, text := range wrong {
		f.reject(name, in.Text(text))
	}
}

// finish opens the parts with something to look at, and finds where the cursor goes.
func (f *clientForm) finish() *clientForm {
	found := false
	for i, g := range f.Groups {
		for _, field := range g.Fields {
			if field.Fault == "" && !field.Conflict {
				continue
			}
			f.Groups[i].Open = true
			if !found {
				field.First, found = true, true
			}
		}
	}
	return f
}
