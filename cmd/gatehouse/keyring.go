package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/storage"
)

func newKeyring(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keyring",
		Short: "Manage the data keys, which hash and seal what is in the database",
		Long: `GATEHOUSE_SECRET seals the data keys; the data keys hash tokens and seal signing keys,
cookies and forms. Changing the secret seals the data keys again, but an old backup together
with the old secret still reveals them. "keyring rotate" replaces the data keys.`,
	}
	cmd.AddCommand(newKeyringList(env), newKeyringRotate(env))
	return cmd
}

type dataKeyView struct {
	Purpose    string    `json:"purpose"`
	ID         int       `json:"id"`
	ActiveFrom time.Time `json:"active_from"`
	SealedBy   string    `json:"sealed_by"`
}

func newKeyringList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the data keys; the newest of each purpose makes new values",
		Example: "  gatehouse keyring list --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		return env.printDataKeys(cmd.Context(), h, *asJSON)
	})
	return cmd
}

func (e *environment) printDataKeys(ctx context.Context, h *instance, asJSON bool) error {
	rows, err := h.ring.List(ctx)
	if err != nil {
		return err
	}
	views := make([]dataKeyView, len(rows))
	out := table{header: []string{"PURPOSE", "ID", "ACTIVE FROM", "SEALED BY"}}
	for i, r := range rows {
		views[i] = dataKeyView{string(r.Purpose), int(r.KeyID), r.ActiveFrom, r.SealedBy}
		out.add(string(r.Purpose), fmt.Sprint(r.KeyID), when(r.ActiveFrom), r.SealedBy)
	}
	if asJSON {
		return printJSON(e.Out, views)
	}
	return out.print(e.Out)
}

func newKeyringRotate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Replace the data keys, so that an old backup is useless",
		Long: `Adds a data key for each purpose. Running servers load it within five seconds, and make
new values with it after --in; then signing keys and secrets of client_secret_jwt are
sealed again. Nothing that was issued becomes invalid: old data keys go on verifying until
what they made has expired, and are removed by the servers then (a day for forms, half a
year for browsers that are known, 14 months for tokens and sessions).

Signing keys that are in an old backup stay what they are: replace them with "gatehouse key
rotate", or "gatehouse key revoke" if it leaked. All servers must run a version that has
this command. Redis counts rate limits anew.`,
		Example: `  gatehouse keyring rotate
  gatehouse keyring rotate --in 0s  # no server is running`,
		Args: cobra.NoArgs,
	}
	in := cmd.Flags().Duration("in", keyring.Ahead, "how long the keys are known before they are used")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		if *in < 0 || *in > time.Hour {
			return errors.New("--in must be between 0s and 1h")
		}
		ctx := cmd.Context()
		if err := h.ring.Rotate(ctx, env.actor(), env.clock.Now(ctx).Add(*in)); err != nil {
			return err
		}
		if *in > 0 {
			if _, err := fmt.Fprintf(env.Err, "waiting %s until every server knows the new keys\n", short(*in)); err != nil {
				return err
			}
		}
		if err := pause(ctx, *in); err != nil {
			return fmt.Errorf("the keys are in place; servers seal signing keys and secrets again within minutes: %w", err)
		}
		if _, err := h.reseal(ctx); err != nil {
			return err
		}
		return env.printDataKeys(ctx, h, *asJSON)
	})
	return cmd
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reseal seals with the data keys in use what older ones sealed.
func (h *instance) reseal(ctx context.Context) (int, error) {
	signers, err := h.keys.Reseal(ctx)
	if err != nil {
		return signers, err
	}
	audits, err := h.auditKeys.Reseal(ctx)
	if err != nil {
		return signers + audits, err
	}
	imported, err := h.imported.Reseal(ctx)
	if err != nil {
		return signers + audits + imported, err
	}
	secrets, err := h.secrets.Reseal(ctx, h.store)
	if err != nil {
		return signers + audits + imported + secrets, err
	}
	hooks, err := webhook.Reseal(ctx, h.store, h.ring.Key(keyring.Webhook))
	if err != nil {
		return signers + audits + imported + secrets + hooks, err
	}
	factors, err := factor.Reseal(ctx, h.store, h.ring.Key(keyring.Factor))
	return signers + audits + imported + secrets + hooks + factors, err
}

// refreshRing takes over the data keys that another process added. One that was sealed by a
// secret which this process does not have must not keep it from hearing of all else.
func (h *instance) refreshRing(log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		err := h.ring.Refresh(ctx)
		if errors.Is(err, keyring.ErrWrongSecret) {
			log.WarnContext(ctx, "the keyring was rotated under another GATEHOUSE_SECRET: restart this server with that one", "cause", err)
			return nil
		}
		return err
	}
}

// keyringJob completes a rotation: a server that had not loaded the new data key may have sealed
// with an old one, and old ones are removed once no value can depend on them.
func (h *instance) keyringJob(log *slog.Logger) storage.Job {
	return storage.Job{Name: "keyring", Every: 3 * time.Minute, Lease: 10 * time.Minute, Work: func(ctx context.Context) error {
		sealed, err := h.reseal(ctx)
		if err != nil {
			return err
		}
		removed, err := h.ring.Retire(ctx, audit.BackgroundJob("keyring"))
		if sealed+removed > 0 {
			log.InfoContext(ctx, "data keys were resealed and removed", "sealed_again", sealed, "removed", removed)
		}
		return err
	}}
}
