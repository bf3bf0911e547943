package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// passkeyView is a passkey with the names that the management API has.
type passkeyView struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	UsedAt     *time.Time `json:"used_at"`
	Hardware   bool       `json:"hardware"`
	BackedUp   bool       `json:"backed_up"`
	SecondOnly bool       `json:"second_only"`
	Transports []string   `json:"transports"`
}

func passkeyViews(list []*passkey.Passkey) []passkeyView {
	views := make([]passkeyView, len(list))
	for i, p := range list {
		views[i] = passkeyView{p.ID.String(), p.Name, p.CreatedAt, p.UsedAt, p.Hardware, p.BackedUp, !p.Verifies, orEmpty(p.Transports)}
	}
	return views
}

// printPasskeys prints a table below the other factors.
func printPasskeys(w io.Writer, views []passkeyView) error {
	if len(views) == 0 {
		return nil
	}
	out := table{header: []string{"PASSKEY", "NAME", "SINCE", "LAST USED", "HARDWARE", "BACKED UP", "SECOND STEP ONLY"}}
	for _, v := range views {
		out.add(v.ID, v.Name, when(v.CreatedAt), whenOrNever(v.UsedAt), yesNo(v.Hardware), yesNo(v.BackedUp), yesNo(v.SecondOnly))
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return out.print(w)
}

func newUserRemovePasskey(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove-passkey USERNAME ID", Short: "Remove a passkey of a user, such as that of a stolen phone",
		Long: `Removes one passkey; "user factors" lists them with their ids. The user is told. Sessions in which a
passkey was given end, with what applications have by it. Recovery codes go with the last second factor.

` + fmt.Sprintf(asksPeople, "the user name"),
		Example: "  gatehouse user remove-passkey alice 019a2b3c-4d5e-7f60-8123-456789abcdef", Args: cobra.ExactArgs(2),
		ValidArgsFunction: env.complete(usernames),
	}
	yes := addYes(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		list, err := h.passkeys.Of(cmd.Context(), u.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p *passkey.Passkey) bool { return p.ID.String() == args[1] })
		if i < 0 {
			return aboutListed("passkey", args[1], "user factors "+args[0], provider.ErrNotFound)
		}
		p := list[i]
		if err := env.confirmNamed(cmd.Context(), *yes, fmt.Sprintf("Remove the passkey %q of %s?", p.Name, u.Username), u.Username); err != nil {
			return err
		}
		if err := h.passkeys.RemoveFor(cmd.Context(), env.actor(), u.ID, p.ID); err != nil {
			return aboutListed("passkey", args[1], "user factors "+args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"id": p.ID.String(), "user_id": u.ID.String(), "username": u.Username, "removed": true})
		}
		return env.say("removed the passkey %s of %s", p.Name, u.Username)
	})
	return cmd
}
