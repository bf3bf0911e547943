package pages

import (
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// message is a text by plural category (CLDR): "one", "few", "other" and so on. Most texts are the
// same for every number, and have "other" alone.
type message map[string]string

// UnmarshalJSON reads a text, or an object of texts by plural category.
func (m *message) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*m = message{"other": text}
		return nil
	}
	return json.Unmarshal(data, (*map[string]string)(m))
}

// messages are the texts of one language, by key.
type messages struct {
	language language.Tag
	texts    map[string]message
}

// placeholder is where a value goes.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// text is the text with the key. Values are pairs of a name and the value for the placeholder of
// that name; the value named count also selects the plural form. A value of type template.HTML is
// markup: the result is then markup, too, with everything else escaped.
//
// It fails for a missing key or value: a page without the text would go unnoticed.
func (m messages) text(key string, values ...any) (any, error) {
	forms, ok := m.texts[key]
	if !ok {
		return "", fmt.Errorf("no text for %q", key)
	}
	named, markup := map[string]any{}, false
	for pair := range slices.Chunk(values, 2) {
		value := pair[len(pair)-1]
		_, isHTML := value.(template.HTML)
		named[fmt.Sprintf("{%s}", pair[0])], markup = value, markup || isHTML
	}
	text := forms["other"]
	if count, ok := named["{count}"].(int); ok {
		if form, ok := forms[category(m.language, count)]; ok {
			text = form
		}
	}
	if markup {
		text = template.HTMLEscapeString(text)
	}
	var missing error
	text = placeholder.ReplaceAllStringFunc(text, func(name string) string {
		value, ok := named[name]
		if !ok {
			missing = fmt.Errorf("no value for %s in %q", name, key)
		}
		if _, isHTML := value.(template.HTML); markup && !isHTML {
			return template.HTMLEscapeString(fmt.Sprint(value))
		}
		return fmt.Sprint(value)
	})
	if markup {
		return template.HTML(text), missing //nolint:gosec // the text and its values are escaped above
	}
	return text, missing
}

// category is the plural category of a whole number.
func category(tag language.Tag, count int) string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}
	return names[plural.Cardinal.MatchPlural(tag, count, 0, 0, 0, 0)]
}

// wait is when something can be tried again: "in 3 minutes".
func (m messages) wait(l Lasts) (any, error) { return m.text("wait."+l.unit(), "count", l.count()) }

// duration is how long something lasts at most: "3 minutes".
func (m messages) duration(l Lasts) (any, error) {
	return m.text("duration."+l.unit(), "count", l.count())
}

// claims lists claims by their names in the language.
func (m messages) claims(names []string) (string, error) {
	list := make([]string, len(names))
	for i, name := range names {
		text, err := m.text("claim." + name)
		if err != nil {
			return "", err
		}
		list[i] = fmt.Sprint(text)
	}
	return strings.Join(list, ", "), nil
}

// strong emphasizes a value.
func strong(text string) template.HTML {
	return template.HTML("<strong>" + template.HTMLEscapeString(text) + "</strong>") //nolint:gosec // escaped
}

// codes shows values as they are written in programs.
func codes(texts []string) template.HTML {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = "<code>" + template.HTMLEscapeString(text) + "</code>"
	}
	return template.HTML(strings.Join(list, " ")) //nolint:gosec // escaped
}
