package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/ratelimit"
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
		return printClient(env.Out, c, &h.config)
	})
	return cmd
}

func printClient(w io.Writer, c *client.Client, settings *config) error {
	lines := []string{"Client ID", c.ID, "Authentication", provesBy(c)}
	if c.FromDocument() {
		lines = append(lines, "Registered by", "its metadata document, at the client ID")
	}
	for _, f := range client.Fields() {
		switch {
		case f.Name == "response_types": // which have spaces
			lines = append(lines, f.Label, strings.Join(c.ResponseTypes, ", "))
		case f.Label != "":
			lines = append(lines, f.Label, shown(f.Value(c)))
		}
	}
	keys := c.JWKSURI
	if c.JWKS != "" {
		keys = "registered by value"
	}
	rate, err := rateOf(c, settings)
	if err != nil {
		return err
	}
	secrets := make([]string, len(c.Secrets))
	for i, s := range c.Secrets {
		secrets[i] = "made " + when(s.CreatedAt) + ", expires " + whenOrNever(s.ExpiresAt)
	}
	return facts(w, append(lines,
		"Access tokens", accessTokens(c)+", lifetime "+inForce(c.AccessTokenLifetime, settings.AccessTokenLifetime),
		"ID tokens", c.IDTokenAlgorithm()+", lifetime "+inForce(c.IDTokenLifetime, settings.IDTokenLifetime)+", claims of the granted scopes: "+yesNo(c.IDTokenClaims),
		"Refresh tokens", string(cmp.Or(c.RefreshTokenRotation, client.Rotate))+", unused "+inForce(c.RefreshTokenIdle, settings.RefreshTokenIdle)+", altogether "+inForce(c.RefreshTokenLifetime, settings.RefreshTokenLifetime),
		"Rate limit", rate,
		"Requires PKCE", yesNo(c.RequirePKCE || c.Public()),
		"Default max_age", maxAge(c),
		"Sign-in needed", cmp.Or(c.RequiredACR, acr.Password),
		"Restricted", restriction(c), "Disabled", yesNo(c.Disabled),
		"Keys", keys,
		"Secrets", strings.Join(secrets, "; "), "Created", when(c.CreatedAt), "Updated", when(c.UpdatedAt),
	)...)
}

// shown is the text of a value.
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

// maxAge is how long ago users may have signed in where a request does not say.
func maxAge(c *client.Client) string {
	if c.DefaultMaxAge == 0 {
		return ""
	}
	return short(c.DefaultMaxAge)
}

func restriction(c *client.Client) string {
	if c.Restricted {
		return "yes, to named users and groups (gatehouse client users list " + c.ID + ", gatehouse client groups list " + c.ID + ")"
	}
	return yesNo(false)
}

// inForce is the client's own lifetime, or the one of the settings.
func inForce(own, usual time.Duration) string {
	if own == 0 {
		return short(usual) + " (default)"
	}
	return short(own)
}

// rateOf is how often the client may ask: its own limit, or those of the settings.
func rateOf(c *client.Client, settings *config) (string, error) {
	if c.RateLimit > 0 {
		return fmt.Sprintf("%d requests a second", c.RateLimit), nil
	}
	limits, err := settings.policies()
	if err != nil {
		return "", err
	}
	var rates []string
	for _, p := range []struct{ policy, where string }{
		{ratelimit.TokenClient, "for tokens"}, {ratelimit.IntrospectClient, "for introspection"}, {ratelimit.UserInfoClient, "for UserInfo"}, {ratelimit.RevocationsClient, "for revocations"},
	} {
		if limit, ok := limits.Policy(p.policy); ok {
			rates = append(rates, limit.Limit.String()+" "+p.where)
		}
	}
	return strings.Join(rates, ", ") + " (default)", nil
}

// accessTokens says what they are like.
func accessTokens(c *client.Client) string {
	if c.TokenFormat != client.JWT {
		return string(c.TokenFormat)
	}
	return fmt.Sprintf("%s (%s, %s)", c.TokenFormat, cmp.Or(c.AccessTokenAlg, "ES256"), cmp.Or(c.AccessTokenTyp, client.TypeAccessToken))
}
