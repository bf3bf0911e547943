package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/storage"
)

func (e *environment) examineDatabase(ctx context.Context, c config) []finding {
	name := storage.Describe(c.databaseURL())
	path, err := storage.SQLitePath(c.databaseURL())
	if err != nil {
		return []finding{{"database", wrong, explainCause(err)}}
	}
	if path != "" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return []finding{{"database", fine, name + " is made at the first start"}}
		}
	}
	store, err := e.openStore(ctx, c, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return []finding{{"database", wrong, name + ": " + explainCause(err)}}
	}
	defer func() { _ = store.Close() }() // nothing was written
	schema, err := store.Schema(ctx)
	if err != nil {
		return []finding{{"database", wrong, name + ": " + explainCause(err)}}
	}
	if schema.Empty {
		return []finding{{"database", fine, name + " answers, and is empty"}, examineSchema(c, schema)}
	}
	if err := store.Writable(ctx); err != nil {
		return []finding{{"database", wrong, name + " answers, and takes no writes: " + explainCause(err)}}
	}
	findings := []finding{{"database", fine, name + " answers, and takes writes"}, examineSchema(c, schema)}
	findings = append(findings, examineAuditors(ctx, store, schema)...)
	keys := e.examineKeyring(ctx, c, store)
	findings = append(findings, keys)
	if keys.Verdict == fine && schema.Pending == 0 {
		findings = append(findings, e.examineAuditKeys(ctx, c, store)...)
	}
	return findings
}

// examineAuditKeys finds an audit key that was replaced: records are written without proof then, and none are
// sealed. Nothing is made that is missing.
func (e *environment) examineAuditKeys(ctx context.Context, c config, store *storage.Store) []finding {
	rows, err := store.AuditKeys(ctx)
	if err != nil {
		return []finding{{"audit", wrong, explainCause(err)}}
	}
	if len(rows) == 0 {
		return nil
	}
	secrets, err := e.keyringSecrets(c)
	if err != nil {
		return []finding{{"audit", wrong, explainCause(err)}}
	}
	ring, err := keyring.Read(ctx, store, secrets, e.clock, e.random)
	if err != nil {
		return []finding{{"audit", wrong, explainCause(err)}}
	}
	if _, err := chain.NewKeys(store, ring.Key(keyring.AuditKey), e.clock, e.random).PublicKeys(ctx); err != nil {
		return []finding{{"audit", wrong, explainCause(err) + "; gatehouse audit verify tells what else was changed"}}
	}
	return []finding{{"audit", fine, "the keys that prove the records open"}}
}

// mostAuditors is up to how many users with the role are counted.
const mostAuditors = 1000

// examineAuditors tells how many users see everything in the console by a role that means something to applications in
// versions before it. Before an upgrade that is a warning.
func examineAuditors(ctx context.Context, store *storage.Store, schema storage.Schema) []finding {
	n, err := store.CountWithRole(ctx, account.RoleAuditor, mostAuditors+1)
	switch {
	case err != nil && schema.Pending > 0: // of which the first migration has no users
		return nil
	case err != nil:
		return []finding{{"roles", wrong, explainCause(err)}}
	case n == 0:
		return nil
	}
	many := strconv.Itoa(n)
	if n > mostAuditors {
		many = "more than " + strconv.Itoa(mostAuditors)
	}
	f := finding{"roles", fine, many + " user(s) with the role " + account.RoleAuditor + " see in the console all that administrators see: gatehouse user list --role " + account.RoleAuditor}
	if schema.Pending > 0 {
		f.Verdict = warning
	}
	return []finding{f}
}

func examineSchema(c config, schema storage.Schema) finding {
	switch {
	case schema.Ahead > 0 && c.AllowNewerSchema:
		return finding{"schema", warning, fmt.Sprintf("%d migration(s) ahead of this version, which GATEHOUSE_ALLOW_NEWER_SCHEMA allows", schema.Ahead)}
	case schema.Ahead > 0:
		return finding{"schema", wrong, schemaAhead(schema)}
	case schema.Pending > 0 && c.embedded():
		return finding{"schema", fine, fmt.Sprintf("%d migration(s) missing, which the next start applies", schema.Pending)}
	case schema.Pending > 0:
		return finding{"schema", warning, fmt.Sprintf("%d migration(s) missing: run \"gatehouse migrate up\"", schema.Pending)}
	default:
		return finding{"schema", fine, "up to date"}
	}
}

func (e *environment) examineKeyring(ctx context.Context, c config, store keyring.Store) finding {
	rows, err := store.DataKeys(ctx)
	if err != nil {
		return finding{"keyring", wrong, explainCause(err)}
	}
	if len(rows) == 0 {
		return finding{"keyring", fine, "is made at the first start"}
	}
	if file := filepath.Join(c.DataDir, "secret"); c.Secret == "" {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return finding{"keyring", wrong, file + " is gone, and with it what opens the keys in this database: bring it back from the backup"}
		}
	}
	secrets, err := e.keyringSecrets(c)
	if err != nil {
		return finding{"keyring", wrong, explainCause(err)}
	}
	known := []string{keyring.Fingerprint(secrets.Current)}
	for _, p := range secrets.Previous {
		known = append(known, keyring.Fingerprint(p))
	}
	for _, row := range rows {
		if !slices.Contains(known, row.SealedBy) {
			return finding{"keyring", wrong, "GATEHOUSE_SECRET is not the one that sealed the keys in this database; if it was changed, name the old one in GATEHOUSE_PREVIOUS_SECRETS"}
		}
	}
	return finding{"keyring", fine, "opens with the secret"}
}
