package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

func newConsent(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "consent",
		Short: "Manage the consents of users",
	}
	cmd.AddCommand(newConsentList(env), newConsentCreate(env), newConsentHistory(env), newConsentWithdraw(env))
	return cmd
}

// consentView is a consent with what was agreed to for each resource; the scopes are those of all.
type consentView struct {
	ID         string          `json:"consent_id"`
	UserID     string          `json:"user_id"`
	Username   string          `json:"username"`
	ClientID   string          `json:"client_id"`
	ClientName string          `json:"client_name"`
	Scopes     []string        `json:"scopes"`
	Agreements []agreementView `json:"agreements"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

type agreementView struct {
	Scopes   []string `json:"scopes"`
	Claims   []string `json:"claims"`
	Audience []string `json:"audience"`
}

func newConsentList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [USERNAME]",
		Short: "List the remembered consents, of one user or of all",
		Example: `  gatehouse consent list alice --json
  gatehouse consent list --client shop`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: env.complete(usernames),
	}
	clientID := cmd.Flags().String("client", "", "only consents for this client")
	env.completeFlagBy(cmd, "client", clientIDs)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if err := checkSelectors(cmd, "client"); err != nil {
			return err
		}
		of := consent.Filter{ClientID: *clientID}
		empty := "Nothing is remembered."
		if len(args) == 1 {
			u, err := h.user(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			of.UserID, empty = u.ID, "Nothing is remembered for "+u.Username+"."
		}
		views := []consentView{}
		out := table{header: []string{"USERNAME", "CLIENT ID", "NAME", "SCOPES", "CLAIMS", "AUDIENCE", "SINCE"}, empty: empty}
		err := eachConsent(cmd.Context(), h.consents, of, func(c consent.ClientConsent) {
			view := consentView{
				consent.ID(c.UserID, c.ClientID), c.UserID.String(), c.Username, c.ClientID, c.ClientName,
				orEmpty(c.Scopes()),
				[]agreementView{},
				c.UpdatedAt,
			}
			for _, a := range c.Agreements() {
				view.Agreements = append(view.Agreements, agreementView{orEmpty(a.Scopes), orEmpty(a.Claims), orEmpty(a.Audience)})
				out.add(c.Username, c.ClientID, c.ClientName, strings.Join(a.Scopes, " "), strings.Join(a.Claims, " "), strings.Join(a.Audience, " "), when(c.UpdatedAt))
			}
			views = append(views, view)
		})
		return env.printList(err, views, &out, *asJSON)
	})
	return cmd
}

func eachConsent(ctx context.Context, consents *consent.Registry, of consent.Filter, visit func(c consent.ClientConsent)) error {
	return eachOf(of, func(of consent.Filter, limit int) ([]consent.ClientConsent, error) {
		return consents.List(ctx, of, limit)
	}, func(c consent.ClientConsent) consent.Filter {
		visit(c)
		of.AfterUser, of.AfterClient = c.UserID, c.ClientID
		return of
	})
}

func newConsentWithdraw(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "withdraw USERNAME CLIENT_ID",
		Short: "Withdraw a user's consent for a client, and revoke everything issued under it",
		Long: `Ends every access and refresh token that the client has for the user, at once, and asks
the user again the next time.

` + fmt.Sprintf(asksPeople, "yes"),
		Example: "  gatehouse consent withdraw alice shop\n  gatehouse consent withdraw alice shop --yes",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(usernames, clientIDs),
	}
	yes := addYes(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		c, err := h.store.Client(cmd.Context(), args[1])
		if err != nil {
			return about("client", args[1], err)
		}
		question := fmt.Sprintf("Withdraw what %s agreed to for %s (%s), and end what it has in that name?", u.Username, c.ID, c.Name)
		if err := env.confirmNamed(cmd.Context(), *yes, question, "yes"); err != nil {
			return err
		}
		err = h.consents.Withdraw(cmd.Context(), env.actor(), u.ID, c.ID)
		if errors.Is(err, provider.ErrNotFound) {
			return fmt.Errorf("%s has nothing of %s: there is neither a consent nor a token to end", c.ID, u.Username)
		}
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{
				"consent_id": consent.ID(u.ID, c.ID), "user_id": u.ID.String(), "username": u.Username, "client_id": c.ID, "withdrawn": true,
			})
		}
		return env.say("withdrew what %s agreed to for %s", u.Username, c.ID)
	})
	return cmd
}
