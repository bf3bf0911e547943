package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/keys"
)

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
	alg := cmd.Flags().String("alg", "", "RS256, PS256, ES256, EdDSA, RSA-OAEP-256 or ECDH-ES (default: all in use)")
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
	for _, a := range append(keys.Algorithms(), keys.EncryptionAlgorithms()...) {
		names = append(names, string(a))
	}
	return names
}

func (e *environment) rotate(cmd *cobra.Command, h *instance, algorithms []keys.Algorithm, in time.Duration, asJSON bool) error {
	from := e.clock.Now(cmd.Context()).Add(in)
	views := []keyView{}
	out := table{header: []string{"KEY ID", "ALG", "SIGNS FROM"}}
	for _, a := range algorithms {
		k, err := h.keys.Rotate(cmd.Context(), e.actor(), a, from)
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
		if k.State == keys.Active && slices.Contains(h.keys.Offered(), k.Algorithm) {
			algorithms = append(algorithms, k.Algorithm)
		}
	}
	if len(algorithms) == 0 {
		return h.config.keyAlgorithms(), nil
	}
	return algorithms, nil
}
