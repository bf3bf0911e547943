package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/hydra"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/storage/hydradb"
)

// hydraKinds are what is imported from Hydra, in this order.
func hydraKinds() []imports.Kind {
	return []imports.Kind{imports.KindClient, imports.KindUser, imports.KindConsent, imports.KindRefreshToken, imports.KindKey}
}

type hydraFlags struct {
	importFlags

	database, secretFile *string
	createUsers, jwt     *bool
	only                 *[]string
}

func newImportHydra(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hydra",
		Short: "Import the clients, consents, refresh tokens and signing keys of Ory Hydra",
		Long: `Reads the database of Ory Hydra 2.3, SQLite or Postgres, without changing it. Stop Hydra before the last
run: a refresh token that is used there afterwards would be valid here too.

Clients keep their secrets. Users are known to Hydra by a subject alone: each must exist here with that
sub (gatehouse import users), or is made without a password by --create-users; what belongs to others is
refused. Consents that were to be remembered are.

Live refresh tokens are accepted once, by their client, and exchanged for one of this server; the
lifetime of refreshing begins anew. The system secret of Hydra verifies them, and is kept, sealed, until
the last of them has expired. Access tokens are not moved: applications refresh, and get new ones.

Signing keys are published until the last access token that they signed has expired, two days at least,
and sign nothing here. Claims that the consent application added are left out, and so are scopes that
have the name of one of the management API (gatehouse:...), of clients that --allow-management does not
name.`,
		Example: `  gatehouse import hydra --database sqlite:///var/hydra/db.sqlite \
      --system-secret-file hydra-secret --dry-run
  DSN=postgres://hydra@db/hydra gatehouse import hydra \
      --system-secret-file hydra-secret --create-users
  gatehouse import hydra --system-secret-file hydra-secret \
      --only client,consent --refused refused.jsonl`,
		Args: cobra.NoArgs,
	}
	names := make([]string, 0, len(hydraKinds()))
	for _, kind := range hydraKinds() {
		names = append(names, string(kind))
	}
	f := hydraFlags{
		importFlags: addImportFlags(cmd),
		database:    cmd.Flags().String("database", "", "database of Hydra: sqlite://PATH or postgres://... (default: DSN of the environment, as for Hydra)"),
		secretFile:  cmd.Flags().String("system-secret-file", "", "file with the system secret of Hydra (SECRETS_SYSTEM); former ones after it, one a line"),
		createUsers: cmd.Flags().Bool("create-users", false, "make users without a password for subjects that are not known here"),
		jwt:         cmd.Flags().Bool("jwt", false, "Hydra makes JWT access tokens (strategies.access_token: jwt)"),
		only:        cmd.Flags().StringSlice("only", names, "kinds to import"),
	}
	f.addManagement(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return env.importHydra(cmd, f) }
	return cmd
}

func (e *environment) importHydra(cmd *cobra.Command, f hydraFlags) (err error) {
	ctx := cmd.Context()
	kinds, err := f.kinds()
	if err != nil {
		return err
	}
	secrets, err := f.secrets()
	if err != nil {
		return err
	}
	address := *f.database
	if address == "" {
		address = e.variable("DSN")
	}
	if address == "" {
		return errors.New("--database, or DSN in the environment, must name the database of Hydra")
	}
	db, err := hydradb.Open(ctx, address, e.clock.Real())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	h, err := e.open(cmd)
	if err != nil {
		return err
	}
	defer h.close(&err)
	reader := hydra.NewReader(db, secrets, hydra.Options{JWT: *f.jwt, Kinds: kinds})
	defer reader.Close()
	source := imports.Source{System: "hydra", Name: databaseName(address)}
	run := imports.Run{Sinks: e.hydraSinks(cmd, h, f, secrets, source)}
	used := append(h.files(), usedFiles("the file with the system secret", *f.secretFile)...)
	if path := hydradb.File(address); path != "" {
		used = append(used, usedFiles("the database of Hydra", path, path+"-wal")...)
	}
	return e.runImport(ctx, f.importFlags, used, e.importRecorder(h, f.importFlags, cmd.Name(), source.Name), run, reader, func() (read, total int64) { return 0, 0 })
}

// hydraSinks are those of all kinds.
func (e *environment) hydraSinks(cmd *cobra.Command, h *instance, f hydraFlags, secrets hydra.Secrets, source imports.Source) map[imports.Kind]imports.Sink {
	common := e.importSinks(cmd, h, f.importFlags, source, imports.KindClient, imports.KindUser)
	clients := imports.NewNoting(common[imports.KindClient])
	users := imports.NewNoting(imports.NewSubjects(h.store, common[imports.KindUser]))
	consents := consent.NewImport(h.store, h.gate, e.clock, e.actor(), consent.ImportOptions{DryRun: *f.dryRun, Client: clients.Has, User: users.Has})
	tokens := grant.NewImport(h.store, h.gate, h.ring.Key(keyring.TokenHash), h.ring.Key(keyring.ImportedSecret), e.clock, e.random, h.config.lifetimes(), e.actor(),
		grant.ImportOptions{Keys: secrets.Keys(), DryRun: *f.dryRun, Client: clients.Has, User: users.Has})
	return map[imports.Kind]imports.Sink{
		imports.KindClient:       clients,
		imports.KindUser:         users,
		imports.KindConsent:      imports.NewConsents(consents, source),
		imports.KindRefreshToken: imports.NewRefreshTokens(tokens, source),
		imports.KindKey:          imports.NewKeys(keys.NewImport(h.store, h.gate, e.clock, e.actor(), *f.dryRun), source),
	}
}

// kinds are those to read.
func (f *hydraFlags) kinds() (map[imports.Kind]bool, error) {
	kinds := map[imports.Kind]bool{}
	for _, name := range *f.only {
		if !slices.Contains(hydraKinds(), imports.Kind(name)) {
			return nil, fmt.Errorf("--only: there is no kind %q", name)
		}
		kinds[imports.Kind(name)] = true
	}
	if !*f.createUsers {
		delete(kinds, imports.KindUser)
	}
	return kinds, nil
}

func (f *hydraFlags) secrets() (hydra.Secrets, error) {
	if *f.secretFile == "" {
		return hydra.Secrets{}, errors.New("--system-secret-file is missing: the system secret opens the database of Hydra, and verifies its refresh tokens")
	}
	text, err := readSecretFile(*f.secretFile)
	if err != nil {
		return hydra.Secrets{}, fmt.Errorf("--system-secret-file: %w", err)
	}
	secrets, err := hydra.ParseSecrets(string(text))
	if err != nil {
		return hydra.Secrets{}, fmt.Errorf("--system-secret-file: %w", err)
	}
	return secrets, nil
}

// maxSecretFile bounds the file in bytes: another one may be named by mistake.
const maxSecretFile = 64 << 10

func readSecretFile(path string) (text []byte, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if text, err = io.ReadAll(io.LimitReader(file, maxSecretFile+1)); err == nil && len(text) > maxSecretFile {
		err = fmt.Errorf("%s has more than %d bytes", path, maxSecretFile)
	}
	return text, err
}

// databaseName names a database in the audit log, without the credentials of its address.
func databaseName(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return ""
	case strings.HasPrefix(u.Scheme, "sqlite"):
		return path.Base(u.Host + u.Path)
	default:
		return u.Host + u.Path
	}
}
