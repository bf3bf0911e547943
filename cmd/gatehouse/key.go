package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func newKey(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Manage the keys of the server",
		Long: `A key is published (pending) before it signs (active), and goes on verifying what it
signed (retiring) until it is gone.

Keys for encryption (GATEHOUSE_REQUEST_OBJECTS with encrypted) decrypt as long as they are
listed. Only the active one is published: clients encrypt to it.`,
	}
	cmd.AddCommand(newKeyList(env), newKeyRotate(env), newKeyRevoke(env), newKeyImport(env))
	return cmd
}

type keyView struct {
	KID        string     `json:"kid"`
	Algorithm  string     `json:"alg"`
	Use        string     `json:"use"`
	State      string     `json:"state"`
	CreatedAt  time.Time  `json:"created_at"`
	ActiveFrom *time.Time `json:"active_from"` // null: it is the first
	GoneAt     *time.Time `json:"gone_at"`
}

func keyViewOf(k keys.Key, state keys.State) keyView {
	v := keyView{k.KID, string(k.Algorithm), k.Algorithm.Use(), string(state), k.CreatedAt, &k.ActiveFrom, k.GoneAt}
	if k.First() {
		v.ActiveFrom = nil
	}
	return v
}

// signsFrom: the first key of an algorithm is good for whatever time there is.
func signsFrom(k keys.Key) string {
	if k.First() {
		return "always"
	}
	return when(k.ActiveFrom)
}

func newKeyList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the keys with their states and dates",
		Example: "  gatehouse key list --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		listed, err := h.keys.List(cmd.Context())
		if err != nil {
			return err
		}
		views := []keyView{}
		out := table{
			header: []string{"KEY ID", "ALG", "STATE", "CREATED", "SIGNS FROM", "GONE AT"},
			empty:  "No keys yet: serve makes them at its first start.",
		}
		for _, k := range listed {
			views = append(views, keyViewOf(k.Key, k.State))
			out.add(k.KID, string(k.Algorithm), string(k.State), when(k.CreatedAt), signsFrom(k.Key), h.goneAt(k.Key, env.clock.Now(cmd.Context())))
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

// goneAt is when a key is removed. One without a successor is followed by the schedule, if there is
// one.
func (h *instance) goneAt(k keys.Key, now time.Time) string {
	if k.GoneAt != nil {
		return when(*k.GoneAt)
	}
	if h.config.KeyRotation == 0 {
		return "at its rotation"
	}
	next := keys.NewSchedule(h.keys, h.config.KeyRotation, h.config.KeyPublishAhead).Next(k, now)
	return when(next.Add(keys.Overlap)) + " (scheduled)"
}

func newKeyImport(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Sign with a private key of your own",
		Long: `Reads an unencrypted PEM private key (RSA of 2048 bits or more, P-256 or Ed25519),
seals it into the database and lets it sign after --in. Delete the file afterwards. A key
that was rotated away or withdrawn is refused.`,
		Example: "  gatehouse key import signing.pem",
		Args:    cobra.ExactArgs(1),
	}
	in := cmd.Flags().Duration("in", 10*time.Minute, "how long the key is published before it signs")
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		pem, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		k, err := h.keys.Import(cmd.Context(), env.actor(), pem, env.clock.Now(cmd.Context()).Add(*in))
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, keyViewOf(k, keys.Pending))
		}
		return facts(env.Out, "kid", k.KID, "alg", string(k.Algorithm), "signs from", when(k.ActiveFrom))
	}
	return cmd
}
