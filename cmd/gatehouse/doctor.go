package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

func newDoctor(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the settings and say what is wrong",
		Long: `Checks every setting, the database, its schema, whether the secret opens the keys in it,
and whether limits can be counted in Redis. Nothing is changed. The exit code is 1 when
something is wrong.`,
		Example: "  gatehouse doctor\n  gatehouse doctor --config /etc/gatehouse.yaml --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		findings := env.examine(cmd)
		if err := printFindings(env, findings, *asJSON); err != nil {
			return err
		}
		if n := slices.IndexFunc(findings, func(f finding) bool { return f.Verdict == wrong }); n >= 0 {
			return errors.New("something is wrong; see above")
		}
		return nil
	}
	return cmd
}

type verdict string

const (
	fine    verdict = "ok"
	warning verdict = "warning"
	wrong   verdict = "wrong"
)

// finding is the outcome of one check. Detail says what to change.
type finding struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Detail  string  `json:"detail,omitempty"`
}

// examine makes every check that those before it leave a meaning.
func (e *environment) examine(cmd *cobra.Command) []finding {
	c, err := loadConfig(cmd, e.Environ)
	if err != nil {
		return []finding{{"settings", wrong, explainError(err)}}
	}
	var findings []finding
	if err := c.validate(); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			findings = append(findings, finding{"settings", wrong, line})
		}
	} else {
		findings = append(findings, finding{"settings", fine, "issuer " + c.Issuer})
	}
	findings = append(findings, e.unknownSettings()...)
	if c.validateSecret() == nil {
		findings = append(findings, e.examineDatabase(cmd.Context(), c)...)
	}
	return append(findings, e.examineRedis(cmd.Context(), c))
}

// unknownSettings finds misspelt variables, which would otherwise be ignored in silence.
func (e *environment) unknownSettings() []finding {
	known := settingKeys()
	var findings []finding
	for _, pair := range e.Environ {
		name, _, _ := strings.Cut(pair, "=")
		key, ok := strings.CutPrefix(name, envPrefix)
		if ok && !slices.Contains(known, strings.ToLower(key)) {
			findings = append(findings, finding{"settings", warning, "there is no setting " + name + "; it is ignored"})
		}
	}
	return findings
}

func (e *environment) examineDatabase(ctx context.Context, c config) []finding {
	if path, ok := strings.CutPrefix(c.databaseURL(), "sqlite://"); ok {
		path, _, _ = strings.Cut(path, "?")
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return []finding{{"database", fine, path + " is made at the first start"}}
		}
	}
	store, err := e.openStore(ctx, c, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return []finding{{"database", wrong, explainError(err)}}
	}
	defer func() { _ = store.Close() }() // nothing was written
	if err := store.Writable(ctx); err != nil {
		return []finding{{"database", wrong, explainError(err)}}
	}
	findings := []finding{{"database", fine, "answers"}}
	pending, err := store.Pending(ctx)
	switch {
	case err != nil:
		return append(findings, finding{"schema", wrong, explainError(err)})
	case pending > 0:
		return append(findings, finding{"schema", warning, fmt.Sprintf("%d migration(s) missing: run \"gatehouse migrate up\"", pending)})
	}
	findings = append(findings, finding{"schema", fine, "up to date"})
	return append(findings, e.examineKeyring(ctx, c, store))
}

func (e *environment) examineKeyring(ctx context.Context, c config, store keyring.Store) finding {
	rows, err := store.DataKeys(ctx)
	if err != nil {
		return finding{"keyring", wrong, explainError(err)}
	}
	if len(rows) == 0 {
		return finding{"keyring", fine, "is made at the first start"}
	}
	secrets, err := e.keyringSecrets(c)
	if err != nil {
		return finding{"keyring", wrong, explainError(err)}
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

func printFindings(env *environment, findings []finding, asJSON bool) error {
	if asJSON {
		return printJSON(env.Out, findings)
	}
	out := table{header: []string{"CHECK", "VERDICT", "DETAIL"}}
	for _, f := range findings {
		out.add(f.Check, string(f.Verdict), f.Detail)
	}
	return out.print(env.Out)
}
