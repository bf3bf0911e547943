package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMiddlewareCostIsMeasured(t *testing.T) {
	var out, progress bytes.Buffer
	code := run(t.Context(), []string{
		"--server", binary(t), "--database", "sqlite", "--duration", "200ms", "--warm-up", "50ms", "--runs", "2", "--json",
		"--flows", "introspection,introspection-unchained,introspection-redis",
	}, nil, &out, &progress)
	require.Zero(t, code, progress.String())
	var got report
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	require.Len(t, got.Flows, 3)
	found := map[string]finding{}
	for _, f := range got.Findings {
		found[f.Name+", "+f.Unit] = f
	}
	require.Contains(t, found, "middleware, introspection, us of server CPU")
	assert.Contains(t, found, "middleware, introspection, % of server CPU")
	assert.Contains(t, found, "counting in Redis, introspection, us more of server CPU")
	for _, flow := range []string{"introspection", "client-credentials"} {
		trips := found["counting in Redis, "+flow+", round trips"]
		assert.InDelta(t, 1, trips.Value, 1e-9, "all policies of a request share one round trip")
		assert.NotNil(t, trips.Goal)
	}
}

func TestCompareTakesTheMedianOfDifferences(t *testing.T) {
	t.Parallel()
	runs := func(milliseconds ...time.Duration) (all []pass) {
		for _, m := range milliseconds {
			all = append(all, passOf(1000, m*time.Millisecond, 0))
		}
		return all
	}
	// The machine was slower in the second run, for both.
	added, share, ok := compare(runs(100, 200, 110), runs(90, 180, 100))
	require.True(t, ok)
	assert.InDelta(t, 10, added, 1e-9)
	assert.InDelta(t, 10, share, 1e-9)
	for _, without := range [][]pass{nil, runs(90)} {
		_, _, ok = compare(runs(100, 200), without)
		assert.False(t, ok, "not measured together")
	}
}
