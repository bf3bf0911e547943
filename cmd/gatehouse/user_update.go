package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newUserUpdate(env *environment) *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use:   "update USERNAME",
		Short: "Change what is known about a user",
		Long: `Changes what the flags name and leaves the rest; an empty value takes away. Another email
address or phone number is not verified unless the flag for that says so. Sessions and
tokens go on; roles and the password have verbs of their own.`,
		Example: `  gatehouse user update alice --name "Alice Liddell" --birthdate 1852-05-04 \
      --locale en-GB
  gatehouse user update alice --email alice@example.com --email-verified
  gatehouse user update alice --username alice.liddell --website ''`,
		Args: cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(usernames),
	}
	f.register(cmd)
	username := cmd.Flags().String("username", "", "another user name")
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if !f.given(cmd) && !cmd.Flags().Changed("username") {
			return errors.New("nothing was changed: say what to change by flags, see gatehouse user update --help")
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		u, err := h.users.Update(cmd.Context(), env.actor(), args[0], func(u *account.User) {
			f.apply(cmd, u)
			if cmd.Flags().Changed("username") {
				u.Username = *username
			}
		})
		if err != nil {
			return about("user", args[0], err)
		}
		return env.printUser(u, *asJSON)
	}
	return cmd
}

// given tells whether any of the flags was.
func (f *userFlags) given(cmd *cobra.Command) bool {
	var any bool
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		_, claim := f.profile[flag.Name]
		switch flag.Name {
		case "email", "phone", "email-verified", "phone-verified":
			claim = true
		}
		any = any || claim
	})
	return any
}
