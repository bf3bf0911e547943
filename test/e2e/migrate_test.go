package e2e_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// serve must not migrate a Postgres schema unless the operator enables it.
func TestServeRefusesAnOutdatedPostgresSchema(t *testing.T) {
	t.Parallel()
	s := settings(t, services.Postgres(t).EmptyDatabase(t))
	path, err := binary()
	require.NoError(t, err)
	for _, verb := range [][]string{{"serve"}, {"client", "list"}} {
		cmd := exec.CommandContext(t.Context(), path, verb...)
		cmd.Env = s.env
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		assert.Contains(t, string(out), "gatehouse migrate up")
	}
	s.env = append(s.env, "GATEHOUSE_MIGRATE=true")
	s.run()
	s.command("client", "list")
}

// Two replicas that start concurrently on an empty database both serve, with the same keys.
func TestReplicasMayMigrateConcurrently(t *testing.T) {
	t.Parallel()
	url := services.Postgres(t).EmptyDatabase(t)
	a, b := settings(t, url), settings(t, url)
	for _, s := range []*server{a, b} {
		s.env = append(s.env, "GATEHOUSE_MIGRATE=true")
		s.launch()
	}
	for _, s := range []*server{a, b} {
		s.waitReady()
	}
	assert.Equal(t, a.get("/oauth/jwks").body, b.get("/oauth/jwks").body)
	secret := a.client("billing", "--grant-type", "client_credentials")
	assert.True(t, b.active("billing", secret, a.token("billing", secret, nil)))
}
