package browser

import (
	"path"
	"strings"
)

// accountPath is where the pages of a person's own account are.
const accountPath = "/account"

// ownFactorsPath is where people see their second factors.
const ownFactorsPath = accountPath + "/security/factors"

// nextPage is the page of the own account that a sign-in leads to; empty for everything else: a link must not send
// the browser to another site, or to a page that does something. There is no query.
func nextPage(text string) string {
	if text != accountPath && !strings.HasPrefix(text, accountPath+"/") || len(text) > 100 || path.Clean(text) != text {
		return ""
	}
	plain := func(c rune) bool { return 'a' <= c && c <= 'z' || c == '/' }
	if strings.ContainsFunc(text, func(c rune) bool { return !plain(c) }) {
		return ""
	}
	return text
}
