package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

func newImportUsers(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "users FILE|-",
		Short: "Import users from JSON lines",
		Long: `Reads one JSON object a line, with the names of "gatehouse user get --json": username, email,
email_verified, phone, phone_verified, name, given_name, ... , address, roles, disabled, created_at;
id, a UUID, and sub, the id that applications know the user by, both made up where they are missing,
and neither that of a deleted user or of a client;
and password_hash. Without a username the email address stands for it, with _at_ for @.

A password_hash is one of
  bcrypt     $2a$, $2b$ or $2y$, of cost 14 at most
  argon2id   $argon2id$v=19$m=65536,t=3,p=4$SALT$HASH
  PBKDF2     $pbkdf2-sha256$29000$SALT$HASH or -sha512 (passlib),
             pbkdf2_sha256$600000$SALT$HASH (Django)
  scrypt     $scrypt$ln=16,r=8,p=1$SALT$HASH
and becomes an argon2id hash of this server's cost at the first sign-in with the password.`,
		Example: `  gatehouse import users users.jsonl --dry-run
  gatehouse import users users.jsonl --refused refused.jsonl
  echo '{"username":"ada","email":"ada@example.com",' \
      '"password_hash":"$2b$12$..."}' |
      gatehouse import users -`,
		Args: cobra.ExactArgs(1),
	}
	f := addImportFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return env.importFrom(cmd, f, args[0], "jsonl", func(file *importFile) (imports.Reader, error) {
			return imports.NewLines(file, imports.KindUser, imports.ParseUser), nil
		}, imports.KindUser)
	}
	return cmd
}
