package console

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// formField is a field of a form as it is shown.
type formField struct {
	// Name is that of the field, and Label the key of its text.
	Name, Label string
	Value       string
	// Kind is the type of the input; lines: it may have several, check: it is on or off.
	Kind string
	// Checked is the value of a field that is on or off.
	Checked bool
	// Note: there is a text about what belongs here, with the key of the label and .note.
	Note bool
	// Problem is what is wrong with the value, Focus the first field of which something is.
	Problem string
	Focus   bool
	// Conflict: somebody else has stored Now in the meantime.
	Now      string
	Conflict bool
}

// trimmed is the value of a field without the blanks around it.
func trimmed(values url.Values, field string) string { return strings.TrimSpace(values.Get(field)) }

// words are those of a field, between spaces or commas.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// The kinds of fields beside types of inputs.
const (
	linesField = "lines"
	checkField = "check"
)

// problems are what is wrong with the fields of a form, by their names; that of the whole form has no name.
type problems map[string]string

// problemsOf are those of a user; none for another error.
func problemsOf(in pages.SectionPages, err error) problems {
	var wrong account.Wrong
	var one *account.Invalid
	if !errors.As(err, &wrong) && errors.As(err, &one) {
		wrong = account.Wrong{one}
	}
	if len(wrong) == 0 {
		return nil
	}
	found := problems{}
	for _, one := range wrong {
		name, _, _ := strings.Cut(one.Claim, "/")
		if _, said := found[name]; !said {
			found[name] = faultText(in, one.Fault)
		}
	}
	return found
}

// show puts the values into the fields.
func (t texts) show(fields ...[]formField) {
	for _, list := range fields {
		for i := range list {
			f := &list[i]
			if f.Value = t[f.Name]; f.Kind == checkField {
				f.Checked = f.Value != ""
			}
		}
	}
}

// showConflicts puts what somebody else has stored beside the fields that both changed.
func (t texts) showConflicts(fields ...[]formField) {
	for _, list := range fields {
		for i := range list {
			list[i].Now, list[i].Conflict = t[list[i].Name]
		}
	}
}

// place puts the problems at the fields, and the focus on the first of those.
func (p problems) place(fields ...[]formField) {
	focused := false
	for _, list := range fields {
		for i := range list {
			f := &list[i]
			f.Problem = p[f.Name]
			f.Focus = f.Problem != "" && !focused
			focused = focused || f.Focus
		}
	}
}
