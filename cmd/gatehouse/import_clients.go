package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

func newImportClients(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "clients FILE|-",
		Short: "Import clients from JSON lines",
		Long: `Reads one JSON object a line, with the names of RFC 7591 and of "gatehouse client get --json":
client_id, client_name, redirect_uris, grant_types, scope, token_endpoint_auth_method, jwks, ...
A client with a secret has it as client_secret, or its hash as client_secret_hash: bcrypt,
argon2id, PBKDF2 or scrypt as for users, or $sha256$ and the digest in base64. A slow hash is
replaced when the client first uses the secret. A public client has the method none.

A client with scopes of the management API (gatehouse:...), or of type backend with a grant for users,
could manage this server, and is refused unless --allow-management names it.`,
		Example: `  gatehouse import clients clients.jsonl --dry-run
  gatehouse import clients clients.jsonl --refused refused.jsonl --json
  echo '{"client_id":"spa","token_endpoint_auth_method":"none",' \
      '"redirect_uris":["https://app.example.com/cb"]}' |
      gatehouse import clients -`,
		Args: cobra.ExactArgs(1),
	}
	f := addImportFlags(cmd)
	f.addManagement(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return env.importFrom(cmd, f, args[0], "jsonl", func(file *importFile) (imports.Reader, error) {
			return imports.NewLines(file, imports.KindClient, imports.ParseClient), nil
		}, imports.KindClient)
	}
	return cmd
}
