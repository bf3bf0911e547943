package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func newKeyRevoke(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke KID",
		Short: "Withdraw a signing key that leaked, at once and for good",
		Long: `Takes the key out of the key set and out of every verification, on all servers within five
seconds, and forgets its private part. It cannot be imported again.

JWT access tokens that it signed are inactive at introspection and UserInfo from then on,
and ID tokens that it signed are no hint at sign-out. Sign-ins, refresh tokens and opaque
access tokens are not signed and go on: an application that refreshes gets a token by the
next key.

If it is the key that signs, the next takes over at once: the pending one if there is one,
else a new one. Then signatures by it come before caches of the key set know it, and
resource servers that do not look again for an unknown key refuse them until they do.

` + fmt.Sprintf(asks, "yes"),
		Example: "  gatehouse key list\n  gatehouse key revoke Yw3v... --yes",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(keyIDs),
	}
	// One in 64 ids begins with a hyphen.
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w (an id that begins with a hyphen goes after --: gatehouse key revoke --yes -- -KID)", flagFault(cmd, err))
	})
	yes := addYes(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if *asJSON && !*yes {
			return errors.New("--json needs --yes: it cannot ask")
		}
		w, err := env.withdrawalOf(cmd.Context(), h, args[0])
		if err != nil {
			return err
		}
		if !*asJSON {
			if err := w.print(env); err != nil {
				return err
			}
		}
		if err := env.confirm(cmd.Context(), *yes, "Withdraw the key "+w.KID+" for good?", "yes"); err != nil {
			return err
		}
		if w.Successor, err = h.keys.Withdraw(cmd.Context(), env.actor(), w.KID); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, w)
		}
		return facts(env.Out, "withdrawn", w.KID, "now signs", w.Successor)
	})
	return cmd
}

// withdrawalView is what the withdrawal of a key affects.
type withdrawalView struct {
	KID       string         `json:"kid"`
	Algorithm string         `json:"alg"`
	State     string         `json:"state"`
	Successor string         `json:"successor,omitempty"`
	Clients   []affectedView `json:"clients"`
}

type affectedView struct {
	ClientID     string `json:"client_id"`
	IDTokens     bool   `json:"id_tokens"`
	AccessTokens int64  `json:"access_tokens"`
}

func (e *environment) withdrawalOf(ctx context.Context, h *instance, kid string) (withdrawalView, error) {
	k, err := h.keys.Find(ctx, kid)
	if errors.Is(err, provider.ErrNotFound) {
		if h.keys.Publishes(kid) {
			return withdrawalView{KID: kid, State: "imported", Clients: []affectedView{}}, nil
		}
		if known, knownErr := h.store.KnownSigningKey(ctx, kid); knownErr == nil && known.Former() {
			return withdrawalView{}, fmt.Errorf("key %q is gone already: it was rotated away or withdrawn", kid)
		}
	}
	if err != nil {
		return withdrawalView{}, about("key", kid, err)
	}
	w := withdrawalView{KID: kid, Algorithm: string(k.Algorithm), State: string(k.State), Clients: []affectedView{}}
	if k.State == keys.Pending {
		return w, nil // it has signed nothing
	}
	affected, err := h.store.SignedWith(ctx, k.Algorithm, k.SignsSince(), e.clock.Now(ctx))
	for _, a := range affected {
		w.Clients = append(w.Clients, affectedView(a))
	}
	return w, err
}

func (w withdrawalView) print(e *environment) error {
	out := table{
		header: []string{"CLIENT ID", "ID TOKENS", "JWT ACCESS TOKENS"},
		empty:  "It has signed nothing for any client.",
	}
	for _, c := range w.Clients {
		out.add(c.ClientID, yesNo(c.IDTokens), fmt.Sprint(c.AccessTokens))
	}
	does := "signs with"
	if keys.Algorithm(w.Algorithm).Encrypts() {
		does, out.empty = "decrypts with", "It signs nothing."
	}
	lines := []string{fmt.Sprintf("The key %s %s and is %s.", does, w.Algorithm, w.State)}
	if w.State == string(keys.Active) {
		lines = append(lines, "Another takes over at once, before caches of the key set know it.")
	}
	if len(w.Clients) > 0 {
		lines = append(lines, "These clients have tokens by it. JWT access tokens counts those of its algorithm that are",
			"good now and were issued since it began to sign:")
	}
	if _, err := fmt.Fprintln(e.Out, strings.Join(lines, "\n")); err != nil {
		return err
	}
	return out.print(e.Out)
}
