package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOptionsDefaultToTheWholeRun(t *testing.T) {
	t.Parallel()
	o, err := parseOptions(nil, &bytes.Buffer{})
	require.NoError(t, err)
	assert.Equal(t, 10*time.Second, o.duration)
	assert.Equal(t, 2*time.Second, o.warmUp)
	assert.Equal(t, 8, o.connections)
	assert.Equal(t, 3, o.runs)
	assert.Equal(t, "postgres", o.database)
	for _, name := range selectable() {
		assert.True(t, o.wants(name), name)
	}
	assert.True(t, o.wantsFlows())
}

func TestFlowsLimitsTheRun(t *testing.T) {
	t.Parallel()
	o, err := parseOptions([]string{"--flows", "introspection,start"}, &bytes.Buffer{})
	require.NoError(t, err)
	assert.True(t, o.wants("introspection"))
	assert.True(t, o.wants(startName))
	assert.False(t, o.wants("jwks"))
	assert.True(t, o.wantsFlows())

	o, err = parseOptions([]string{"--flows", "start"}, &bytes.Buffer{})
	require.NoError(t, err)
	assert.False(t, o.wantsFlows(), "needs no database server")
}

func TestInvalidOptionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--flows", "no-such-flow"},
		{"--database", "mysql"},
		{"--connections", "0"},
		{"--runs", "0"},
		{"--duration", "0s"},
		{"--warm-up", "-1s"},
		{"introspection"},
		{"--no-such-flag"},
	} {
		_, err := parseOptions(args, &bytes.Buffer{})
		assert.Error(t, err, args)
	}
}
