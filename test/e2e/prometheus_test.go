package e2e_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// For a healthy server every dashboard panel has data, every rule is evaluated and no alert
// fires.
func TestDashboardAndRulesOfAHealthyServer(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile("../../deploy/prometheus/rules.yaml")
	require.NoError(t, err)
	v := newTraffic(t)
	target := strings.TrimPrefix(v.ops, "http://")
	p := prometheus{t, services.NewPrometheus(t, target, rules).URL()}

	// Twice, with a scrape between: a rate needs two samples of a series.
	for n := range 2 {
		v.round()
		p.until("sum(gatehouse_tokens_revoked_total)", func(value float64) bool { return value >= float64(n+1) })
	}
	variables := strings.NewReplacer("$instance", strings.ReplaceAll(target, ".", "[.]"), "$__rate_interval", "1m")
	for _, panel := range panels(t) {
		for _, query := range panel.Targets {
			expr := variables.Replace(query.Expr)
			require.NotContains(t, expr, "$", panel.Title)
			switch {
			case slices.Contains(quietPanels(), panel.Title):
				p.until(expr, func(value float64) bool { return value == 0 })
			case slices.Contains(busyPanels(), panel.Title):
				p.until(expr, func(value float64) bool { return value > 0 })
			default:
				p.until(expr, func(float64) bool { return true })
			}
		}
	}
	p.checkRules(rules)
}

// quietPanels must show 0: another value would mean a failure, and no value that the panel does
// not work.
func quietPanels() []string {
	return []string{"Failures of token and authorize (promise: 0.1 %)", "Refresh tokens used twice", "Limits without Redis"}
}

// busyPanels must not show 0, which would mean that the load was not counted.
func busyPanels() []string {
	return []string{
		"Servers ready", "Requests by status", "Requests by route", "Duration, 99 of 100 requests", "Duration, median",
		"Tokens issued", "Token requests refused", "What refuses", "Introspection", "Approved, revoked",
		"Sign-ins by outcome", "Refused by limits", "Decided by limits", "Where the counts are",
		"Statements", "Duration of statements", "Found in memory", "Statements a request",
		"Commands", "Duration of commands", "Signing keys", "Until the next key", "Versions", "CPU", "Memory", "Goroutines", "Open files",
	}
}

func (p prometheus) checkRules(file []byte) {
	p.t.Helper()
	written := len(regexp.MustCompile(`(?m)^ +- (alert|record): `).FindAll(file, -1))
	var found []rule
	require.True(p.t, poll(func() bool {
		found = p.rules()
		return !slices.ContainsFunc(found, func(r rule) bool { return r.Health == "unknown" }) // not evaluated yet
	}, patience))
	assert.Len(p.t, found, written)
	for _, r := range found {
		assert.Equal(p.t, "ok", r.Health, "%s: %s", r.Name, r.LastError)
		assert.NotEqual(p.t, "firing", r.State, r.Name)
		// These conditions may hold for a short time: no job has run yet, and other tests slow the
		// machine down.
		if !slices.Contains([]string{"GatehouseJobNotSucceeding", "GatehouseSlow"}, r.Name) {
			assert.NotEqual(p.t, "pending", r.State, r.Name)
		}
	}
}
