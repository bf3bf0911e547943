package wire

import (
	"net/url"
	"strings"
)

// Parameters reads a query or a form body (application/x-www-form-urlencoded). A semicolon is data
// in both (RFC 3986 section 3.4, URL standard section 5.1); net/url refuses it, since it used to be
// a second separator.
func Parameters(text string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(text, ";", "%3B"))
}
