package oauth

import (
	"context"
	"net/http"
)

type revoker interface {
	Revoke(ctx context.Context, r *http.Request) error
}

// Revoke serves the revocation endpoint (RFC 7009): 200 once the token is not good any more.
// Clients ignore the body (section 2.2), but many a library parses it as JSON all the same.
func Revoke(endpoint revoker) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := readForm(r); err != nil {
			return err
		}
		if err := endpoint.Revoke(r.Context(), r); err != nil {
			return err
		}
		return writeJSON(w, struct{}{})
	}
}
