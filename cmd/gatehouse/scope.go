package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func newScope(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scope",
		Short: "Manage the scopes that applications may request",
		Long: `The catalogue of scopes (RFC 6749 section 3.3), with the words in which people are asked
to agree to each.`,
	}
	cmd.AddCommand(newScopeCreate(env), newScopeDescribe(env), newScopeList(env), newScopeDelete(env))
	return cmd
}

type scopeView struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	CreatedAt   time.Time `json:"created_at"`
}

func newScopeCreate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "create NAME",
		Short:   "Add a scope to the catalogue",
		Example: `  gatehouse scope create invoices:read --description "See your invoices"`,
		Args:    cobra.ExactArgs(1),
	}
	description := cmd.Flags().String("description", "", "what a person agrees to, in a few words")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		s, err := h.catalogue.Create(cmd.Context(), env.actor(), args[0], *description)
		if err != nil {
			return about("scope", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, scopeView(s))
		}
		return facts(env.Out, "scope", s.Name, "description", s.Description)
	})
	return cmd
}

func newScopeDescribe(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "describe NAME DESCRIPTION",
		Short:   "Change the description of a scope",
		Example: `  gatehouse scope describe invoices:read "See your invoices and their payment state"`,
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(scopeNames),
		RunE: env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
			if err := h.catalogue.Describe(cmd.Context(), env.actor(), args[0], args[1]); err != nil {
				return about("scope", args[0], err)
			}
			return facts(env.Out, "scope", args[0], "description", args[1])
		}),
	}
}

func newScopeList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the catalogue",
		Example: "  gatehouse scope list --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		scopes, err := h.catalogue.List(cmd.Context())
		if err != nil {
			return err
		}
		views := make([]scopeView, len(scopes))
		out := table{
			header: []string{"SCOPE", "DESCRIPTION", "CREATED"},
			empty:  "No scopes yet. Add one with: gatehouse scope create NAME",
		}
		for i, s := range scopes {
			views[i] = scopeView(s)
			out.add(s.Name, s.Description, when(s.CreatedAt))
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func newScopeDelete(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "delete NAME",
		Short: "Remove a scope from the catalogue",
		Long: `Removes the entry. Clients registered for the scope keep it until they are updated. The standard
scopes, such as openid and email, cannot be deleted.`,
		Example: "  gatehouse scope delete invoices:read",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(scopeNames),
		RunE: env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
			if err := h.catalogue.Delete(cmd.Context(), env.actor(), args[0]); err != nil {
				return about("scope", args[0], err)
			}
			_, err := fmt.Fprintf(env.Out, "deleted %s\n", args[0])
			return err
		}),
	}
}
