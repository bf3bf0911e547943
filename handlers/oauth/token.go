package oauth

import (
	"context"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type tokenEndpoint interface {
	Token(ctx context.Context, call *oauth.Call) (oauth.TokenResponse, error)
}

// Token serves the token endpoint (RFC 6749 section 3.2).
func Token(endpoint tokenEndpoint) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		call, err := readCall(r)
		if err != nil {
			return err
		}
		line := canonical.From(r.Context())
		line.GrantType(named(call.Form.Get("grant_type")))
		answer, err := endpoint.Token(r.Context(), call)
		if err != nil {
			return err
		}
		line.Client(answer.ClientID)
		return wire.WriteJSON(w, http.StatusOK, answer.Parameters)
	}
}

// named is the grant type if there is one of that name: the log is not for words that a
// caller made up, or for the credential that it put into the wrong parameter.
func named(grantType string) string {
	if grantType == "" || slices.Contains(client.GrantTypes(), client.GrantType(grantType)) {
		return grantType
	}
	return "other"
}
