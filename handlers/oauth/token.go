package oauth

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type tokenEndpoint interface {
	Token(ctx context.Context, r *http.Request, origin string) (oauth.TokenAnswer, error)
}

// Token serves the token endpoint (RFC 6749 section 3.2).
func Token(endpoint tokenEndpoint) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := readForm(r); err != nil {
			return err
		}
		line := canonical.From(r.Context())
		answer, err := endpoint.Token(r.Context(), r, line.AddressPrefix())
		if err != nil {
			return err
		}
		line.Client(answer.ClientID)
		line.GrantType(string(answer.GrantType))
		return writeJSON(w, answer.Parameters)
	}
}
