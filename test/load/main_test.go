package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// TestMain lets the test binary run as the bare server, as the real program does.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == bareCommand {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	code := m.Run()
	if dir, err := built(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// built is a directory with the gatehouse binary, compiled once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-load-test-")
	if err != nil {
		return "", err
	}
	_, err = services.BuildServer(context.Background(), dir, "CGO_ENABLED=0")
	return dir, err
})

func binary(t *testing.T) string {
	t.Helper()
	dir, err := built()
	require.NoError(t, err)
	return dir + "/gatehouse"
}

func TestAllFlowsAreMeasuredOnBothDatabases(t *testing.T) {
	for _, database := range []string{"postgres", "sqlite"} {
		t.Run(database, func(t *testing.T) {
			var out, progress bytes.Buffer
			code := run(t.Context(), []string{
				"--server", binary(t), "--database", database, "--duration", "200ms", "--warm-up", "50ms", "--runs", "2", "--json",
				"--flows", "bare,client-credentials,client-credentials-jwt,introspection,revocation,refresh,refresh-id-token,discovery,jwks",
			}, nil, &out, &progress)
			require.Zero(t, code, progress.String())
			var got report
			require.NoError(t, json.Unmarshal(out.Bytes(), &got))
			flows := map[string]flowReport{}
			for _, f := range got.Flows {
				flows[f.Flow] = f
				assert.Positive(t, f.Requests, f.Flow)
				assert.Zero(t, f.Errors, f.Flow)
				assert.Positive(t, f.P50, f.Flow)
				assert.GreaterOrEqual(t, f.P99, f.P50, f.Flow)
				assert.Positive(t, f.GeneratorCPU, f.Flow)
				assert.Positive(t, f.ServerCPU, f.Flow)
			}
			assert.Len(t, flows, 9)
			assert.Positive(t, flows["client-credentials"].Growth)
			assert.Zero(t, flows["introspection"].Growth)
			if database == "sqlite" {
				assert.Nil(t, flows["client-credentials"].Statements)
				return
			}
			assert.Positive(t, flows["client-credentials"].DatabaseCPU)
			for name, least := range map[string]float64{"client-credentials": 1, "client-credentials-jwt": 1, "introspection": 1, "revocation": 1, "refresh": 4} {
				require.NotNil(t, flows[name].Statements, name)
				assert.GreaterOrEqual(t, *flows[name].Statements, least, name)
			}
			assert.Less(t, *flows["jwks"].Statements, 0.1, "keys are cached")
		})
	}
}

func TestSignInsBesideIntrospections(t *testing.T) {
	s := bencher{dir: t.TempDir(), binary: binary(t), progress: io.Discard, options: options{database: "sqlite", connections: 4, runs: 1, duration: 500 * time.Millisecond}}
	got, err := s.measureSignIns(t.Context())
	require.NoError(t, err, "each user is signed in, and each token is active")
	values := map[string]float64{}
	for _, f := range got {
		values[f.Name] = f.Value
	}
	for _, name := range []string{"introspection p50", "introspection p99", "sign-in p50", "sign-ins done", "introspections done", "server"} {
		assert.Positive(t, values[signInsName+": "+name], name)
	}
}

func TestStartAndIdleMemory(t *testing.T) {
	s := bencher{dir: t.TempDir(), binary: binary(t)}
	got, err := s.measureEmbedded(t.Context(), 1)
	require.NoError(t, err)
	assert.Positive(t, got.start)
	assert.Greater(t, got.idle.Resident, int64(1<<20))
}

func TestGrowthOfSQLiteFile(t *testing.T) {
	s := bencher{dir: t.TempDir(), binary: binary(t), options: options{connections: 2}}
	for _, of := range []func(*system) flow{
		func(h *system) flow { return newClientCredentials(h.opaque, "") }, func(h *system) flow { return newRefresh(h, &h.trusted, "", scope) },
	} {
		got, err := s.growthOn(t.Context(), "sqlite", 500, of)
		require.NoError(t, err)
		assert.Greater(t, got, 33.0, "a row holds at least a hash of 33 bytes")
		assert.Less(t, got, 4096.0)
	}
}

func TestServerStartFailureIsReported(t *testing.T) {
	var progress bytes.Buffer
	code := run(t.Context(), []string{"--server", "/bin/false", "--database", "sqlite"}, nil, &bytes.Buffer{}, &progress)
	assert.Equal(t, 1, code)
	assert.Contains(t, progress.String(), "gatehouse migrate up")
}
