package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type tokenView struct {
	ID        string    `json:"id"`
	GrantID   string    `json:"grant_id"`
	SessionID string    `json:"session_id,omitempty"`
	ClientID  string    `json:"client_id"`
	Username  string    `json:"username,omitempty"`
	UserID    string    `json:"user_id,omitempty"`
	Scopes    []string  `json:"scopes"`
	Audience  []string  `json:"audience"`
	State     string    `json:"state"`
	IssuedAt  time.Time `json:"issued_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func newTokenList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what was issued, the newest first",
		Long: `Lists access tokens by id, with their scopes, audience and state. The tokens
themselves are not kept and cannot be shown.`,
		Example: `  gatehouse token list --client billing
  gatehouse token list --user alice --active
  gatehouse token list --scope payments --json
  gatehouse token list --session 019a2b3c-4d5e-7f60-8123-456789abcdef
  gatehouse token list --limit 1000 --before 019a2b3c-... --json`,
		Args: cobra.NoArgs,
	}
	clientID := cmd.Flags().String("client", "", "only those of this client")
	who := cmd.Flags().String("user", "", "only those in the name of this user")
	sessionID := cmd.Flags().String("session", "", "only those that were authorized in the sign-in session with this id")
	scope := cmd.Flags().String("scope", "", "only those with this scope")
	active := cmd.Flags().Bool("active", false, "only those that are active now")
	page := addPage(cmd)
	env.completeFlagBy(cmd, "client", clientIDs)
	env.completeFlagBy(cmd, "user", usernames)
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if err := checkSelectors(cmd, "client", "user", "session", "scope"); err != nil {
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
		of, err := h.filter(cmd.Context(), *clientID, *who)
		if err != nil {
			return err
		}
		if of.SessionID, err = sessionIDOf(*sessionID); err != nil {
			return err
		}
		of.Scope = *scope
		now := env.clock.Now(cmd.Context())
		if *active {
			of.ActiveAt = now
		}
		listed, err := h.listTokens(cmd.Context(), of, from, page.read())
		if err != nil {
			return err
		}
		listed = within(page, listed, func(l grant.Listed) provider.ID { return l.Token.ID })
		views := make([]tokenView, len(listed))
		out := table{header: []string{"ID", "CLIENT ID", "USER", "SCOPES", "STATE", "ISSUED", "EXPIRES"}, empty: "No tokens."}
		for i, l := range listed {
			views[i] = tokenView{
				l.Token.ID.String(), l.Grant.ID.String(), idOrEmpty(l.Grant.SessionID), l.Grant.ClientID, l.Username, idOrEmpty(l.Grant.UserID), orEmpty(l.Grant.Scopes), orEmpty(l.Grant.Audience),
				l.State(now), l.Token.IssuedAt, l.Token.AccessExpiresAt,
			}
			out.add(l.Token.ID.String(), l.Grant.ClientID, l.Username, strings.Join(l.Grant.Scopes, " "), l.State(now), when(l.Token.IssuedAt), when(l.Token.AccessExpiresAt))
		}
		return page.print(env, views, &out, *asJSON)
	}
	return cmd
}

// listTokens fills one page: those of the store may be shorter.
func (h *instance) listTokens(ctx context.Context, of grant.Filter, from provider.ID, limit int) ([]grant.Listed, error) {
	var all []grant.Listed
	for {
		page, err := h.inspector.List(ctx, of, from, limit-len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, page.Tokens...)
		if from = page.Next; from.IsZero() || len(all) == limit {
			return all, nil
		}
	}
}

// sessionIDOf reads --session.
func sessionIDOf(text string) (id provider.ID, err error) {
	if text == "" {
		return id, nil
	}
	if id, err = provider.ParseID(text); err != nil {
		return id, errors.New("--session must be an id from gatehouse session list")
	}
	return id, nil
}

func idOrEmpty(id provider.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}
