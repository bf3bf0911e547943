package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func newKey(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Look after the signing keys",
		Long: `A key is published (pending) before it signs (active), and goes on verifying what it
signed (retiring) until it is gone.`,
	}
	cmd.AddCommand(newKeyList(env), newKeyRotate(env), newKeyRevoke(env), newKeyImport(env))
	return cmd
}

type keyView struct {
	KID        string     `json:"kid"`
	Algorithm  string     `json:"alg"`
	State      string     `json:"state"`
	CreatedAt  time.Time  `json:"created_at"`
	ActiveFrom *time.Time `json:"active_from"` // null: it is the first
	GoneAt     *time.Time `json:"gone_at"`
}

func keyViewOf(k keys.Key, state keys.State) keyView {
	v := keyView{k.KID, string(k.Algorithm), string(state), k.CreatedAt, &k.ActiveFrom, k.GoneAt}
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
		Short:   "List the signing keys with their states and dates",
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
			out.add(k.KID, string(k.Algorithm), string(k.State), when(k.CreatedAt), signsFrom(k.Key), whenOrNever(k.GoneAt))
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func newKeyRotate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Publish a new signing key and let it take over",
		Long: `Makes a key for each algorithm in use (or the one given), publishes it at once, and lets
it sign after --in, when every cache of the key set has it. What older keys signed stays
valid to its end. --in 0s is for a key that leaked: libraries that cached the key set
refuse new tokens until they fetch it again.`,
		Example: "  gatehouse key rotate\n  gatehouse key rotate --alg ES256 --in 0s",
		Args:    cobra.NoArgs,
	}
	alg := cmd.Flags().String("alg", "", "RS256, PS256, ES256 or EdDSA (default: all in use)")
	in := cmd.Flags().Duration("in", 10*time.Minute, "how long the key is published before it signs")
	completeFlag(cmd, "alg", algorithmNames())
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if *in < 0 {
			return errors.New("--in must not be negative")
		}
		if *alg != "" && !slices.Contains(algorithmNames(), *alg) {
			return fmt.Errorf("--alg %q must be %s", *alg, oneOf(algorithmNames()))
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		algorithms := []keys.Algorithm{keys.Algorithm(*alg)}
		if *alg == "" {
			if algorithms, err = h.keysInUse(cmd); err != nil {
				return err
			}
		}
		return env.rotate(cmd, h, algorithms, *in, *asJSON)
	}
	return cmd
}

// algorithmNames are those that a key may have.
func algorithmNames() []string {
	var names []string
	for _, a := range keys.Algorithms() {
		names = append(names, string(a))
	}
	return names
}

func (e *environment) rotate(cmd *cobra.Command, h *instance, algorithms []keys.Algorithm, in time.Duration, asJSON bool) error {
	from := e.clock.Now(cmd.Context()).Add(in)
	views := []keyView{}
	out := table{header: []string{"KEY ID", "ALG", "SIGNS FROM"}}
	for _, a := range algorithms {
		k, err := h.keys.Rotate(cmd.Context(), a, from)
		if err != nil {
			return fmt.Errorf("rotate the key of %s: %w", a, err)
		}
		state := keys.Pending
		if in == 0 {
			state = keys.Active
		}
		views = append(views, keyViewOf(k, state))
		out.add(k.KID, string(k.Algorithm), when(k.ActiveFrom))
	}
	if asJSON {
		return printJSON(e.Out, views)
	}
	return out.print(e.Out)
}

func (h *instance) keysInUse(cmd *cobra.Command) ([]keys.Algorithm, error) {
	listed, err := h.keys.List(cmd.Context())
	if err != nil {
		return nil, err
	}
	var algorithms []keys.Algorithm
	for _, k := range listed {
		if k.State == keys.Active {
			algorithms = append(algorithms, k.Algorithm)
		}
	}
	if len(algorithms) == 0 {
		return signingAlgorithms(), nil
	}
	return algorithms, nil
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
		k, err := h.keys.Import(cmd.Context(), pem, env.clock.Now(cmd.Context()).Add(*in))
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
