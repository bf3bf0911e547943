package curl

import (
	"strings"
	"unicode"
)

// Pair is the name and the value of a header or of a parameter.
type Pair struct{ Name, Value string }

// Request is a request to an endpoint.
type Request struct {
	URL string
	// User is the id and the secret of a client that authenticates by Basic, with a colon between them;
	// empty: none does.
	User          string
	Headers, Form []Pair
}

// Command is the command that sends the request: a POST if there is a form, otherwise a GET.
func (r Request) Command() string {
	var b strings.Builder
	b.WriteString("curl ")
	add := func(option, value string) { b.WriteString(option + " " + quote(value) + " \\\n     ") }
	if r.User != "" {
		add("-u", r.User)
	}
	for _, h := range r.Headers {
		add("-H", h.Name+": "+h.Value)
	}
	for _, f := range r.Form {
		add("--data-urlencode", f.Name+"="+f.Value)
	}
	b.WriteString(quote(r.URL))
	return b.String()
}

// quote makes text one word of a shell. Parameters in the URL of a page can come from an attacker,
// and end up in a command that users paste.
func quote(text string) string {
	plain := strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1 // a line break would run as soon as it is pasted, a bidi mark show another command
		}
		return c
	}, text)
	return "'" + strings.ReplaceAll(plain, "'", `'\''`) + "'"
}
