package browser

import (
	"net/url"
	"path"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
)

// The first pages of the own account and of the console.
const (
	accountPath = "/account"
	consolePath = "/admin"
)

// ownFactorsPath is where people see their second factors.
const ownFactorsPath = accountPath + "/security/factors"

// nextPage is the page of the own account, or of the console, that a sign-in leads to; empty for everything else: a link
// must not send the browser to another site, or to a page that does something. There is no query but that of a question
// whether a change of the factors is meant, which does nothing either.
func nextPage(text string) string {
	page, query, asks := strings.Cut(text, "?")
	if asks {
		return nextQuestion(page, query)
	}
	within := func(start string) bool { return text == start || strings.HasPrefix(text, start+"/") }
	if !within(accountPath) && !within(consolePath) || len(text) > 100 || path.Clean(text) != text {
		return ""
	}
	plain := func(c rune) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '/' || c == '-' }
	if strings.ContainsFunc(text, func(c rune) bool { return !plain(c) }) {
		return ""
	}
	return text
}

// nextQuestion is the page with such a question; empty for everything else.
func nextQuestion(page, query string) string {
	values, err := url.ParseQuery(query)
	if page != ownFactorsPath || err != nil {
		return ""
	}
	word := func(c rune) bool { return 'a' <= c && c <= 'z' || c == '_' }
	confirm, id := values.Get("confirm"), values.Get("passkey")
	if confirm == "" || len(confirm) > 20 || strings.ContainsFunc(confirm, func(c rune) bool { return !word(c) }) {
		return ""
	}
	if _, err := provider.ParseID(id); id != "" && err != nil {
		return ""
	}
	return wire.Path(page, url.Values{"confirm": {confirm}, "passkey": {id}})
}
