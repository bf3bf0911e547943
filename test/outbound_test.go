package test_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ownConnection finds code that would connect to somewhere by itself.
func ownConnection() *regexp.Regexp {
	return regexp.MustCompile(`\bhttp\.(Client|Transport)\b|\bhttp\.(Get|Head|Post|PostForm|Default\w+)\b|\b(net|tls)\.Dial\w*\b|\bhttputil\.`)
}

// What fetches from an address that somebody else chose goes through one client,
// which refuses those that are ours. The probe of our own health is an exception, and the demo
// application, which asks the server that it is part of.
func TestOneWayOut(t *testing.T) {
	t.Parallel()
	own, checked := ownConnection(), 0
	for _, p := range packages(t) {
		inside := strings.TrimPrefix(p.ImportPath, module)
		if inside == "provider/outbound" || strings.HasPrefix(inside, "test/") {
			continue
		}
		for _, name := range p.GoFiles {
			if slices.Contains([]string{"cmd/gatehouse/healthcheck.go", "cmd/gatehouse/demo.go", "handlers/demo/demo.go"}, inside+"/"+name) {
				continue
			}
			content, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			assert.Empty(t, own.FindString(string(content)), "%s/%s", inside, name)
			checked++
		}
	}
	assert.Greater(t, checked, 100)
}

// The search must be able to find something.
func TestOneWayOutFindsOthers(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"c := &http.Client{}", "http.DefaultClient.Do(r)", "http.Get(address)", "net.Dial(a, b)", "(&net.Dialer{}).DialContext(ctx)", "tls.Dial(a, b, nil)", "httputil.NewSingleHostReverseProxy(u)"} {
		assert.NotEmpty(t, ownConnection().FindString(code), code)
	}
	assert.Empty(t, ownConnection().FindString("http.Request http.Handler net.ListenConfig"))
}
