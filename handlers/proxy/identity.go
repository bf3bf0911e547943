package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// The headers that tell the API who a request is from.
const (
	headerIssuer    = "X-Auth-Issuer"
	headerSubject   = "X-Auth-Subject"
	headerClientID  = "X-Auth-Client-Id"
	headerScopes    = "X-Auth-Scopes"
	headerAssertion = "X-Auth-Assertion"
)

// IdentityHeaders are the names of the headers that the API can rely on. Scopes are separated by spaces.
func IdentityHeaders() []string {
	return []string{headerIssuer, headerSubject, headerClientID, headerScopes, headerAssertion}
}

var errNoHeader = errors.New("the token has a value that a header cannot have")

// identity are the headers for a principal, and its assertion for one request. It returns errNoHeader for
// a token with something in it that the API would read as something else.
func identity(p resource.Principal, s *Signer, method, path string) (http.Header, error) {
	h := http.Header{}
	if slices.ContainsFunc(p.Scopes, func(s string) bool { return !isScope(s) }) {
		return nil, fmt.Errorf("%w: %s", errNoHeader, headerScopes)
	}
	for name, value := range map[string]string{
		headerIssuer: p.Issuer, headerSubject: p.Subject, headerClientID: p.ClientID, headerScopes: strings.Join(p.Scopes, " "),
	} {
		// Spaces around a value are no part of it on the way: another user would come of it.
		if !httpguts.ValidHeaderFieldValue(value) || strings.ContainsFunc(value, unicode.IsControl) || strings.TrimSpace(value) != value {
			return nil, fmt.Errorf("%w: %s", errNoHeader, name)
		}
		h.Set(name, value)
	}
	assertion, err := s.sign(p, method, path)
	if err != nil {
		return nil, fmt.Errorf("sign the assertion: %w", err)
	}
	h.Set(headerAssertion, assertion)
	return h, nil
}

// rewriting are headers by which some servers take another path than that of the request.
func rewriting() []string { return []string{"X-Original-Url", "X-Original-Uri", "X-Rewrite-Url"} }

// remove removes headers in every spelling that an API may take for them: CGI and its successors make
// X_AUTH_SUBJECT of X-Auth-Subject, and some of X.Auth.Subject.
func remove(h http.Header, names ...string) {
	for name := range h {
		if alikeAny(name, names) {
			delete(h, name)
		}
	}
}

// removePrefix removes headers that begin so, in every spelling.
func removePrefix(h http.Header, prefix string) {
	for name := range h {
		if strings.HasPrefix(folded(name), folded(prefix)) {
			delete(h, name)
		}
	}
}

// has tells whether a request has one of the headers, in whatever spelling. Forward authentication can
// remove none.
func has(h http.Header, names ...string) bool {
	for name := range h {
		if alikeAny(name, names) {
			return true
		}
	}
	return false
}

// misspelt tells whether a request has one of the headers under another name. Forward authentication
// can replace one under its own.
func misspelt(h http.Header, names ...string) bool {
	for name := range h {
		if !slices.Contains(names, name) && alikeAny(name, names) {
			return true
		}
	}
	return false
}

func alikeAny(name string, names []string) bool {
	return slices.ContainsFunc(names, func(other string) bool { return alike(name, other) })
}

func alike(a, b string) bool { return folded(a) == folded(b) }

func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return '-'
	}, strings.ToLower(name))
}
