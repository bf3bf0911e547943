package main

import (
	"cmp"
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
		Aliases: []string{"show"},
		Short:   "Show one client",
		Example: "  gatehouse client get billing\n  gatehouse client get billing --json",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
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
	lines := []string{"Client ID", c.ID, "Authentication", provesBy(c)}
	for _, f := range client.Fields() {
		if f.Label != "" {
			lines = append(lines, f.Label, shown(f.Value(c)))
		}
	}
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
	return facts(w, append(lines,
		"Access tokens", accessTokens(c)+", lifetime "+orProviders(c.AccessTokenLifetime),
		"ID tokens", cmp.Or(c.IDTokenAlg, "RS256")+", lifetime "+orProviders(c.IDTokenLifetime)+", claims of the granted scopes: "+yesNo(c.IDTokenClaims),
		"Refresh tokens", string(cmp.Or(c.RefreshTokenRotation, client.Rotate))+", unused "+orProviders(c.RefreshTokenIdle)+", altogether "+orProviders(c.RefreshTokenLifetime),
		"Rate limit", rate,
		"Requires PKCE", yesNo(c.RequirePKCE || c.Public()),
		"Restricted", restriction(c), "Disabled", yesNo(c.Disabled),
		"Keys", keys,
		"Secrets", strings.Join(secrets, "; "), "Created", when(c.CreatedAt), "Updated", when(c.UpdatedAt),
	)...)
}

// shown is a value for people.
func shown(value any) string {
	switch v := value.(type) {
	case bool:
		return yesNo(v)
	case []string:
		return strings.Join(v, " ")
	default:
		return fmt.Sprint(v)
	}
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
func accessTokens(c *client.Client) string {
	if c.TokenFormat != client.JWT {
		return string(c.TokenFormat)
	}
	return fmt.Sprintf("%s (%s, %s)", c.TokenFormat, cmp.Or(c.AccessTokenAlg, "ES256"), cmp.Or(c.AccessTokenTyp, client.TypeAccessToken))
}
