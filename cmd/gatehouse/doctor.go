package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newDoctor(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the settings and say what is wrong",
		Long: `Checks every setting, the data directory, the database and whether it takes writes, its
schema, whether the secret opens the keys in it, and whether limits can be counted in Redis.
Nothing is changed. The exit code is 1 when something is wrong.`,
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
	findings = append(findings, c.examineTLS()...)
	findings = append(findings, c.examineFiles()...)
	if c.validateSecret() == nil {
		findings = append(findings, e.examineDatabase(cmd.Context(), c)...)
	}
	return append(findings, e.examineRedis(cmd.Context(), c))
}

// examineTLS finds an https address that nobody seems to answer at. A proxy that is not named
// makes all people one to the rate limits.
func (c *config) examineTLS() []finding {
	if !strings.HasPrefix(c.Issuer, "https://") || c.TLSCert != "" || len(c.TrustedProxies) > 0 {
		return nil
	}
	return []finding{{"settings", warning, "the issuer is https, and neither GATEHOUSE_TLS_CERT nor GATEHOUSE_TRUSTED_PROXIES is set: name the proxy that speaks TLS, or all people share its address and its limits"}}
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
