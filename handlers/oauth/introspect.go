package oauth

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type introspector interface {
	Introspect(ctx context.Context, call *oauth.Call) (oauth.Introspection, error)
}

// Introspect serves the introspection endpoint (RFC 7662).
func Introspect(endpoint introspector) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		call, err := readCall(r)
		if err != nil {
			return err
		}
		answer, err := endpoint.Introspect(r.Context(), call)
		if err != nil {
			return err
		}
		outcome := "inactive"
		if answer.Active {
			outcome = "active"
		}
		canonical.From(r.Context()).Outcome(outcome)
		return wire.WriteJSON(w, http.StatusOK, answer)
	}
}
