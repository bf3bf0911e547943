package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// wideRevocation is a revocation of more than one token.
type wideRevocation struct {
	of  grant.Revocation
	who string // as it was given
}

func (h *instance) wideRevocation(ctx context.Context, clientID, who, sessionID, scope string) (*wideRevocation, error) {
	named, err := h.filter(ctx, clientID, who)
	if err != nil {
		return nil, err
	}
	w := &wideRevocation{of: grant.Revocation{ClientID: named.ClientID, UserID: named.UserID, Scope: scope}, who: who}
	w.of.SessionID, err = sessionIDOf(sessionID)
	return w, err
}

// String says whose grants they are.
func (w *wideRevocation) String() string {
	var parts []string
	switch {
	case w.who != "" && w.of.ClientID != "":
		parts = append(parts, "of "+w.who+" at "+w.of.ClientID)
	case w.who != "" || w.of.ClientID != "":
		parts = append(parts, "of "+w.who+w.of.ClientID)
	}
	if !w.of.SessionID.IsZero() {
		parts = append(parts, "of session "+w.of.SessionID.String())
	}
	if w.of.Scope != "" {
		parts = append(parts, "with scope "+w.of.Scope)
	}
	if !w.of.Before.IsZero() {
		parts = append(parts, "from before "+w.of.Before.Format(time.RFC3339))
	}
	return strings.Join(parts, " ")
}

func (w *wideRevocation) revoke(cmd *cobra.Command, env *environment, h *instance, yes, asJSON bool) error {
	ofOne := w.who != "" || !w.of.SessionID.IsZero()
	if err := env.confirmNamed(cmd.Context(), yes || ofOne, "End every grant "+w.String()+"?", "yes"); err != nil {
		return err
	}
	done, err := h.inspector.RevokeAll(cmd.Context(), env.actor(), w.of)
	if err != nil {
		return fmt.Errorf("%d grant(s) were ended, then: %w (the same command continues)", done.Grants, err)
	}
	if asJSON {
		return printJSON(env.Out, w.view(done))
	}
	return env.say("ended %d grant(s) %s, and every token issued under them (%d could still be used)", done.Grants, w, done.Tokens)
}

func (w *wideRevocation) view(done grant.Revoked) map[string]any {
	view := map[string]any{"grants_ended": done.Grants, "tokens_ended": done.Tokens}
	for name, value := range map[string]string{
		"client_id": w.of.ClientID, "user_id": idOrEmpty(w.of.UserID), "session_id": idOrEmpty(w.of.SessionID), "scope": w.of.Scope,
	} {
		if value != "" {
			view[name] = value
		}
	}
	if !w.of.Before.IsZero() {
		view["before"] = w.of.Before
	}
	return view
}
