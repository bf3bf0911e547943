package metrics_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetricsFollowTheNamingConventions(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	busy(t, m)
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	assert.Empty(t, problems)

	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		name := family.GetName()
		assert.True(t, strings.HasPrefix(name, "gatehouse_") || strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_"), name)
		assert.True(t, strings.HasSuffix(family.GetHelp(), ".") || !strings.HasPrefix(name, "gatehouse_"), name)
	}
}
