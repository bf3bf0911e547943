package resource

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4/json"
)

const (
	reasonLimit = 4 << 10 // of a body that is read for it
	longestText = 200     // of what is kept, in characters
	longestWord = 40      // no code and no word is longer; tokens and keys are
)

// reasonOf is what the provider says about a response without what was asked for, for logs: error and
// error_description, of the body (RFC 6749 section 5.2) or else of the challenge (RFC 6750 section 3).
// Both are of another server: they are bounded, printable, and dropped where they repeat a credential.
func reasonOf(r *http.Request, response *http.Response) string {
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, reasonLimit))
	if err == nil {
		err = json.Unmarshal(body, &said)
	}
	if challenge := strings.Join(response.Header.Values("WWW-Authenticate"), ", "); err != nil || said.Error == "" {
		said.Error, said.Description = parameter(challenge, "error"), parameter(challenge, "error_description")
	}
	if said.Error == "" {
		return ""
	}
	text := said.Error
	if said.Description != "" {
		text += ": " + said.Description
	}
	for _, secret := range secretsOf(r) {
		if secret != "" && (strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret))) {
			return ""
		}
	}
	return printable(text)
}

// parameter is one of a challenge. A quoted pair cannot be in the two that are looked for.
func parameter(challenge, name string) string {
	_, after, _ := strings.Cut(challenge, name+`="`)
	value, _, closed := strings.Cut(after, `"`)
	if !closed {
		return ""
	}
	return value
}

// secretsOf are the credentials of a request.
func secretsOf(r *http.Request) []string {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secrets := []string{credential}
	if _, password, ok := r.BasicAuth(); ok {
		decoded, _ := url.QueryUnescape(password) // as the provider reads it
		secrets = append(secrets, password, decoded)
	}
	if r.GetBody == nil {
		return secrets
	}
	body, err := r.GetBody()
	if err != nil {
		return secrets
	}
	defer body.Close()
	sent, _ := io.ReadAll(body)
	form, _ := url.ParseQuery(string(sent))
	return append(secrets, form.Get("token"), form.Get("client_secret"), form.Get("client_assertion"))
}

// printable keeps the characters that RFC 6749 section 5.2 allows, and leaves out long words.
func printable(text string) string {
	words := strings.Fields(strings.Map(func(c rune) rune {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return ' '
		}
		return c
	}, text))
	for n, word := range words {
		if len(word) > longestWord {
			words[n] = "..."
		}
	}
	kept := strings.Join(words, " ")
	return kept[:min(len(kept), longestText)]
}
