package oauth

import (
	"context"
	"net/http"
)

type userInfo interface {
	Claims(ctx context.Context, r *http.Request) (map[string]any, error)
}

// UserInfo serves the UserInfo endpoint (OpenID Connect Core section 5.3). A POST may bring
// the access token in a form body (RFC 6750 section 2.2); any other body means nothing here,
// and some libraries send an empty object or an empty chunk.
func UserInfo(endpoint userInfo) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := credentialsInURL(r.URL.RawQuery); err != nil {
			return err
		}
		if r.Method == http.MethodPost && isForm(r.Header) == nil {
			if err := readForm(r); err != nil {
				return err
			}
		}
		claims, err := endpoint.Claims(r.Context(), r)
		if err != nil {
			return err
		}
		return writeJSON(w, claims)
	}
}
