package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClientGet(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "get ID",
		Short:   "Show one client",
		Example: "  gatehouse client get billing\n  gatehouse client get billing --json",
		Args:    cobra.ExactArgs(1),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		c, err := h.store.Client(cmd.Context(), args[0])
		if err != nil {
			return about("client", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, viewOf(c))
		}
		return printClient(env.Out, c)
	})
	return cmd
}

func printClient(w io.Writer, c *client.Client) error {
	v := viewOf(c)
	keys := c.JWKSURI
	if c.JWKS != "" {
		keys = "registered by value"
	}
	rate := "the provider's"
	if c.RateLimit > 0 {
		rate = fmt.Sprintf("%d requests a second", c.RateLimit)
	}
	secrets := make([]string, len(c.Secrets))
	for i, s := range c.Secrets {
		secrets[i] = "made " + when(s.CreatedAt) + ", expires " + whenOrNever(s.ExpiresAt)
	}
	return facts(w,
		"Client ID", c.ID, "Name", c.Name, "Type", v.Type, "Authentication", provesBy(c),
		"Grant types", strings.Join(v.GrantTypes, " "), "Redirect URIs", strings.Join(c.RedirectURIs, " "),
		"After sign-out", strings.Join(c.PostLogoutRedirectURIs, " "),
		"Home page", c.URI, "Logo", c.LogoURI, "Privacy policy", c.PolicyURI, "Terms of service", c.TOSURI,
		"Scopes", strings.Join(c.Scopes, " "), "Default scopes", strings.Join(c.DefaultScopes, " "),
		"Audience", strings.Join(c.Audience, " "),
		"Access tokens", accessTokens(c, v)+", lifetime "+orProviders(c.AccessTokenLifetime),
		"ID tokens", v.IDTokenAlg+", lifetime "+orProviders(c.IDTokenLifetime)+", claims of the granted scopes: "+yesNo(c.IDTokenClaims),
		"Refresh tokens", v.RefreshRotation+", unused "+orProviders(c.RefreshTokenIdle)+", altogether "+orProviders(c.RefreshTokenLifetime),
		"Rate limit", rate,
		"Requires PKCE", yesNo(c.RequirePKCE || c.Public()), "Allows plain PKCE", yesNo(c.AllowPlainPKCE),
		"First party", yesNo(c.FirstParty), "May introspect", yesNo(c.MayIntrospect),
		"Undotted schemes", yesNo(c.AllowUndottedScheme), "Restricted", restriction(c), "Disabled", yesNo(c.Disabled),
		"Keys", keys, "Assertions signed by", c.AuthSigningAlg, "Assertions for the issuer only", yesNo(c.AssertionIssuerOnly),
		"Secrets", strings.Join(secrets, "; "), "Created", when(c.CreatedAt), "Updated", when(c.UpdatedAt),
	)
}

func restriction(c *client.Client) string {
	if c.Restricted {
		return "yes, to named users (gatehouse client users list " + c.ID + ")"
	}
	return yesNo(false)
}

// orProviders shows a lifetime that a client may leave to the provider.
func orProviders(d time.Duration) string {
	if d == 0 {
		return "the provider's"
	}
	return d.String()
}

// accessTokens says what they are like.
func accessTokens(c *client.Client, v clientView) string {
	if c.TokenFormat != client.JWT {
		return v.AccessTokenFormat
	}
	return fmt.Sprintf("%s (%s, %s)", v.AccessTokenFormat, v.AccessTokenAlg, v.AccessTokenTyp)
}
