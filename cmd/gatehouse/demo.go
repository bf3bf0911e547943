package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// demoClient is a client of the development database together with its secret, which
// everybody knows.
type demoClient struct {
	client.Client

	secret string
}

func demoClients() []demoClient {
	return []demoClient{
		{client.Client{
			ID: "demo-service", Name: "Demo service", Type: client.Backend,
			GrantTypes: []client.GrantType{client.ClientCredentials},
			Scopes:     []string{"orders:read", "orders:write"}, DefaultScopes: []string{"orders:read"},
			MayIntrospect: true,
		}, "demo-service-secret-0123456789abcdef"},
	}
}

// seedDemo fills the development database. It refuses one that holds clients and is not
// marked: those are somebody's real ones, and the demo secrets are public.
func (h *house) seedDemo(ctx context.Context) error {
	demo, err := h.store.IsDemo(ctx)
	if err != nil {
		return err
	}
	if !demo {
		present, err := h.store.Clients(ctx, "", 1)
		if err != nil {
			return err
		}
		if len(present) > 0 {
			return errors.New("this database holds clients and is not marked demo: --dev would add public passwords to it. Use another database")
		}
		if err := h.store.MarkDemo(ctx); err != nil {
			return err
		}
	}
	for _, d := range demoClients() {
		if _, err := h.registry.Create(ctx, &d.Client, d.secret); err != nil && !errors.Is(err, provider.ErrConflict) {
			return fmt.Errorf("demo client %s: %w", d.ID, err)
		}
		if _, err := h.catalogue.Ensure(ctx, d.Scopes); err != nil {
			return err
		}
	}
	return nil
}

// welcome tells a newcomer what to open and what to try.
func welcome(w io.Writer, c config) {
	_, _ = fmt.Fprintf(w, `
Gatehouse is running in development mode, with demo data and public passwords.

  Open                %[1]s
  Discovery           %[1]s/.well-known/openid-configuration

  Get a token         curl -u demo-service:demo-service-secret-0123456789abcdef \
                           -d grant_type=client_credentials %[1]s%[2]s/token
  Look into it        curl -u demo-service:demo-service-secret-0123456789abcdef \
                           -d token=TOKEN %[1]s%[2]s/introspect

Stop with Ctrl-C.

`, c.Issuer, c.OAuthPrefix)
}
