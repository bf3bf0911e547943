package oauth

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type userInfo interface {
	UserInfo(ctx context.Context, call *oauth.Call) (oauth.UserInfoResponse, error)
}

// UserInfo serves the UserInfo endpoint (OpenID Connect Core section 5.3). A POST may bring
// the access token in a form body (RFC 6750 section 2.2); any other body means nothing here,
// and some libraries send an empty object or an empty chunk.
func UserInfo(endpoint userInfo) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := credentialsInURL(r.URL.RawQuery); err != nil {
			return err
		}
		call := callOf(r)
		if r.Method == http.MethodPost && wire.IsForm(r) {
			form, err := readForm(r)
			if err != nil {
				return err
			}
			call.Form = form
		}
		response, err := endpoint.UserInfo(r.Context(), call)
		if err != nil {
			return err
		}
		if response.JWT == "" {
			return wire.WriteJSON(w, http.StatusOK, response.Claims)
		}
		writeJWT(w, "application/jwt", response.JWT)
		return nil
	}
}
