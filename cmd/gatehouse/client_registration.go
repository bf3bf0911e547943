package main

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers"
	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/storage"
)

// registrations lets clients register themselves by requests, which what is returned serves, nil: none can, and by their
// metadata documents. These are asked for where none is read, too: there may be clients of before.
func (h *instance) registrations(protocol *oauth.Provider, documents registration.DocumentDomain, keys *oauth.ClientKeys, l limits, e *environment) (oauthhandlers.Registrations, error) {
	settings, err := h.config.registrationSettings(protocol.Metadata())
	if err != nil {
		return nil, err
	}
	domain := registration.Domain{
		Store: h.store, Tokens: h.store, Clients: h.registry.ForItself(h.store), Secrets: h.secrets, Keys: keys, Successor: h.ring.Key(keyring.Registration),
		Transactions: h.store, Changes: ratelimit.NewClientChanges(l.limiter, l.table), Events: h.events, Clock: e.clock, Random: e.random,
	}
	documents.Limit = ratelimit.NewDocuments(l.limiter, l.table)
	protocol.FindApplicants(registration.NewDocuments(settings, h.config.documentHosts(), domain, documents))
	if settings.Mode == registration.Off {
		return nil, nil //nolint:nilnil // there are none
	}
	return registration.New(settings, domain), nil
}

// registrationSettings are those of clients that register themselves, where the server offers what its metadata says.
func (c *config) registrationSettings(offered oauth.Metadata) (registration.Settings, error) {
	issuers, err := c.statementIssuers()
	if err != nil {
		return registration.Settings{}, err
	}
	// Only those by which a person gets something to see: tokens of the client itself are the operator's to give.
	grants := slices.DeleteFunc(slices.Clone(offered.GrantTypesSupported), func(g string) bool {
		return g == string(client.ClientCredentials) || g == string(client.Password)
	})
	return registration.Settings{
		Mode: c.clientRegistrationMode(), Endpoint: c.Issuer + c.paths().Registration, Issuer: c.Issuer, Brand: c.brand.Title(),
		Scopes: c.ClientRegistrationScopes, Audience: c.registrationResources(), Schemes: c.ClientRegistrationSchemes, TokenFormat: c.registrationTokens(),
		GrantTypes: grants, ResponseTypes: offered.ResponseTypesSupported, AuthMethods: offered.TokenEndpointAuthMethodsSupported,
		Unused: c.ClientRegistrationUnused, Idle: c.ClientRegistrationIdle, Most: c.ClientRegistrationLimit, Issuers: issuers,
	}, nil
}

// clientExpiryJob removes clients that registered without a token and that nobody uses. It runs whatever the
// settings are: there may be some of before.
func (h *instance) clientExpiryJob(clock provider.Clock, m *metrics.Jobs) storage.Job {
	expiry := registration.NewExpiry(h.store, h.gate, clock, h.config.ClientRegistrationIdle)
	return storage.Job{Name: "client-expiry", Every: time.Minute, Lease: 5 * time.Minute, Work: func(ctx context.Context) error {
		removed, err := expiry.Sweep(ctx)
		m.Removed("clients", removed)
		return err
	}}
}

// anyOrigin lets scripts of every origin read the responses of the endpoints of public clients. Where all may
// register, any origin may be one of a client, and there is nothing to keep from the others: no cookie is
// used, and what a request needs a script of another origin does not have.
type anyOrigin struct{}

// Allowed is part of handlers.OriginChecker.
func (anyOrigin) Allowed(string) bool { return true }

func (c *config) clientOrigins(known handlers.OriginChecker) handlers.OriginChecker {
	if c.clientRegistrationMode() == registration.Open || len(c.documentHosts()) > 0 {
		return anyOrigin{}
	}
	return known
}
