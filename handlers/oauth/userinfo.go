package oauth

import (
	"context"
	"net/http"
)

type userInfo interface {
	Claims(ctx context.Context, r *http.Request) (map[string]any, error)
}

// UserInfo serves the UserInfo endpoint (OpenID Connect Core section 5.3). A POST may bring
// the access token in a form body.
func UserInfo(endpoint userInfo) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := credentialsInURL(r.URL.RawQuery); err != nil {
			return err
		}
		if r.Method == http.MethodPost && r.ContentLength != 0 {
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
