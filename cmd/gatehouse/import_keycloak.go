package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/keycloak"
)

func newImportKeycloak(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keycloak FILE|-",
		Short: "Import the users, clients and scopes of a realm of Keycloak",
		Long: `Reads an export of a realm, made while the server is stopped by
  kc.sh export --realm NAME --users same_file --file realm.json
The export of the admin console has neither users nor secrets. Of an export with --users
different_files, import the file of the realm and each file of users.

Users keep their id as sub, their passwords (PBKDF2 and argon2), names, address and phone number.
Realm roles become roles by --role-map alone. Second factors, groups, client roles and links to other
identity providers are left out, with a note. A user name that is an email address becomes another.

Clients keep their secrets (masked ones are refused: rotate them), and get JWT access tokens signed by RS256 as before. Redirect URIs with
wildcards are refused, and so are clients of SAML and those with no flow but the implicit one.
Keycloak's own clients and service accounts are passed over. Scopes that have the name of one of the
management API (gatehouse:...) are left out of clients that --allow-management does not name.`,
		Example: `  gatehouse import keycloak realm.json --dry-run
  gatehouse import keycloak realm.json --role-map editor=editor \
      --role-map realm-admin=admin --refused refused.jsonl
  gatehouse import users refused.jsonl     # once the users in it are mended
  gatehouse import clients refused.jsonl   # and the clients`,
		Args: cobra.ExactArgs(1),
	}
	f := addImportFlags(cmd)
	f.addManagement(cmd)
	roles := cmd.Flags().StringToString("role-map", nil, "realm role and the role that it becomes, such as editor=editor (repeatable)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return env.importFrom(cmd, f, args[0], "keycloak", func(file *importFile) (imports.Reader, error) {
			return keycloak.NewReader(file, keycloak.Options{Roles: *roles, Flags: repeated(cmd)}), nil
		}, imports.KindUser, imports.KindClient, imports.KindScope)
	}
	return cmd
}
