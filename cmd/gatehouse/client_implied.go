package main

import (
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// noteGrants says that a redirect URI implied the grants that send responses there.
func noteGrants(implied []client.GrantType, notes io.Writer) {
	for _, g := range implied {
		why := "a redirect URI implies"
		if g == client.Implicit {
			why = "its response types need"
		}
		_, _ = fmt.Fprintf(notes, "note: %s the grant %s, which was added\n", why, g)
	}
}

// noteResponses says what response types need that are off unless they are turned on, and why.
func noteResponses(c *client.Client, on []string, notes io.Writer) {
	var off []string
	for _, kind := range c.Responses() {
		if kind != client.ResponseCode && !slices.Contains(on, kind) {
			off = append(off, kind)
		}
	}
	if len(off) > 0 {
		_, _ = fmt.Fprintf(notes, "note: requests for %s are refused unless the server runs with GATEHOUSE_RESPONSE_TYPES=%s\n",
			strings.Join(off, ", "), refusal.Quote(strings.Join(append(slices.Clone(on), off...), ",")))
	}
	if slices.ContainsFunc(c.Responses(), func(kind string) bool { return client.Returns(kind, client.ResponseToken) }) {
		_, _ = fmt.Fprintln(notes, "note: access tokens in a browser can be read there, and used by whoever has them (RFC 9700 section 2.1.2): code with PKCE is safer")
	}
}

// implyFormat: only JWTs are signed and have a type, so naming either asks for them.
func implyFormat(cmd *cobra.Command, c *client.Client, notes io.Writer) {
	given := cmd.Flags().Changed
	if (given("access-token-alg") || given("access-token-typ")) && !given("access-token-format") && c.TokenFormat != client.JWT {
		c.TokenFormat = client.JWT
		_, _ = fmt.Fprintln(notes, "note: its access tokens are JWTs from now on (--access-token-format jwt)")
	}
}

// noteUseless says what a client needs to get tokens: refresh_token alone yields nothing to refresh. One
// that authenticates may introspect all the same, as an API does: the tokens that name it.
func noteUseless(cmd *cobra.Command, c *client.Client, notes io.Writer) {
	if c.MayIntrospect || slices.ContainsFunc(c.GrantTypes, func(g client.GrantType) bool { return g != client.RefreshToken }) {
		return
	}
	can, example := "get no tokens: it has no redirect URI, and no grant that yields them. It may introspect those whose audience is "+c.ID, "--add-grant-type client_credentials --add-scope orders:read"
	if c.Public() {
		can, example = "do nothing yet: it has no redirect URI, and no grant that yields tokens", "--add-redirect-uri https://app.example.com/callback"
	}
	_, _ = fmt.Fprintf(notes, "note: the client can %s. To get some, such as: gatehouse client update %s %s%s\n", can, c.ID, example, repeated(cmd))
}

// noteLogo says that an image is never shown whose format can hold scripts.
func noteLogo(cmd *cobra.Command, c *client.Client, notes io.Writer) {
	u, err := url.Parse(c.LogoURI)
	if err != nil || !cmd.Flags().Changed("logo-uri") {
		return
	}
	if extension := strings.ToLower(path.Ext(u.Path)); extension == ".svg" || extension == ".svgz" {
		_, _ = fmt.Fprintln(notes, "note: an SVG logo is never shown: give a PNG, JPEG, GIF or WebP")
	}
}

// noteSharedKeys says what a method needs that is off unless it is turned on.
func noteSharedKeys(c *client.Client, on bool, notes io.Writer) {
	if c.AuthMethod == client.SecretJWT && !on {
		_, _ = fmt.Fprintln(notes, "note: client_secret_jwt is refused unless the server runs with GATEHOUSE_CLIENT_SECRET_JWT=true")
	}
}

// noteACR says what a class needs that no user reaches otherwise.
func noteACR(c *client.Client, reachable string, notes io.Writer) {
	if !acr.Satisfies(reachable, c.RequiredACR) {
		_, _ = fmt.Fprintln(notes, "note: nobody can sign in to it with phrh unless the server runs with GATEHOUSE_PASSKEY_ATTESTATION=direct")
	}
}

// implyDefaults completes a registration, and says with what.
func implyDefaults(cmd *cobra.Command, c *client.Client, notes io.Writer) {
	implyFormat(cmd, c, notes)
	flags := map[string]string{}
	for _, f := range client.Fields() {
		flags[f.Name] = f.Flag
	}
	implied := c.Imply(func(name string) bool { return cmd.Flags().Changed(flags[name]) }, consent.StandardScopes(), consent.SignInScopes())
	noteGrants(implied.Grants, notes)
	if implied.Scopes && !cmd.Flags().Changed("default-scope") {
		_, _ = fmt.Fprintf(notes, "note: without --scope it may request %s; when it requests none, it gets %s (--default-scope)\n",
			strings.Join(c.Scopes, " "), strings.Join(c.DefaultScopes, " "))
	}
}

// notePKCE says how to require PKCE of a client where the deployment does not require it of all.
func notePKCE(cmd *cobra.Command, c *client.Client, required bool, notes io.Writer) {
	if c.MayUse(client.AuthorizationCode) && !c.Public() && !c.RequirePKCE && !required {
		_, _ = fmt.Fprintf(notes, "note: PKCE is accepted and not required; if its library sends it: gatehouse client update %s --require-pkce%s\n", c.ID, repeated(cmd))
	}
}

// noteColon warns of what is refused for a new client: one that is registered keeps working.
func noteColon(c *client.Client, notes io.Writer) {
	if c.HasSecret() && strings.Contains(c.ID, ":") {
		_, _ = fmt.Fprintln(notes, "note: the id has a colon, where HTTP Basic ends it unless the library encodes it first; in the body it always works")
	}
}
