package main

import (
	"bufio"
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/dex"
	"github.com/gatehouse-id/gatehouse/storage/dexdb"
)

func newImportDex(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dex FILE|-",
		Short: "Import the clients and password users of Dex",
		Long: `Reads the configuration of Dex (YAML: staticClients and staticPasswords), or its SQLite database
(storage type sqlite3), which has those that were made through its API. Import both where both are in
use.

Users keep their sub of the connector "local", their password and their address; they sign in with the
address. Groups become roles by --role-map alone. Users of other connectors are not stored in Dex.
Refresh tokens, trusted peers and connectors are left behind: applications ask their users to sign in
once more. Secrets and hashes that Dex takes from its environment are refused, to be filled in.`,
		Example: `  gatehouse import dex /etc/dex/config.yaml --dry-run
  gatehouse import dex /var/dex/dex.db --role-map admins=admin \
      --refused refused.jsonl`,
		Args: cobra.ExactArgs(1),
	}
	f := addImportFlags(cmd)
	roles := cmd.Flags().StringToString("role-map", nil, "group and the role that it becomes, such as editors=editor (repeatable)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return env.importFrom(cmd, f, args[0], "dex", func(file *importFile) (imports.Reader, error) {
			start := bufio.NewReader(file)
			var clients []dex.Client
			var passwords []dex.Password
			var err error
			if magic, _ := start.Peek(16); bytes.Equal(magic, []byte("SQLite format 3\x00")) {
				if args[0] == "-" {
					return nil, errors.New("a database cannot be read from standard input: give its path")
				}
				clients, passwords, err = dexdb.Read(cmd.Context(), args[0])
			} else {
				clients, passwords, err = dex.ReadConfig(start)
			}
			return dex.NewReader(clients, passwords, dex.Options{Roles: *roles}), err
		}, imports.KindClient, imports.KindUser)
	}
	return cmd
}
