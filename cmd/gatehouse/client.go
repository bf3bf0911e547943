package main

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClient(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "client",
		Short: "Register and change OAuth clients",
		Long:  "A client is an application that may ask for tokens (RFC 6749 section 2).",
	}
	cmd.AddCommand(
		newClientCreate(env), newClientUpdate(env), newClientList(env), newClientGet(env), newClientDelete(env),
		newClientDisable(env), newClientEnable(env), newClientRotateSecret(env), newClientUsers(env),
	)
	return cmd
}

// clientView is a client as the command line prints it. Secrets are shown by date only:
// their hashes are nobody's business.
type clientView struct {
	ID                  string       `json:"client_id"`
	Secret              string       `json:"client_secret,omitempty"` // at creation and rotation only
	Name                string       `json:"client_name"`
	Type                string       `json:"client_type"`
	AuthMethod          string       `json:"token_endpoint_auth_method"`
	AuthMethodPinned    bool         `json:"auth_method_pinned"`
	GrantTypes          []string     `json:"grant_types"`
	RedirectURIs        []string     `json:"redirect_uris"`
	PostLogoutURIs      []string     `json:"post_logout_redirect_uris"`
	URI                 string       `json:"client_uri,omitempty"`
	LogoURI             string       `json:"logo_uri,omitempty"`
	PolicyURI           string       `json:"policy_uri,omitempty"`
	TOSURI              string       `json:"tos_uri,omitempty"`
	Scopes              []string     `json:"scopes"`
	DefaultScopes       []string     `json:"default_scopes"`
	Audience            []string     `json:"audience"`
	AccessTokenFormat   string       `json:"access_token_format"`
	AccessTokenAlg      string       `json:"access_token_alg"`
	AccessTokenTyp      string       `json:"access_token_typ"`
	AccessTokenLifetime int64        `json:"access_token_lifetime,omitempty"` // seconds, like the others
	IDTokenLifetime     int64        `json:"id_token_lifetime,omitempty"`
	RefreshIdle         int64        `json:"refresh_token_idle,omitempty"`
	RefreshLifetime     int64        `json:"refresh_token_lifetime,omitempty"`
	RefreshRotation     string       `json:"refresh_token_rotation"`
	RateLimit           int          `json:"rate_limit,omitempty"` // requests a second
	JWKS                string       `json:"jwks,omitempty"`
	JWKSURI             string       `json:"jwks_uri,omitempty"`
	AuthSigningAlg      string       `json:"token_endpoint_auth_signing_alg,omitempty"`
	IDTokenAlg          string       `json:"id_token_signed_response_alg"`
	IDTokenClaims       bool         `json:"id_token_claims"`
	RequirePKCE         bool         `json:"require_pkce"`
	AllowPlainPKCE      bool         `json:"allow_plain_pkce"`
	FirstParty          bool         `json:"first_party"`
	MayIntrospect       bool         `json:"may_introspect"`
	Restricted          bool         `json:"restricted"`
	Disabled            bool         `json:"disabled"`
	Secrets             []secretView `json:"secrets"`
	CreatedAt           time.Time    `json:"created_at"`
	UpdatedAt           time.Time    `json:"updated_at"`
}

type secretView struct {
	ID        string     `json:"id"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

func viewOf(c *client.Client) clientView {
	v := clientView{
		ID: c.ID, Name: c.Name, Type: string(c.Type), AuthMethod: string(c.AuthMethod), AuthMethodPinned: c.AuthMethodPinned,
		GrantTypes: grantTypeNames(c.GrantTypes), RedirectURIs: orEmpty(c.RedirectURIs), PostLogoutURIs: orEmpty(c.PostLogoutRedirectURIs),
		URI: c.URI, LogoURI: c.LogoURI, PolicyURI: c.PolicyURI, TOSURI: c.TOSURI, Scopes: orEmpty(c.Scopes),
		DefaultScopes: orEmpty(c.DefaultScopes), Audience: orEmpty(c.Audience), AccessTokenFormat: string(c.TokenFormat),
		AccessTokenAlg: cmp.Or(c.AccessTokenAlg, "ES256"), AccessTokenTyp: cmp.Or(c.AccessTokenTyp, client.TypeAccessToken),
		AccessTokenLifetime: int64(c.AccessTokenLifetime / time.Second), IDTokenAlg: cmp.Or(c.IDTokenAlg, "RS256"), IDTokenClaims: c.IDTokenClaims,
		IDTokenLifetime: int64(c.IDTokenLifetime / time.Second), RefreshIdle: int64(c.RefreshTokenIdle / time.Second),
		RefreshLifetime: int64(c.RefreshTokenLifetime / time.Second), RefreshRotation: string(c.RefreshTokenRotation),
		RateLimit: c.RateLimit, JWKS: c.JWKS, JWKSURI: c.JWKSURI, AuthSigningAlg: c.AuthSigningAlg,
		RequirePKCE: c.RequirePKCE, AllowPlainPKCE: c.AllowPlainPKCE, FirstParty: c.FirstParty,
		MayIntrospect: c.MayIntrospect, Restricted: c.Restricted, Disabled: c.Disabled, Secrets: []secretView{}, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	for _, s := range c.Secrets {
		v.Secrets = append(v.Secrets, secretView{s.ID.String(), s.CreatedAt, s.ExpiresAt})
	}
	return v
}

// provesBy says how the client may prove itself.
func provesBy(c *client.Client) string {
	if c.Accepts(client.SecretBasic) && c.Accepts(client.SecretPost) {
		return "secret, by Basic or in the body"
	}
	return string(c.AuthMethod)
}

// orEmpty makes JSON say [] and not null, which few programs expect of a list.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func grantTypeNames(types []client.GrantType) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return names
}
