package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

func newScope(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scope",
		Short: "Manage the scopes that applications may request",
		Long: `The catalogue of scopes (RFC 6749 section 3.3), with the words in which people are asked
to agree to each.`,
	}
	cmd.AddCommand(newScopeCreate(env), newScopeUpdate(env), newScopeDescribe(env), newScopeGet(env), newScopeList(env), newScopeDelete(env))
	return cmd
}

type scopeView struct {
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"descriptions"`
	Claims       []string          `json:"claims"`
	CreatedAt    time.Time         `json:"created_at"`
}

func scopeViewOf(s consent.Scope) scopeView {
	descriptions := s.Descriptions
	if descriptions == nil {
		descriptions = map[string]string{}
	}
	return scopeView{s.Name, s.Description, descriptions, orEmpty(s.Claims), s.CreatedAt}
}

func (e *environment) printScope(s consent.Scope, asJSON bool) error {
	if asJSON {
		return printJSON(e.Out, scopeViewOf(s))
	}
	rows := []string{"scope", s.Name, "description", s.Description}
	for _, tag := range slices.Sorted(maps.Keys(s.Descriptions)) {
		rows = append(rows, "in "+tag, s.Descriptions[tag])
	}
	return facts(e.Out, append(rows, "claims", strings.Join(s.Claims, " "))...)
}

// scopeFlags are the flags that describe a scope, for create and update alike.
type scopeFlags struct {
	description  string
	descriptions map[string]string
	claims       []string
}

func (f *scopeFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.description, "description", "", "what a person agrees to, in a few words")
	flags.StringToStringVar(&f.descriptions, "description-for", nil, "the same in another language, such as de=\"Ihre Rechnungen lesen\" (repeatable); an empty text takes it away")
	flags.StringArrayVar(&f.claims, "claim", nil, "claim about the user that the scope releases, such as email (repeatable)")
}

// apply changes s by the flags that were given, and by no others.
func (f *scopeFlags) apply(cmd *cobra.Command, s *consent.Scope) {
	if cmd.Flags().Changed("description") {
		s.Description = f.description
	}
	if s.Descriptions == nil {
		s.Descriptions = map[string]string{}
	}
	for tag, text := range f.descriptions {
		s.Descriptions[tag] = text
		if text == "" {
			delete(s.Descriptions, tag)
		}
	}
	if cmd.Flags().Changed("claim") {
		s.Claims = slices.DeleteFunc(slices.Clone(f.claims), func(name string) bool { return name == "" })
	}
}

func newScopeCreate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Add a scope to the catalogue",
		Example: `  gatehouse scope create invoices:read --description "See your invoices"
  gatehouse scope create crm --description "Know you as a customer" \
      --description-for de="Sie als Kunden kennen" --claim email --claim name`,
		Args: cobra.ExactArgs(1),
	}
	var f scopeFlags
	f.register(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		s := consent.Scope{Name: args[0]}
		f.apply(cmd, &s)
		s, err := h.catalogue.Create(cmd.Context(), env.actor(), s)
		if err != nil {
			return about("scope", args[0], err)
		}
		return env.printScope(s, *asJSON)
	})
	return cmd
}

func newScopeUpdate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "update NAME",
		Short: "Change the texts of a scope, or what it releases",
		Long: `Changes what the flags name and leaves the rest. People who agreed to the scope are asked again for
claims that it did not release before.`,
		Example: `  gatehouse scope update invoices:read \
      --description "See your invoices and their payment state"
  gatehouse scope update crm --claim email \
      --description-for fr="Vous connaître comme client"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(scopeNames),
	}
	var f scopeFlags
	f.register(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		flags := cmd.Flags()
		if !flags.Changed("description") && !flags.Changed("description-for") && !flags.Changed("claim") {
			return errors.New("nothing was changed: say what to change by flags, see gatehouse scope update --help")
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		return env.changeScope(cmd, h, args[0], *asJSON, func(s *consent.Scope) { f.apply(cmd, s) })
	}
	return cmd
}

func newScopeDescribe(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "describe NAME DESCRIPTION",
		Short:             "Change the description of a scope",
		Example:           `  gatehouse scope describe invoices:read "See your invoices"`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: env.complete(scopeNames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		return env.changeScope(cmd, h, args[0], *asJSON, func(s *consent.Scope) { s.Description = args[1] })
	})
	return cmd
}

func (e *environment) changeScope(cmd *cobra.Command, h *instance, name string, asJSON bool, change func(s *consent.Scope)) error {
	s, err := h.catalogue.Change(cmd.Context(), e.actor(), name, func(s *consent.Scope) error {
		change(s)
		return nil
	})
	if err != nil {
		return about("scope", name, err)
	}
	return e.printScope(s, asJSON)
}

func newScopeGet(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get NAME", Aliases: []string{"show"}, Short: "Show one scope", Example: "  gatehouse scope get invoices:read --json", Args: cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(scopeNames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		scopes, err := h.catalogue.List(cmd.Context())
		if err != nil {
			return err
		}
		at := slices.IndexFunc(scopes, func(s consent.Scope) bool { return s.Name == args[0] })
		if at < 0 {
			return about("scope", args[0], provider.ErrNotFound)
		}
		return env.printScope(scopes[at], *asJSON)
	})
	return cmd
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
			header: []string{"SCOPE", "DESCRIPTION", "CLAIMS", "CREATED"},
			empty:  "No scopes yet. Add one with: gatehouse scope create NAME",
		}
		for i, s := range scopes {
			views[i] = scopeViewOf(s)
			out.add(s.Name, s.Description, strings.Join(s.Claims, " "), when(s.CreatedAt))
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func newScopeDelete(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Remove a scope from the catalogue",
		Long: `Removes the entry with its descriptions and claims. Clients registered for the scope keep it until
they are updated. The standard scopes, such as openid and email, cannot be deleted.

` + fmt.Sprintf(asksPeople, "the name"),
		Example: "  gatehouse scope delete invoices:read\n  gatehouse scope delete invoices:read --yes",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(scopeNames),
	}
	yes, asJSON := addYes(cmd), addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		name := args[0]
		scopes, err := h.catalogue.List(cmd.Context())
		if err != nil {
			return err
		}
		// What cannot be deleted is not asked about.
		if slices.ContainsFunc(scopes, func(s consent.Scope) bool { return s.Name == name }) && !consent.BuiltIn(name) {
			if err := env.confirmNamed(cmd.Context(), *yes, "Delete the scope "+name+", its descriptions and its claims?", name); err != nil {
				return err
			}
		}
		if err := h.catalogue.Delete(cmd.Context(), env.actor(), name); err != nil {
			return about("scope", name, err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"name": name, "deleted": true})
		}
		return env.say("deleted %s", name)
	})
	return cmd
}
