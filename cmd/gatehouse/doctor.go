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
		Short: "Check the settings and report faults",
		Long: `Checks every setting, the data directory, the database and whether it takes writes, its
schema, whether the secret opens the keys in it, those of the audit log among them, whether limits can be
counted in Redis, whether the SMTP server takes mails, and whether the list of breached passwords can be
asked. Nothing is changed, and nothing sent. The exit code is 1 when something is wrong.`,
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
	var unread *settingFaults
	if err != nil && !errors.As(err, &unread) {
		return append([]finding{{"settings", wrong, explainError(err)}}, e.unknownSettings()...)
	}
	findings := append(c.examineSettings(unread), e.unknownSettings()...)
	findings = slices.Concat(findings, c.examineTLS(), c.examineResponses(), c.examineRead(unread))
	secret := []string{"secret", "previous_secrets", "secret_file", "previous_secrets_file"}
	if !unread.concern("database_url", "database_url_file", "data_dir") && c.validateDatabase() == nil {
		findings = append(findings, c.examineFiles()...)
		if !unread.concern(secret...) && c.validateSecret() == nil {
			findings = append(findings, e.examineDatabase(cmd.Context(), c)...)
		}
	}
	if !unread.concern("redis_url", "redis_url_file") {
		findings = append(findings, e.examineRedis(cmd.Context(), c))
	}
	if !unread.concern("smtp_url", "smtp_url_file", "mail_from", "sms_webhook_secret", "sms_webhook_secret_file", "outbound_ca") {
		findings = append(findings, e.examineMessages(cmd.Context(), c)...)
	}
	return append(findings, c.examineBreached(cmd.Context())...)
}

// examineSettings lists what could not be read, and what is wrong with the others.
func (c *config) examineSettings(unread *settingFaults) []finding {
	var findings []finding
	if unread != nil {
		for _, fault := range unread.faults {
			findings = append(findings, finding{"settings", wrong, explainError(fault)})
		}
	}
	judged := c.validate
	if unread.concern("secret", "secret_file", "database_url", "database_url_file") { // it would be called missing
		judged = func() error {
			return errors.Join(c.validateIssuer(), c.validateListen(), c.validateTLS(), c.validateRest())
		}
	}
	if err := judged(); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			findings = append(findings, finding{"settings", wrong, line})
		}
	}
	if len(findings) == 0 {
		findings = append(findings, finding{"settings", fine, "issuer " + c.Issuer})
	}
	return findings
}

// examineTLS finds an https issuer for which neither this server nor a declared proxy terminates TLS.
// Behind an undeclared proxy the rate limits count all users as one.
func (c *config) examineTLS() []finding {
	if !strings.HasPrefix(c.Issuer, "https://") || c.TLSCert != "" || len(c.TrustedProxies) > 0 {
		return nil
	}
	return []finding{{"settings", warning, "the issuer is https, and neither GATEHOUSE_TLS_CERT nor GATEHOUSE_TRUSTED_PROXIES is set: name the proxy that terminates TLS; otherwise all users share its IP address and its limits"}}
}

func (e *environment) unknownSettings() []finding {
	var findings []finding
	for _, u := range e.unknownVariables() {
		findings = append(findings, finding{"settings", warning, u.String()})
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
