package settings

import (
	"encoding/json"
	"regexp"
	"strings"
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
	return strings.TrimSuffix(quoted.String(), "\n")
}

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

// ini is a text as a value in an ini file.
func ini(text string) string {
	if plainINI.MatchString(text) {
		return text
	}
	return "`" + strings.ReplaceAll(text, "`", "") + "`"
}
