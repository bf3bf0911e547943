package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/logout"
)

// logoutView is what a client was told, as the command line prints it.
type logoutView struct {
	ID        string       `json:"id"`
	ClientID  string       `json:"client_id"`
	SessionID string       `json:"session_id"`
	UserID    string       `json:"user_id"`
	State     logout.State `json:"state"`
	Tries     int          `json:"tries"`
	CreatedAt time.Time    `json:"created_at"`
	NextAt    *time.Time   `json:"next_at,omitempty"`
	TriedAt   *time.Time   `json:"tried_at,omitempty"`
	TookMS    int64        `json:"took_ms"`
	Status    int          `json:"status,omitempty"`
	Error     string       `json:"error,omitempty"`
}

func logoutViewOf(d logout.Delivery) logoutView {
	v := logoutView{
		d.ID.String(), d.ClientID, d.SID.String(), d.UserID.String(), d.State, d.Tries, d.CreatedAt, nil, d.TriedAt, d.Took.Milliseconds(), d.Status, d.Fault,
	}
	if d.State == logout.Pending {
		v.NextAt = &d.NextAt
	}
	return v
}

// last is what became of the last attempt: the status of the response, or why there was none.
func (v *logoutView) last() string {
	switch {
	case v.TriedAt == nil:
		return "none"
	case v.Status != 0:
		return strconv.Itoa(v.Status)
	default:
		return v.Error
	}
}

func newClientLogouts(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "logouts [ID]",
		Short: "List the sign-outs that clients were told of, the newest first",
		Long: `Lists what was posted to the clients that are registered with --backchannel-logout-uri,
or to one of them: the end of each session in which they took part. It is kept for a week.`,
		Example: "  gatehouse client logouts\n  gatehouse client logouts shop --limit 5",
		Args:    cobra.MaximumNArgs(1), ValidArgsFunction: env.complete(clientIDs),
	}
	state := cmd.Flags().String("state", "", "only those that are "+oneOf(logoutStates()))
	completeFlag(cmd, "state", logoutStates())
	page := addPage(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		from, err := page.from()
		if err != nil {
			return err
		}
		of, empty := logout.Filter{State: logout.State(*state), Before: from}, "No client was told of a sign-out. Clients are registered for it by: gatehouse client update ID --backchannel-logout-uri URL"
		if len(args) > 0 {
			of.ClientID = args[0]
			c, err := h.store.Client(cmd.Context(), of.ClientID)
			if err != nil {
				return about("client", of.ClientID, err)
			}
			empty = "It was told of no sign-out."
			if c.BackChannelLogoutURI == "" {
				empty = "It is not told of sign-outs. It is by: gatehouse client update " + of.ClientID + " --backchannel-logout-uri URL"
			}
		}
		if of.State != "" {
			if !slices.Contains(logout.States(), of.State) {
				return fmt.Errorf("--state %q must be %s", of.State, oneOf(logoutStates()))
			}
			empty = "No such sign-outs."
		}
		list, err := h.logouts.List(cmd.Context(), of, page.read())
		if err != nil {
			return err
		}
		list = within(page, list, func(d logout.Delivery) provider.ID { return d.ID })
		views := make([]logoutView, len(list))
		out := table{header: []string{"ID", "CREATED", "CLIENT", "STATE", "ATTEMPTS", "LAST", "NEXT"}, empty: empty}
		for i, d := range list {
			views[i] = logoutViewOf(d)
			next := ""
			if at := views[i].NextAt; at != nil {
				next = when(*at)
			}
			out.add(views[i].ID, when(d.CreatedAt), d.ClientID, string(d.State), strconv.Itoa(d.Tries), views[i].last(), next)
		}
		return page.print(env, views, &out, *asJSON)
	})
	return cmd
}

func logoutStates() []string {
	names := make([]string, 0, len(logout.States()))
	for _, state := range logout.States() {
		names = append(names, string(state))
	}
	return names
}
