package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newUserCreate(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create USERNAME",
		Short: "Add a user",
		Long: `Adds a user. The password is asked for twice, or read from standard input with
--password-stdin; it is never an argument, which every user of the machine could see.`,
		Example: `  gatehouse user create alice --email alice@example.com
  gatehouse user create alice --email alice@example.com --email-verified \
      --name "Alice Liddell"
  gatehouse user create bob --role admin --password-stdin < password.txt`,
		Args: cobra.ExactArgs(1),
	}
	var u account.User
	var f userFlags
	f.register(cmd)
	cmd.Flags().StringArrayVar(&u.Roles, "role", nil, "role, such as admin (repeatable)")
	fromStdin := cmd.Flags().Bool("password-stdin", false, "read the password from standard input")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		password, err := env.readPassword(cmd.Context(), *fromStdin)
		if err != nil {
			return err
		}
		u.Username = args[0]
		f.apply(cmd, &u)
		if err := h.users.Create(cmd.Context(), env.actor(), &u, password); err != nil {
			return about("user", args[0], err)
		}
		return env.printUser(&u, *asJSON)
	})
	return cmd
}

func newUserSetPassword(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "set-password USERNAME",
		Short:   "Change the password of a user, and end all of their sessions",
		Example: "  gatehouse user set-password alice",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(usernames),
	}
	fromStdin := cmd.Flags().Bool("password-stdin", false, "read the password from standard input")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		password, err := env.readPassword(cmd.Context(), *fromStdin)
		if err != nil {
			return err
		}
		u, err := h.users.SetPassword(cmd.Context(), env.actor(), args[0], password)
		if err != nil {
			return about("user", args[0], err)
		}
		return env.printUser(u, *asJSON)
	})
	return cmd
}

// readPassword asks at the terminal, twice and without showing it, or reads a line.
func (e *environment) readPassword(ctx context.Context, fromStdin bool) (string, error) {
	if fromStdin {
		password, err := e.line(ctx)
		if err != nil {
			return "", fmt.Errorf("read the password from standard input: %w", err)
		}
		return password, nil
	}
	in, ok := e.In.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", errors.New("there is no terminal to ask for the password: use --password-stdin")
	}
	shown, err := term.GetState(int(in.Fd()))
	if err != nil {
		return "", err
	}
	ask := func(question string) (string, error) {
		_, _ = fmt.Fprint(e.Err, question)
		answer, err := unlessInterrupted(ctx, func() (string, error) {
			answer, err := term.ReadPassword(int(in.Fd()))
			return string(answer), err
		})
		if errors.Is(err, errInterrupted) { // what is typed next is shown again
			err = errors.Join(err, term.Restore(int(in.Fd()), shown))
		}
		_, _ = fmt.Fprintln(e.Err)
		return answer, err
	}
	first, err := ask("Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask("Password, again: ")
	if err == nil && first != second {
		err = errors.New("the two passwords differ")
	}
	return first, err
}
