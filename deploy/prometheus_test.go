package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []rule
	}
}

type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	var file ruleFile
	readYAML(t, "prometheus/rules.yaml", &file)
	var all []rule
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	require.Greater(t, len(all), 10)
	return all
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(content, into), path)
}

// guide is the text of the guides of a name, such as alerts.md or *.md.
func guide(t *testing.T, pattern string) string {
	t.Helper()
	paths, err := filepath.Glob("docs/" + pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths, pattern)
	var all strings.Builder
	for _, path := range paths {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		all.Write(content)
	}
	return all.String()
}

// promtool fails the test when it is not installed: untested rules prove nothing.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput()
	require.NoError(t, err, "%s (test/services/install.sh installs promtool)", out)
}

func TestRulesAndConfigurationAreValid(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", "prometheus/rules.yaml")
	promtool(t, "check", "config", "prometheus/prometheus.yml")
}

func TestAlertsFireOnTheirFaultOnly(t *testing.T) {
	t.Parallel()
	promtool(t, "test", "rules", "prometheus/rules_test.yaml")
}

func TestEachAlertIsTestedBothWays(t *testing.T) {
	t.Parallel()
	var file struct {
		Tests []struct {
			Checks []struct {
				Alert    string `yaml:"alertname"`
				Expected []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	readYAML(t, "prometheus/rules_test.yaml", &file)
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, test := range file.Tests {
		for _, check := range test.Checks {
			if len(check.Expected) > 0 {
				fires[check.Alert] = true
			} else {
				silent[check.Alert] = true
			}
		}
	}
	for _, r := range rules(t) {
		if r.Alert != "" {
			assert.True(t, fires[r.Alert], "%s has no test in which it fires", r.Alert)
			assert.True(t, silent[r.Alert], "%s has no test in which it does not fire", r.Alert)
		}
	}
}

func TestEachAlertHasItsSectionInTheGuide(t *testing.T) {
	t.Parallel()
	sections := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^## (Gatehouse\w+)$`).FindAllStringSubmatch(guide(t, "alerts.md"), -1) {
		sections[heading[1]] = true
	}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		assert.True(t, sections[r.Alert], "alerts.md has no section %s", r.Alert)
		delete(sections, r.Alert)
		assert.Contains(t, []string{"page", "ticket"}, r.Labels["severity"], r.Alert)
		assert.NotEmpty(t, r.Annotations["summary"], r.Alert)
		assert.True(t, strings.HasSuffix(r.Annotations["runbook_url"], "deploy/docs/alerts.md#"+strings.ToLower(r.Alert)), r.Alert)
	}
	assert.Empty(t, sections, "sections about alerts that do not exist")
}

func TestRulesUseExistingMetrics(t *testing.T) {
	t.Parallel()
	known := registered(t)
	recorded(t, known)
	for _, r := range rules(t) {
		for _, name := range namesIn(r.Expr) {
			assert.True(t, exists(known, name), "%s%s: %s", r.Alert, r.Record, name)
		}
	}
}

// recorded adds the series that the rules record.
func recorded(t *testing.T, known map[string][]string) {
	t.Helper()
	for _, r := range rules(t) {
		if r.Record != "" {
			known[r.Record] = nil
		}
	}
}
