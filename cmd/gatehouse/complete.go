package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/storage"
)

// What a press of the Tab key may cost, and yield.
const (
	completionPatience = 2 * time.Second
	mostCompletions    = 200
)

// completeFlag completes the values of a flag that has few.
func completeFlag(cmd *cobra.Command, flag string, values []string) {
	// The only error is of a flag that is not there, which any test of the verb would show.
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

// lister gives the names of one kind that begin with a prefix.
type lister func(ctx context.Context, store *storage.Store, prefix string) ([]cobra.Completion, error)

// complete completes the arguments of a verb, the first by the first lister.
func (e *environment) complete(listers ...lister) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= len(listers) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return e.listed(cmd, listers[len(args)], typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeFlagBy completes the values of a flag from the database.
func (e *environment) completeFlagBy(cmd *cobra.Command, flag string, list lister) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return e.listed(cmd, list, typed), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // as in completeFlag
	}
}

// listed reads from the database as it is: a completion neither creates one nor migrates it, and
// says nothing of what is wrong with it.
func (e *environment) listed(cmd *cobra.Command, list lister, prefix string) []cobra.Completion {
	c, err := loadConfig(cmd, e.Environ)
	if err != nil || c.validateDatabase() != nil {
		return nil
	}
	quiet := *e
	quiet.Err = io.Discard
	if err := quiet.locate(cmd, &c); err != nil {
		return nil
	}
	if path, err := storage.SQLitePath(c.databaseURL()); err != nil || (path != "" && !isFile(path)) {
		return nil
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
	defer cancel()
	store, err := storage.Open(ctx, storage.Options{URL: c.databaseURL(), Clock: e.clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil
	}
	defer func() { _ = store.Close() }() // nothing was written
	names, err := list(ctx, store, prefix)
	if err != nil {
		return nil
	}
	return names
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

func clientIDs(ctx context.Context, store *storage.Store, prefix string) ([]cobra.Completion, error) {
	var ids []cobra.Completion
	err := eachClient(ctx, store, "", func(c *client.Client) {
		if strings.HasPrefix(c.ID, prefix) && len(ids) < mostCompletions {
			ids = append(ids, cobra.CompletionWithDesc(c.ID, printable(c.Name)))
		}
	})
	return ids, err
}

func usernames(ctx context.Context, store *storage.Store, prefix string) ([]cobra.Completion, error) {
	users, err := store.Users(ctx, account.Filter{Search: prefix}, mostCompletions)
	var names []cobra.Completion
	for _, u := range users {
		if strings.HasPrefix(u.Username, prefix) { // and not only the email address
			names = append(names, cobra.CompletionWithDesc(u.Username, printable(u.Email)))
		}
	}
	return names, err
}

func scopeNames(ctx context.Context, store *storage.Store, prefix string) ([]cobra.Completion, error) {
	scopes, err := store.Scopes(ctx)
	var names []cobra.Completion
	for _, s := range scopes {
		if strings.HasPrefix(s.Name, prefix) {
			names = append(names, cobra.CompletionWithDesc(s.Name, printable(s.Description)))
		}
	}
	for _, s := range audit.AllScopes() {
		if strings.HasPrefix(s, prefix) {
			names = append(names, cobra.CompletionWithDesc(s, "management API"))
		}
	}
	return names, err
}

func keyIDs(ctx context.Context, store *storage.Store, prefix string) ([]cobra.Completion, error) {
	rows, err := store.SigningKeys(ctx)
	var ids []cobra.Completion
	for _, row := range rows {
		if strings.HasPrefix(row.KID, prefix) {
			ids = append(ids, cobra.CompletionWithDesc(row.KID, string(row.Algorithm)))
		}
	}
	return ids, err
}
