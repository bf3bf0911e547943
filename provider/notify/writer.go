package notify

import (
	"strconv"
	"strings"
	"unicode"
)

// writer writes one message. The first error stays in err.
type writer struct {
	*catalogue

	values        *strings.Replacer
	valid, action string
	// undoes: the action is a link that undoes a change of factors.
	undoes bool
	err    error
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

// said is a text of a message. That about a contact names the contact and what became of it.
func (w *writer) said(m Message, key string) string {
	if w.undoes && key == ".sms" {
		return w.text(m.Kind, ".undo"+key)
	}
	if m.Kind != ContactChanged && m.Kind != ContactChangedAgain {
		return w.text(m.Kind, key)
	}
	text := w.text(m.Data.change(), key)
	if key == ".sms" {
		text += " " + w.text(m.Kind, key) // what the recipient can do about it
	}
	return text
}

// advice says what a recipient can do about it who did not.
func (w *writer) advice(of Kind, key string) string {
	if w.undoes {
		return w.text("undo", key)
	}
	return w.text(of, key)
}

// change is what the texts about the change of a contact are called.
func (d Data) change() Kind {
	contact, became := d.Address, "_replaced"
	switch {
	case d.Removed != "":
		contact, became = d.Removed, "_removed"
	case d.Added:
		became = "_added"
	}
	if strings.HasPrefix(contact, "+") {
		return Kind("phone" + became)
	}
	return Kind("email" + became)
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
	case m.Kind == ChangesUndone:
		add("undone_by", m.Data.Address)
	case m.Kind != ContactChanged && m.Kind != ContactChangedAgain:
	case strings.HasPrefix(m.Data.Address, "+"):
		add("number", m.Data.Address)
	default:
		add("address", m.Data.Address)
	}
	add("removed", m.Data.Removed)
	add("device", m.Data.Device)
	add("network", m.Data.Network)
	if m.Data.Factor != "" {
		add("factor", w.text("", "factor."+m.Data.Factor))
	}
	add("factor_name", nameOnly(m.Data.FactorName))
	if m.Data.Ended != "" {
		add("ended", w.text("", "factor."+m.Data.Ended))
	}
	if m.Kind == RecoveryCodeUsed {
		add("codes_left", strconv.Itoa(m.Data.CodesLeft))
	}
	if !m.Data.At.IsZero() {
		add("time", w.check(w.date(m.Data.At, m.Data.Zone)))
	}
	if !m.Data.Due.IsZero() {
		add("due", w.check(w.date(m.Data.Due, m.Data.Zone)))
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

// nameOnly is a name that a user chose, or empty for one that says more than a name does: of a message about a theft
// the thief writes that part, and mail programs and telephones make a link of what looks like an address.
func nameOnly(name string) string {
	runes := []rune(shown(name))
	for i, r := range runes {
		if !inName(r) || r == '.' && i+1 < len(runes) && unicode.IsLetter(runes[i+1]) {
			return ""
		}
	}
	return string(runes)
}

// inName tells whether names have such a character: those of addresses and of questions are missing, and the other dots
// that count as one in the name of a host (UTS #46 section 4).
func inName(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.So) || strings.ContainsRune(" .,-_+&#()'’…", r)
}
