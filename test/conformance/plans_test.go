package main

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

func defaultSuite(t *testing.T) conformance.Suite {
	t.Helper()
	s, err := conformance.FromEnvironment(func(string) string { return "" })
	require.NoError(t, err)
	return s
}

// Every plan can be configured, by names that the server seeds, and each exception has a reason.
func TestPlansAreWhole(t *testing.T) {
	t.Parallel()
	clients, err := conformance.Clients(defaultSuite(t), "https://id.example.com")
	require.NoError(t, err)
	seeded := []string{""} // the suite registers it
	for _, c := range clients {
		seeded = append(seeded, c.ID)
	}
	seen := map[string]bool{}
	for _, p := range plans() {
		assert.False(t, seen[p.name], "%s is there twice", p.name)
		seen[p.name] = true
		assert.Positive(t, p.modules, p.name)
		assert.True(t, strings.HasSuffix(p.suite, "test-plan"), p.name)
		for _, e := range p.expected {
			_, err := path.Match(e.modules, "")
			require.NoError(t, err, e.modules)
			assert.NotEmpty(t, e.why, "%s %s", p.name, e.modules)
			assert.Contains(t, []string{review, skipped}, e.result, "%s %s: a warning or a failure is to be mended, not expected", p.name, e.modules)
		}
		c, err := p.configure(defaultSuite(t), "https://id.example.com")
		require.NoError(t, err)
		for _, one := range []clientSettings{c.Client, c.Second, c.Post} {
			assert.Contains(t, seeded, one.ID, p.name)
		}
		assert.Equal(t, p.walked, len(c.Browser) == 0, p.name)
	}
}

// A script that matches no address of the provider would leave each module waiting.
func TestScriptsAreForTheProvider(t *testing.T) {
	t.Parallel()
	for _, p := range plans() {
		c, err := p.configure(defaultSuite(t), "https://id.example.com")
		require.NoError(t, err)
		scripts := slices.Clone(c.Browser)
		for _, o := range c.Override {
			scripts = append(scripts, o.Browser...)
		}
		for _, s := range scripts {
			assert.True(t, strings.HasPrefix(s.Match, "https://id.example.com/oauth/"), s.Match)
			assert.NotEmpty(t, s.Tasks)
		}
	}
}

func TestConfigurationIsWhatTheSuiteReads(t *testing.T) {
	t.Parallel()
	for _, p := range plans() {
		if p.name != "private-key-jwt" {
			continue
		}
		c, err := p.configure(defaultSuite(t), "https://id.example.com")
		require.NoError(t, err)
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var read struct {
			Alias  string
			Server map[string]any
			Client struct {
				ID     string `json:"client_id"`
				Secret string `json:"client_secret"`
				JWKS   struct{ Keys []map[string]string }
			}
			Browser []struct {
				Match string
				Tasks []struct{ Commands [][]any }
			}
		}
		require.NoError(t, json.Unmarshal(text, &read))
		assert.Equal(t, "gatehouse-conformance", read.Alias)
		assert.Equal(t, "https://id.example.com/.well-known/openid-configuration", read.Server["discoveryUrl"])
		assert.Equal(t, conformance.FirstKey, read.Client.ID)
		assert.Empty(t, read.Client.Secret)
		require.Len(t, read.Client.JWKS.Keys, 1)
		assert.NotEmpty(t, read.Client.JWKS.Keys[0]["d"], "the suite signs with it")
		assert.Equal(t, []any{"text", "name", "username", "alice", "optional"}, read.Browser[0].Tasks[1].Commands[0])
		return
	}
	t.Fatal("there is no such plan")
}

func TestExpectedResults(t *testing.T) {
	t.Parallel()
	p := plan{expected: []expectation{
		{"oidcc-a-*", "", review, "looked at"},
		{"oidcc-b", "id_token", skipped, "only there"},
	}}
	for _, one := range []struct {
		module  module
		result  string
		because string
	}{
		{module{Name: "oidcc-a-b"}, review, "looked at"},
		{module{Name: "oidcc-a"}, passed, ""},
		{module{Name: "oidcc-b", Variant: map[string]string{"response_type": "code id_token"}}, skipped, "only there"},
		{module{Name: "oidcc-b", Variant: map[string]string{"response_type": "code"}}, passed, ""},
	} {
		result, why := p.expects(one.module)
		assert.Equal(t, one.result, result, one.module)
		assert.Equal(t, one.because, why, one.module)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	var usage strings.Builder
	for args, want := range map[string]string{
		"--plans nonsense":                   "unknown plan",
		"--modules [":                        "--modules",
		"--timeout 0s":                       "--timeout must be positive",
		"--issuer https://x.example":         "--issuer and --listen go together",
		"--provider https://x --gatehouse g": "--provider names a server that runs",
		"surplus":                            "unexpected argument",
	} {
		_, err := parseOptions(strings.Fields(args), &usage)
		require.Error(t, err, args)
		assert.Contains(t, err.Error(), want)
	}
	o, err := parseOptions([]string{"--plans", "basic,dynamic-code", "--modules", "oidcc-server,*-logout"}, &usage)
	require.NoError(t, err)
	assert.True(t, o.wants("oidcc-server"))
	assert.True(t, o.wants("oidcc-rp-initiated-logout"))
	assert.False(t, o.wants("oidcc-server-rotate-keys"))
	assert.True(t, o.selects(plan{name: "dynamic-code"}))
	assert.False(t, o.selects(plan{name: "config"}))
	o.plans = nil
	assert.True(t, o.selects(plan{name: "config"}))
}
