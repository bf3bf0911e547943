package oauth

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type revoker interface {
	Revoke(ctx context.Context, call *oauth.Call) error
}

// Revoke serves the revocation endpoint (RFC 7009): 200 once the token is not good any more.
// Clients ignore the body (section 2.2), but many a library parses it as JSON all the same.
func Revoke(endpoint revoker) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		call, err := readCall(r)
		if err != nil {
			return err
		}
		if err := endpoint.Revoke(r.Context(), call); err != nil {
			return err
		}
		return wire.WriteJSON(w, http.StatusOK, struct{}{})
	}
}
