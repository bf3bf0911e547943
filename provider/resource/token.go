package resource

import (
	"net/http"
	"strings"
)

// token takes the access token of a request from its header (RFC 6750 section 2.1). URLs are logged,
// so it is never taken from there (RFC 9700 section 4.3.2), and the body is the handler's.
func (v *Verifier) token(r *http.Request) (string, *Error) {
	if v.options.TokenFrom != nil {
		token, err := v.options.TokenFrom(r)
		switch {
		case err != nil:
			return "", refuse(MalformedHeader).because(err)
		case token == "":
			return "", refuse(NoToken)
		}
		return token, nil
	}
	values := r.Header["Authorization"]
	switch {
	case len(values) == 0:
		return "", refuse(NoToken)
	case len(values) > 1:
		return "", refuse(RepeatedToken)
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		// RFC 6750 section 3.1: no error code for another method of authentication either.
		return "", refuse(NoToken)
	}
	token = strings.TrimLeft(token, " ")
	if token == "" {
		return "", refuse(MalformedHeader)
	}
	// RFC 6750 section 2: not by two methods at once.
	if query := r.URL.RawQuery; (strings.Contains(query, "access_token") || strings.Contains(query, "%")) && r.URL.Query().Has("access_token") {
		return "", refuse(RepeatedToken)
	}
	return token, nil
}
