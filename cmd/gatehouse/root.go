package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

// terminal is what a run of the program has of the outside world.
type terminal struct {
	Args    []string
	Environ []string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
}

// variable is the value of an environment variable; empty: it is not set.
func (t terminal) variable(name string) string {
	for _, pair := range t.Environ {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// run carries out one command line and returns the exit code: 0, or 1 after one clear
// line on standard error.
func run(ctx context.Context, t terminal) int {
	root := newRoot(t) //nolint:contextcheck // cobra hands the context to each verb
	root.SetArgs(t.Args)
	root.SetIn(t.In)
	root.SetOut(t.Out)
	root.SetErr(t.Err)
	var noHelp error
	helpOf(root, &noHelp)
	if err := errors.Join(root.ExecuteContext(ctx), noHelp); err != nil {
		_, _ = fmt.Fprintln(t.Err, "gatehouse: "+printable(explainError(err)))
		return 1
	}
	return 0
}

func newRoot(t terminal) *cobra.Command {
	root := &cobra.Command{
		Use:   "gatehouse",
		Short: "OpenID Connect and OAuth 2.0 provider",
		Long: `Gatehouse signs users in, asks for their consent, issues tokens to applications and
answers the resource servers that check them.

Settings come from flags, then GATEHOUSE_... environment variables, then the file
given with --config. "gatehouse doctor" checks them.`,
		Example: `  gatehouse serve --dev                # try it: http://localhost:8080
  gatehouse doctor                     # check the settings
  gatehouse client create "My API" --grant-type client_credentials --scope read
  source <(gatehouse completion bash)  # complete verbs, flags and ids with Tab`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	flags := root.PersistentFlags()
	flags.String("config", "", "YAML file with settings")
	flags.String("data-dir", "", "directory of the embedded database and the generated secret (default ./data)")
	flags.String("database-url", "", "sqlite://PATH or postgres://... (default: a file in the data directory)")
	flags.Bool("dev", false, "use the development database, with demo data")

	env := &environment{terminal: t, clock: time.Now, random: rand.Reader}
	root.AddCommand(
		newServe(env), newProxy(env), newMigrate(env), newClient(env), newRegistrationToken(env), newUser(env), newAdmin(env), newScope(env), newConsent(env), newWebhook(env), newKey(env), newKeyring(env),
		newSession(env), newToken(env), newLimit(env), newAudit(env), newImport(env), newExplain(env), newDoctor(env), newHealthcheck(env),
		newVersion(env), newDocs(env),
	)
	root.InitDefaultCompletionCmd(t.Args...)
	root.InitDefaultHelpCmd()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if err := misnamed(root, t.Args); err != nil {
			return err
		}
		return flagFault(cmd, err)
	})
	finish(root)
	return root
}

// environment is what every verb needs to begin.
type environment struct {
	terminal

	clock  provider.Clock
	random io.Reader
}
