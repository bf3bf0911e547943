package notify

import (
	"strings"
	"unicode"
)

// writer writes one message. The first error stays in err.
type writer struct {
	*catalogue

	values        *strings.Replacer
	valid, action string
	err           error
}

func (w *writer) check(text string, err error) string {
	if w.err == nil {
		w.err = err
	}
	return text
}

// text is a text of a kind, or a common one.
func (w *writer) text(of Kind, key string) string {
	return w.values.Replace(w.check(w.catalogue.text(string(of) + key)))
}

// said is a text of a message. A contact that was removed has texts of its own.
func (w *writer) said(m Message, key string) string {
	of := m.Kind
	if m.Data.Removed != "" {
		switch {
		case key == ".sms" && of == ContactChanged:
			of = "contact_removed"
		case key == ".sms" && of == ContactChangedAgain:
			of = "contact_removed_again"
		case (key == ".subject" || key == ".title" || key == ".lead") && (of == ContactChanged || of == ContactChangedAgain):
			of = "contact_removed"
		}
	}
	return w.text(of, key)
}

// details say what happened.
func (w *writer) details(m Message) []detail {
	var list []detail
	add := func(key, value string) {
		if value = shown(value); value != "" {
			list = append(list, detail{w.text("", key), value})
		}
	}
	if !m.Kind.proved() {
		return nil
	}
	add("account", m.Data.Username)
	switch {
	case m.Kind != ContactChanged && m.Kind != ContactChangedAgain:
	case strings.HasPrefix(m.Data.Address, "+"):
		add("number", m.Data.Address)
	default:
		add("address", m.Data.Address)
	}
	add("removed", m.Data.Removed)
	add("device", m.Data.Device)
	if !m.Data.At.IsZero() {
		add("time", w.check(w.date(m.Data.At)))
	}
	return list
}

// maxShown bounds what others can have written into a message.
const maxShown = 80

// shown is a value on one line, without characters that change how the rest is shown.
func shown(value string) string {
	value = strings.Join(strings.FieldsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(value); len(runes) > maxShown {
		return string(runes[:maxShown-1]) + "…"
	}
	return value
}
