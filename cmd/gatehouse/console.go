package main

import (
	"cmp"
	"io"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/handlers/itself"
	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// console is the pages of administrators.
func (h *instance) console(web *websession.Sessions, set *pages.Set, protocol *oauth.Provider, counted limits, own *itself.Server, random io.Reader) (*console.Console, error) {
	networks, err := h.config.consoleAllow()
	if err != nil {
		return nil, err
	}
	texts, err := readSettingTexts()
	if err != nil {
		return nil, err
	}
	return console.New(console.Config{
		Networks: networks, Factors: h.demands, Figures: h.store, Demo: h.config.Dev,
		Foresight: protocol, Scopes: h.catalogue, ScopeUses: h.store, Roles: h.store,
		Users: h.store, Accounts: h.users, Invitations: h.invitations, Recovery: h.people, Policy: h.people.Policy(), SecondFactors: h.factors, Passkeys: h.passkeys, Sessions: h.sessions, Apps: h.apps, Audit: h.store, Exports: h.gate, Verifications: h.verified, Imports: h.store, Usernames: h.store, Webhooks: h.webhooks,
		Clients: h.store, Together: h.store, Repeats: idempotency.NewKeys(h.store, h.store, h.ring.Key(keyring.Idempotency), web.Clock), Registry: h.registry, Catalogue: h.catalogue, Provider: h.config.asProvider(),
		SelfRegistration: h.config.clientRegistrationMode(), RegistrationTokens: h.initialTokens, Registrations: h.store, Logouts: h.logouts,
		Self: own, CodeLifetime: h.config.CodeLifetime, Random: random,
		Tokens: h.inspector, Consents: h.consents, Keys: h.keys, DataKeys: h.ring, State: h.store,
		Policies: counted.table, Budgets: ratelimit.NewBudgets(counted.table, counted.state, h.gate, h.store, h.users), Messages: h.store, Channels: h.config.channels(),
		Settings: h.config.shownSettings(texts), Brand: h.config.brand, Version: version,
		KeySchedule: console.KeySchedule{Kept: oauthhandlers.DocumentAge, Every: h.config.KeyRotation, Ahead: h.config.KeyPublishAhead},
		Refusals:    refusal.NewRecorder(h.ring.Key(keyring.ErrorRecord)), Checks: h.config.refusals(),
		LogoutPath: h.config.paths().EndSession, Web: web, Pages: set, Clock: web.Clock,
	})
}

// asProvider is this server as the settings of applications have it.
func (c *config) asProvider() settings.Provider {
	paths := c.paths()
	return settings.Provider{
		Name: cmp.Or(c.BrandName, "Gatehouse"), Issuer: c.Issuer,
		Authorization: c.Issuer + paths.Authorization, Token: c.Issuer + paths.Token, UserInfo: c.Issuer + paths.UserInfo, Introspection: c.Issuer + paths.Introspection, Revocation: c.Issuer + paths.Revocation, Keys: c.Issuer + paths.JWKS, Logout: c.Issuer + paths.EndSession,
	}
}
