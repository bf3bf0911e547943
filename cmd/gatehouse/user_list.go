package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newUserList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the users",
		Long: `Lists users by user name, or by --sort. --search finds users by the beginning of the user name or of
the email address; "gatehouse user get" finds one by the whole of either.`,
		Example: `  gatehouse user list --json
  gatehouse user list --role admin
  gatehouse user list --search ali --sort -created_at
  gatehouse user list --disabled
  gatehouse user list --deleting`,
		Args: cobra.NoArgs,
	}
	var of account.Filter
	flags := cmd.Flags()
	flags.StringVar(&of.Search, "search", "", "only users whose user name or email address begins with this")
	flags.StringVar(&of.Role, "role", "", "only users with this role")
	disabled := flags.Bool("disabled", false, "only users who are disabled; =false: only those who are not")
	deleting := flags.Bool("deleting", false, "only users who are to be deleted; =false: only those who are not")
	sort := flags.String("sort", string(account.ByUsername), "username or created_at; with - in front the last first")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		if flags.Changed("disabled") {
			of.Disabled = disabled
		}
		if flags.Changed("deleting") {
			of.Deleting = deleting
		}
		if err := order(&of, *sort); err != nil {
			return err
		}
		empty := "No users yet. Add one with: gatehouse user create USERNAME"
		if of.Search != "" || of.Role != "" || of.Disabled != nil || of.Deleting != nil {
			empty = "No users match."
		}
		views := []userView{}
		out := table{header: []string{"USERNAME", "EMAIL", "ROLES", "DISABLED", "CREATED"}, empty: empty}
		if *deleting {
			out.header = append(out.header, "DELETION")
		}
		err := eachUser(cmd.Context(), h.store, of, func(u *account.User) {
			views = append(views, userViewOf(u))
			cells := []string{u.Username, u.Email, strings.Join(u.Roles, " "), yesNo(u.Disabled), when(u.CreatedAt)}
			if *deleting {
				cells = append(cells, deletionOf(u))
			}
			out.add(cells...)
		})
		return env.printList(err, views, &out, *asJSON)
	})
	return cmd
}

// order sets the order of a list from a flag such as -created_at.
func order(of *account.Filter, text string) error {
	name, descending := strings.CutPrefix(text, "-")
	of.Order, of.Descending = account.Order(name), descending
	if of.Order != account.ByUsername && of.Order != account.ByCreation {
		return fmt.Errorf("--sort is %s or %s, with - in front for the last first, and not %q", account.ByUsername, account.ByCreation, text)
	}
	return nil
}

func eachUser(ctx context.Context, users account.Lister, of account.Filter, visit func(u *account.User)) error {
	return eachOf(of, func(of account.Filter, limit int) ([]*account.User, error) {
		return users.Users(ctx, of, limit)
	}, func(u *account.User) account.Filter {
		visit(u)
		of.After = of.Position(u)
		return of
	})
}
