package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

// connectedView is an application with access, as the command line prints it.
type connectedView struct {
	ClientID  string    `json:"client_id"`
	Name      string    `json:"client_name"`
	Scopes    []string  `json:"scopes"`
	Since     time.Time `json:"since"`
	UsedAt    time.Time `json:"used_at"`
	SignIns   int64     `json:"sign_ins"`
	Refreshes int64     `json:"refreshes"`
	Address   string    `json:"address"`
}

func newUserApps(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "apps USERNAME", Short: "List the applications that have access to an account",
		Long: `Lists the applications that a user has signed in to, as the user sees them: those with a remembered
consent or with a grant that lives. "user disconnect" ends the access of one.`,
		Example: "  gatehouse user apps alice\n  gatehouse user apps alice --json", Args: cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		apps, err := h.apps.List(cmd.Context(), u.ID)
		if err != nil {
			return err
		}
		views := make([]connectedView, len(apps))
		out := table{header: []string{"CLIENT", "NAME", "SCOPES", "SINCE", "LAST USED", "SIGN-INS", "REFRESHES", "ADDRESS"}, empty: "No applications."}
		for i, app := range apps {
			views[i] = connectedView{app.ClientID, app.Name, orEmpty(app.Scopes), app.Since, app.UsedAt, app.SignIns, app.Refreshes, app.Address}
			out.add(app.ClientID, app.Name, strings.Join(app.Scopes, " "), when(app.Since), when(app.UsedAt), strconv.FormatInt(app.SignIns, 10), strconv.FormatInt(app.Refreshes, 10), app.Address)
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func newUserDisconnect(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "disconnect USERNAME CLIENT", Short: "End all access of an application to an account",
		Long: `Ends every token that was issued to the application for the user, and withdraws the consent: the
user is asked again at the next sign-in.

` + fmt.Sprintf(asksPeople, "yes"),
		Example: "  gatehouse user disconnect alice billing\n  gatehouse user disconnect alice billing --yes", Args: cobra.ExactArgs(2),
		ValidArgsFunction: env.complete(usernames, clientIDs),
	}
	yes := addYes(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if err := env.confirmNamed(cmd.Context(), *yes, fmt.Sprintf("End all access of %s to the account of %s?", args[1], u.Username), "yes"); err != nil {
			return err
		}
		err = h.apps.EndFor(cmd.Context(), env.actor(), u.ID, args[1])
		if errors.Is(err, provider.ErrNotFound) {
			return fmt.Errorf("client %q has no access to the account of %s (gatehouse user apps shows what has)", args[1], u.Username)
		}
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"username": u.Username, "client_id": args[1], "ended": true})
		}
		return env.say("%s has no access to the account of %s any more", args[1], u.Username)
	})
	return cmd
}
