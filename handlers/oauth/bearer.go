package oauth

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type bearerEndpoint interface {
	Bearer(ctx context.Context, call *oauth.Call, scope string) (*oauth.Principal, error)
}

type managementEndpoint interface {
	Management(ctx context.Context, call *oauth.Call, scope string) (*oauth.Principal, error)
}

// Management guards routes of the management API.
func Management(endpoint managementEndpoint) route.Guard {
	return func(r *http.Request, scope string) (*http.Request, error) {
		principal, err := endpoint.Management(r.Context(), callOf(r), scope)
		if err != nil {
			return nil, err
		}
		canonical.From(r.Context()).Client(principal.Client.ID)
		return r.WithContext(oauth.WithPrincipal(r.Context(), principal)), nil
	}
}

type callerEndpoint interface {
	Caller(ctx context.Context, call *oauth.Call) (*oauth.Principal, error)
}

// Caller guards routes that need valid credentials of the management API, and no scope.
func Caller(endpoint callerEndpoint) route.Guard {
	return func(r *http.Request, _ string) (*http.Request, error) {
		principal, err := endpoint.Caller(r.Context(), callOf(r))
		if err != nil {
			return nil, err
		}
		canonical.From(r.Context()).Client(principal.Client.ID)
		return r.WithContext(oauth.WithPrincipal(r.Context(), principal)), nil
	}
}

// Bearer guards routes that an access token with a scope opens (RFC 6750).
func Bearer(endpoint bearerEndpoint) route.Guard {
	return func(r *http.Request, scope string) (*http.Request, error) {
		principal, err := endpoint.Bearer(r.Context(), callOf(r), scope)
		if err != nil {
			return nil, err
		}
		return r.WithContext(oauth.WithPrincipal(r.Context(), principal)), nil
	}
}
