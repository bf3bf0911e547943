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

// What an operator would see of a healthy server: each panel shows something, each rule is
// evaluated, and no alert fires.
func TestPrometheusReadsWhatTheServerShows(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile("../../deploy/prometheus/rules.yaml")
	require.NoError(t, err)
	v := newTraffic(t)
	target := strings.TrimPrefix(v.ops, "http://")
	p := prometheus{t, services.NewPrometheus(t, target, rules).URL()}

	// Twice, with a scrape between: a rate over a series that was just born is nothing.
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

// quietPanels are those where anything but 0 would say that something failed, and nothing at
// all that nobody watches.
func quietPanels() []string {
	return []string{"Failures of token and authorize (promise: 0.1 %)", "Refresh tokens used twice", "Limits without Redis"}
}

// busyPanels are those where 0 would say that the load was not counted.
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
		// Conditions that hold for a moment: no job has had its turn yet, and a machine that
		// runs other tests beside this one is slow.
		if !slices.Contains([]string{"GatehouseJobNotSucceeding", "GatehouseSlow"}, r.Name) {
			assert.NotEqual(p.t, "pending", r.State, r.Name)
		}
	}
}
