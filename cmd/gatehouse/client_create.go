package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func newClientCreate(env *environment) *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:   "create NAME [ID] [SECRET]",
		Short: "Register a client",
		Long: `Registers a client. Without ID it gets a random one; without SECRET a confidential
client gets 64 random hexadecimal characters, which are shown once.

A redirect URI implies the grant authorization_code, and client_credentials without one the type
backend. Without --scope, a client with redirect
URIs may ask for the standard scopes of OpenID Connect, roles and groups, and gets openid,
profile and email when it names no scope, unless --default-scope says otherwise.

A SECRET on the command line ends up in the history of your shell: --secret-stdin
reads it from standard input.`,
		Example: `  gatehouse client create "Billing" billing \
      --grant-type client_credentials --scope invoices:read
  gatehouse client create "Orders API" orders-api --may-introspect --json
  openssl rand -hex 32 |
      gatehouse client create "Web shop" shop --secret-stdin \
      --redirect-uri https://shop.example.com/cb --grant-type refresh_token`,
		Args: cobra.RangeArgs(1, 3),
	}
	f.register(cmd)
	env.completeFlagBy(cmd, "scope", scopeNames)
	env.completeFlagBy(cmd, "default-scope", scopeNames)
	asJSON := addJSON(cmd)
	fromStdin := cmd.Flags().Bool("secret-stdin", false, "read the secret from standard input")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if strings.TrimSpace(args[0]) == "" {
			return errors.New("NAME is empty: give the name that users see")
		}
		c := &client.Client{Name: args[0]}
		secret := ""
		if len(args) > 1 {
			c.ID = args[1]
		}
		if len(args) > 2 {
			secret = args[2]
		}
		if *fromStdin {
			if secret != "" {
				return errors.New("give the secret as an argument or on standard input, not both")
			}
			if secret, err = env.line(cmd.Context()); err != nil {
				return fmt.Errorf("read the secret from standard input: %w", err)
			}
		}
		if err := f.apply(cmd, c); err != nil {
			return err
		}
		var notes bytes.Buffer
		implyDefaults(cmd, c, &notes)
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		given := secret != ""
		secret, err = h.registry.Create(cmd.Context(), env.actor(), c, secret)
		if err != nil {
			return about("client", c.ID, err)
		}
		_, _ = notes.WriteTo(env.Err)
		if err := noteNewScopes(cmd, env, h, c.Scopes); err != nil {
			return err
		}
		if given {
			secret = "" // the operator gave it and need not see it
		}
		noteSharedKeys(c, h.config.ClientSecretJWT, env.Err)
		noteResponses(c, h.config.responseTypes(), env.Err)
		noteACR(c, h.config.offeredACR(), env.Err)
		noteLogo(cmd, c, env.Err)
		noteUseless(cmd, c, env.Err)
		notePKCE(cmd, c, h.config.RequirePKCE, env.Err)
		return printCreated(env.Out, c, secret, *asJSON)
	}
	return cmd
}

// shownOnce stands below a secret.
const shownOnce = "The secret is not shown again."

func printCreated(w io.Writer, c *client.Client, secret string, asJSON bool) error {
	if asJSON {
		return printJSON(w, viewWithSecret(c, secret))
	}
	if err := facts(w, "client_id", c.ID, "client_secret", secret); err != nil || secret == "" {
		return err
	}
	_, err := fmt.Fprintln(w, shownOnce)
	return err
}

// noteNewScopes adds scopes that the catalogue lacks and says so: one of them may be a
// typing mistake.
func noteNewScopes(cmd *cobra.Command, env *environment, h *instance, scopes []string) error {
	added, err := h.catalogue.Ensure(cmd.Context(), env.actor(), scopes)
	for _, name := range added {
		_, _ = fmt.Fprintf(env.Err, "note: scope %q is new; describe it with: %s\n", name, refusal.ScopeDescribe(name, repeated(cmd)))
	}
	return err
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
