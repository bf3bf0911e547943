package browser

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// The first pages of the own account and of the console.
const (
	accountPath = "/account"
	consolePath = "/admin"
)

// ownFactorsPath is where people see their second factors.
const ownFactorsPath = accountPath + "/security/factors"

// nextPage is the page of the own account, or of the console, that a sign-in leads to, with its query; empty for
// everything else: a link must not send the browser to another site, nor to a page of another kind. Pages that are opened
// change nothing.
func nextPage(text string) string {
	page, query, _ := strings.Cut(text, "?")
	within := func(start string) bool { return page == start || strings.HasPrefix(page, start+"/") }
	if !within(accountPath) && !within(consolePath) || path.Clean(page) != page || !isPath(page) || strings.ContainsFunc(query, unicode.IsControl) {
		return ""
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	return wire.HereWith(page, values) // in one form, in which no value ends the query
}

// isPath tells whether a text is a path in the form in which this server writes those of its pages, which no browser and
// no proxy reads as another one.
func isPath(text string) bool {
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("/-._~$&+=:@%", c)
	}
	read, err := url.PathUnescape(text)
	if err != nil || strings.ContainsFunc(text, func(c rune) bool { return !plain(c) }) {
		return false
	}
	dots := func(part string) bool { return part == "." || part == ".." }
	return utf8.ValidString(read) && !strings.ContainsFunc(read, func(c rune) bool { return unicode.IsControl(c) || c == '\\' }) &&
		!slices.ContainsFunc(strings.Split(read, "/"), dots)
}
