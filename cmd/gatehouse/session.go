package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func newSession(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "session",
		Short: "List and end the sign-in sessions of users",
		Long:  "A session is one browser in which a user is signed in.",
	}
	cmd.AddCommand(newSessionList(env), newSessionEnd(env))
	return cmd
}

type sessionView struct {
	ID        string     `json:"id"`
	Username  string     `json:"username"`
	UserID    string     `json:"user_id"`
	State     string     `json:"state"`
	AuthTime  time.Time  `json:"auth_time"`
	Methods   []string   `json:"amr"`
	SeenAt    time.Time  `json:"seen_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	EndedAt   *time.Time `json:"ended_at"`

	Address     string `json:"address"`
	SeenAddress string `json:"seen_address"`
	Device      string `json:"device"`
	UserAgent   string `json:"user_agent"`
}

func newSessionList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the sessions, the newest first",
		Long: `Lists the sessions with the device and the address of their last use. The device is what the
browser says about itself; --json has all of it, and the address of the sign-in.`,
		Example: `  gatehouse session list --user alice
  gatehouse session list --user alice --all --json
  gatehouse session list --limit 1000 \
      --before 019a2b3c-4d5e-7f60-8123-456789abcdef`,
		Args: cobra.NoArgs,
	}
	who := cmd.Flags().String("user", "", "only those of this user")
	all := cmd.Flags().Bool("all", false, "also those that ended or expired within the last day")
	page := addPage(cmd)
	env.completeFlagBy(cmd, "user", usernames)
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if err := checkSelectors(cmd, "user"); err != nil {
			return err
		}
		from, err := page.from()
		if err != nil {
			return err
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		of, err := h.filter(cmd.Context(), "", *who)
		if err != nil {
			return err
		}
		listed, err := h.listSessions(cmd.Context(), of.UserID, !*all, from, page.read())
		if err != nil {
			return err
		}
		listed = within(page, listed, func(s *session.Session) provider.ID { return s.ID })
		views := make([]sessionView, len(listed))
		out := table{header: []string{"ID", "USER", "DEVICE", "ADDRESS", "SINCE", "LAST SEEN", "EXPIRES", "STATE"}, empty: "No sessions."}
		for i, s := range listed {
			state := h.sessions.State(cmd.Context(), s)
			views[i] = sessionView{s.ID.String(), s.User.Username, s.User.ID.String(), state, s.Proofs.AuthTime(), s.Proofs.AMR(), s.SeenAt, s.ExpiresAt, s.EndedAt, s.Address, s.Seen.Address, s.Seen.Device(), s.Seen.UserAgent}
			out.add(s.ID.String(), s.User.Username, s.Seen.Device(), s.Seen.Address, when(s.Proofs.AuthTime()), when(s.SeenAt), when(s.ExpiresAt), state)
		}
		return page.print(env, views, &out, *asJSON)
	}
	return cmd
}

// listSessions fills one page: those of the store may be shorter.
func (h *instance) listSessions(ctx context.Context, userID provider.ID, live bool, from provider.ID, limit int) ([]*session.Session, error) {
	var all []*session.Session
	for {
		page, err := h.sessions.List(ctx, userID, live, from, limit-len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, page.Sessions...)
		if from = page.Next; from.IsZero() || len(all) == limit {
			return all, nil
		}
	}
}

func newSessionEnd(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "end [ID]",
		Short: "Sign a browser out, or all of a user's",
		Long: `Ends a session, with every token that was issued in it, except for those that an application
may keep while the person is signed out (offline_access): "token revoke --user" ends these.`,
		Example: `  gatehouse session end 019a2b3c-4d5e-7f60-8123-456789abcdef
  gatehouse session end --user alice`,
		Args: cobra.MaximumNArgs(1),
	}
	who := cmd.Flags().String("user", "", "all sessions of this user")
	env.completeFlagBy(cmd, "user", usernames)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if (*who == "") == (len(args) == 0) {
			return errors.New("say which session to end: give its id, or --user for all of a user's")
		}
		ended := 1
		if *who == "" {
			id, err := provider.ParseID(args[0])
			if err == nil {
				err = h.sessions.EndID(cmd.Context(), env.actor(), id)
			}
			if errors.Is(err, provider.ErrNotFound) || errors.Is(err, provider.ErrMalformedID) {
				return fmt.Errorf("session %q: not found (gatehouse session list shows what there is)", args[0])
			}
			if err != nil {
				return err
			}
		} else {
			u, err := h.user(cmd.Context(), *who)
			if err != nil {
				return err
			}
			if ended, err = h.sessions.EndAll(cmd.Context(), env.actor(), u.ID); err != nil {
				return err
			}
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"sessions_ended": ended})
		}
		return env.say("ended %d session(s)", ended)
	})
	return cmd
}
