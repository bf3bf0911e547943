package main

import (
	"bytes"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClientUpdate(env *environment) *cobra.Command {
	var (
		f    clientFlags
		name string
	)
	cmd := &cobra.Command{
		Use:   "update ID",
		Short: "Change a registration",
		Long: `Changes what the flags name and leaves the rest. --scope and the like replace the whole
list; --add-scope and --remove-scope change one entry of it.`,
		Example: `  gatehouse client update billing --add-scope invoices:write
  gatehouse client update shop --require-pkce --name "Web shop"
  gatehouse client update reports --access-token-format jwt \
      --add-audience https://api.example.com`,
		Args: cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
	}
	f.register(cmd)
	f.registerListChanges(cmd)
	for _, flag := range []string{"scope", "default-scope", "add-scope", "add-default-scope"} {
		env.completeFlagBy(cmd, flag, scopeNames)
	}
	cmd.Flags().StringVar(&name, "name", "", "the name that users see")
	asJSON := addJSON(cmd)
	update := env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		var notes bytes.Buffer
		updated, err := h.registry.Update(cmd.Context(), env.actor(), args[0], func(c *client.Client) error {
			notes.Reset() // after a conflict it is called again
			if cmd.Flags().Changed("name") {
				c.Name = name
			}
			if err := f.apply(cmd, c); err != nil {
				return err
			}
			if slices.ContainsFunc([]string{"redirect-uri", "add-redirect-uri", "response-type", "add-response-type"}, cmd.Flags().Changed) {
				noteGrants(c.ImplyGrants(), &notes)
			}
			implyFormat(cmd, c, &notes)
			return nil
		})
		if err != nil {
			return about("client", args[0], err)
		}
		_, _ = notes.WriteTo(env.Err)
		noteSharedKeys(updated, h.config.ClientSecretJWT, env.Err)
		noteResponses(updated, h.config.responseTypes(), env.Err)
		noteACR(updated, h.config.offeredACR(), env.Err)
		if err := noteNewScopes(cmd, env, h, updated.Scopes); err != nil {
			return err
		}
		noteColon(updated, env.Err)
		noteLogo(cmd, updated, env.Err)
		noteUseless(cmd, updated, env.Err)
		if *asJSON {
			return printJSON(env.Out, viewOf(updated))
		}
		return printClient(env.Out, updated, &h.config)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !changesAnything(cmd) {
			return errors.New("nothing was changed: say what to change by flags, see gatehouse client update --help")
		}
		return update(cmd, args)
	}
	return cmd
}

// changesAnything tells whether a flag was given that is about the client, and not about the output
// or the settings.
func changesAnything(cmd *cobra.Command) bool {
	any := false
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { any = any || (f.Changed && f.Name != "json") })
	return any
}
