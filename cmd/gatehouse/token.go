package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

func newToken(env *environment) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "List and revoke what was issued"}
	cmd.AddCommand(newTokenList(env), newTokenRevoke(env))
	return cmd
}

func newTokenRevoke(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke",
		Short: "Revoke one token, or all of a client, a user, a session or a scope",
		Long: `Revokes the token read from standard input: an access token alone, a refresh token with all
that was issued under the same sign-in. A token is never an argument: arguments are seen by
every user of the machine; --id takes its id from "token list" instead, and ends what can be
refreshed with all that was issued under the same sign-in.

With --client everything that was issued to that client so far is ended, with --user
everything that was issued in that user's name, with --session what was authorized in that
sign-in session, with --scope what was authorized with that scope, with --before what was
authorized before that time (and what was issued under it since). With several of them, what
meets all. The user's sessions go on: "session end" ends those.

Unless a user or session is named, what all users have is ended. ` + fmt.Sprintf(asksPeople, "yes"),
		Example: `  gatehouse token revoke < token.txt
  gatehouse token revoke --id 019a2b3c-4d5e-7f60-8123-456789abcdef
  gatehouse token revoke --client billing --yes
  gatehouse token revoke --user alice --client shop
  gatehouse token revoke --scope payments --before 2h --yes
  gatehouse token revoke --before 2026-11-01T08:00:00Z`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 { // without repeating it: what is printed ends up in logs
				return errors.New("the token is read from standard input, or named by --id")
			}
			return nil
		},
	}
	clientID := cmd.Flags().String("client", "", "revoke everything of this client")
	who := cmd.Flags().String("user", "", "revoke everything in the name of this user")
	sessionID := cmd.Flags().String("session", "", "revoke everything that was authorized in the sign-in session with this id")
	scope := cmd.Flags().String("scope", "", "revoke everything that was authorized with this scope")
	before := cmd.Flags().String("before", "", "revoke what was authorized before then: a time such as 2026-11-01 or 2026-11-01T08:00:00Z, or how long ago, such as 24h")
	yes := addYes(cmd)
	id := cmd.Flags().String("id", "", "revoke the token with this id")
	env.completeFlagBy(cmd, "client", clientIDs)
	env.completeFlagBy(cmd, "user", usernames)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		if err := checkSelectors(cmd, "id", "client", "user", "session", "scope", "before"); err != nil {
			return err
		}
		many := *clientID + *who + *sessionID + *scope + *before
		switch {
		case *id != "" && many != "":
			return errors.New("give --id, or --client, --user, --session, --scope and --before, but not both")
		case *id != "":
			return revokeID(cmd, env, h, *id, *asJSON)
		case many == "":
			return revokeText(cmd, env, h, *asJSON)
		}
		w, err := h.wideRevocation(cmd.Context(), *clientID, *who, *sessionID, *scope)
		if err != nil {
			return err
		}
		if w.of.Before, err = timeOrAgo(*before, env.clock.Now(cmd.Context())); err != nil {
			return fmt.Errorf("--before %w", err)
		}
		if w.of.Before.After(env.clock.Now(cmd.Context())) {
			return errors.New("--before must be a time in the past")
		}
		return w.revoke(cmd, env, h, *yes, *asJSON)
	})
	return cmd
}

func revokeText(cmd *cobra.Command, env *environment, h *instance, asJSON bool) error {
	text, err := env.line(cmd.Context())
	if errors.Is(err, io.EOF) {
		return errors.New("there is no token on standard input: pipe one, or use --id, --client, --user, --session, --scope or --before")
	}
	if err != nil {
		return fmt.Errorf("read the token from standard input: %w", err)
	}
	if err := h.inspector.RevokeAny(cmd.Context(), env.actor(), text); err != nil {
		if errors.Is(err, grant.ErrInactive) {
			return errors.New("no such token: it was mistyped, truncated, issued by another provider, or removed after its expiry")
		}
		return err
	}
	if asJSON {
		return printJSON(env.Out, map[string]any{"revoked": true})
	}
	_, err = fmt.Fprintln(env.Out, "revoked")
	return err
}

func revokeID(cmd *cobra.Command, env *environment, h *instance, text string, asJSON bool) error {
	id, err := provider.ParseID(text)
	if err != nil {
		return errors.New("--id must be an id from gatehouse token list")
	}
	whole, err := h.inspector.RevokeID(cmd.Context(), env.actor(), id)
	if errors.Is(err, grant.ErrInactive) {
		return fmt.Errorf("token %q: not found (gatehouse token list shows what there is; what has expired is removed after a while)", text)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(env.Out, map[string]any{"id": text, "revoked": true, "whole_grant": whole})
	}
	did := "revoked"
	if whole {
		did = "revoked, with its refresh token and all that was issued under the same sign-in"
	}
	_, err = fmt.Fprintln(env.Out, did)
	return err
}

// filter finds whom --client and --user name; neither is everybody.
func (h *instance) filter(ctx context.Context, clientID, who string) (grant.Filter, error) {
	of := grant.Filter{ClientID: clientID}
	if clientID != "" {
		if _, err := h.store.Client(ctx, clientID); err != nil {
			return of, about("client", clientID, err)
		}
	}
	if who != "" {
		u, err := h.user(ctx, who)
		if err != nil {
			return of, err
		}
		of.UserID = u.ID
	}
	return of, nil
}
