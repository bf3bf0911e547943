package settings

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// quote is a text in double quotes, as JSON, YAML, TOML, JavaScript, Java, C#, Python and Go read it alike: a scope or
// a redirect URI may have quotes, dollars and braces.
func quote(text string) string {
	var quoted strings.Builder
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)
	if e.Encode(text) != nil {
		return `""`
	}
	return controls.ReplaceAllStringFunc(strings.TrimSuffix(quoted.String(), "\n"), func(c string) string {
		r, _ := utf8.DecodeRuneInString(c)
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// controls are the control characters that JSON may have, but not YAML and TOML.
var controls = regexp.MustCompile(`[\x{7f}-\x{9f}]`)

// dotenv is a text in double quotes as Next.js reads it in a file .env: variables are put in for names after dollars.
func dotenv(text string) string { return strings.ReplaceAll(quote(text), "$", `\$`) }

// springValue is a text in double quotes in YAML as Spring reads it: properties are put in for names in braces.
func springValue(text string) string { return quote(strings.ReplaceAll(text, "${", `\${`)) }

// list is a list of quoted texts.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quote(text)
	}
	return strings.Join(quoted, ", ")
}

// words are texts separated by spaces.
func words(texts []string) string { return strings.Join(texts, " ") }

var plainWord = regexp.MustCompile(`^[A-Za-z0-9._~/:@%+=,-]+$`)

// shell is a text as one word for a shell.
func shell(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

var plainINI = regexp.MustCompile(`^[A-Za-z0-9 ._~/:@+=,-]*$`)

var control = regexp.MustCompile("[[:cntrl:]]+")

// ini is a text as a value in an ini file of Grafana, which has two kinds of quotes and no escapes in them.
func ini(text string) string {
	if plainINI.MatchString(text) {
		return text
	}
	text = control.ReplaceAllString(text, " ")
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	const triple = `"""`
	return triple + strings.ReplaceAll(text, triple, `"`) + triple
}
