package test_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The errors of govulncheck, as it prints them: only a missing connection to the vulnerability
// database may pass, and is reported then.
func TestOnlyAMissingConnectionSkipsTheVulnerabilityCheck(t *testing.T) {
	t.Parallel()
	const fetch = `govulncheck: fetching vulnerabilities: `
	const get = fetch + `Get "https://vuln.go.dev/index/modules.json.gz": `
	for _, tc := range []struct {
		name, stderr string
		exit, want   int
	}{
		{"nothing found", "", 0, 0},
		{"findings", "", 3, 3},
		{"no name server", get + "dial tcp: lookup vuln.go.dev on 127.0.0.53:53: server misbehaving", 1, 0},
		{"no route", get + "dial tcp 34.117.64.1:443: connect: network is unreachable", 1, 0},
		{"no answer", get + "dial tcp 34.117.64.1:443: i/o timeout", 1, 0},
		{"an entry, not the index", fetch + `Get "https://vuln.go.dev/ID/GO-2026-0001.json.gz": dial tcp 34.117.64.1:443: connect: connection refused`, 1, 0},
		{"no proxy", get + "proxyconnect tcp: dial tcp 127.0.0.1:3128: connect: connection refused", 1, 0},
		{"refused by a proxy", get + "Forbidden", 1, 0},
		{"a certificate that does not verify", get + "tls: failed to verify certificate: x509: certificate signed by unknown authority", 1, 1},
		{"the database fails", fetch + `HTTP GET https://vuln.go.dev/index/modules.json.gz returned unexpected status: 503 Service Unavailable`, 1, 1},
		{"not the database", fetch + "gzip: invalid header", 1, 1},
		{"code that does not build", "govulncheck: loading packages: \nThere are errors with the provided package patterns", 1, 1},
		{"another host", `go: golang.org/x/vuln@v1.9.0: Get "https://modules.example/x": dial tcp: lookup modules.example: no such host`, 1, 1},
		{"killed", "", 137, 137},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "tools/vulncheck.sh", "sh", "-c", `echo findings; echo "$0" >&2; exit "$1"`, tc.stderr, fmt.Sprint(tc.exit))
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if cmd.ProcessState == nil {
				require.NoError(t, err)
			}
			assert.Equal(t, tc.want, cmd.ProcessState.ExitCode())
			assert.Equal(t, "findings\n", stdout.String())
			assert.Contains(t, stderr.String(), tc.stderr)
			assert.Equal(t, tc.exit != 0 && tc.want == 0, bytes.Contains(stderr.Bytes(), []byte("NOT CHECKED: ")))
		})
	}
}
