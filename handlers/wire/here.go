package wire

import (
	"net/http"
	"net/url"
	"slices"
)

// MaxHere bounds a page to come back to, in bytes as the value of a query: the response headers that lead to the sign-in
// are to be below the 4 KiB that proxies buffer by default.
const MaxHere = 2000

// doneField is what pages were just told to say, which is not said later.
const doneField = "done"

// Here is the page that a GET request is for, to come back to after a sign-in: its path and query. Without the query if
// that makes it too long, and empty if the path is.
func Here(r *http.Request) string { return HereWith(r.URL.EscapedPath(), r.URL.Query()) }

// HereWith is a page as Here makes it, of an escaped path and a query. An address with a credential in it, such as the
// answer to an authorization request (RFC 6749 section 4.1.2), is come back to without its query.
func HereWith(path string, query url.Values) string {
	query.Del(doneField)
	if slices.ContainsFunc([]string{"code", "access_token", "id_token", "token", "response"}, query.Has) {
		query = nil
	}
	for _, page := range []string{Path(path, query), path} {
		if len(url.QueryEscape(page)) <= MaxHere {
			return page
		}
	}
	return ""
}
