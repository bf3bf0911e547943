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

// directConnection matches code that opens a connection without provider/outbound.
func directConnection() *regexp.Regexp {
	return regexp.MustCompile(`\bhttp\.(Client|Transport)\b|\bhttp\.(Get|Head|Post|PostForm|Default\w+)\b|\b(net|tls)\.Dial\w*\b|\bhttputil\.`)
}

// Every request to a URL from a client registration must use the client of provider/outbound,
// which refuses private addresses (SSRF). The exceptions connect only to this server, the health check
// and the demo application, and to what the operator named: the SMTP server, and the issuer and the API of
// "gatehouse proxy". Package resource is a part of
// other people's programs, and connects to the provider of their settings.
func TestOutboundRequestsUseOneClient(t *testing.T) {
	t.Parallel()
	direct, checked := directConnection(), 0
	for _, p := range packages(t) {
		inside := strings.TrimPrefix(p.ImportPath, module)
		if inside == "provider/outbound" || inside == "provider/resource" || strings.HasPrefix(inside, "test/") {
			continue
		}
		for _, name := range p.GoFiles {
			if slices.Contains([]string{"cmd/gatehouse/healthcheck.go", "cmd/gatehouse/demo.go", "cmd/gatehouse/proxy_transport.go", "handlers/demo/demo.go", "handlers/proxy/reverse.go", "provider/outbound/mail/mailer.go"}, inside+"/"+name) {
				continue
			}
			content, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			assert.Empty(t, direct.FindString(string(content)), "%s/%s", inside, name)
			checked++
		}
	}
	assert.Greater(t, checked, 100)
}

// A pattern that matches nothing would pass on any code.
func TestDirectConnectionMatchesOtherClients(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"c := &http.Client{}", "http.DefaultClient.Do(r)", "http.Get(address)", "net.Dial(a, b)", "(&net.Dialer{}).DialContext(ctx)", "tls.Dial(a, b, nil)", "httputil.NewSingleHostReverseProxy(u)"} {
		assert.NotEmpty(t, directConnection().FindString(code), code)
	}
	assert.Empty(t, directConnection().FindString("http.Request http.Handler net.ListenConfig"))
}
