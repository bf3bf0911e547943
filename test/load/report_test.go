package main

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// passOf is a pass of n requests in a second with a latency of a millisecond and the given costs.
func passOf(n int, server, database time.Duration) pass {
	r := generator.Result{Requests: n, Elapsed: time.Second}
	for range n {
		r.Latencies = append(r.Latencies, time.Millisecond)
	}
	return pass{Result: r, cost: cost{server: server, database: database, generator: time.Second}, grown: int64(150 * n)}
}

func TestSummarizeTakesMediansAndCostsPerThousand(t *testing.T) {
	t.Parallel()
	s := &subject{flow: &clientCredentials{label: "client-credentials"}, passes: []pass{
		passOf(2000, 200*time.Millisecond, 100*time.Millisecond),
		passOf(1000, 900*time.Millisecond, 900*time.Millisecond), // a noisy minute
		passOf(4000, 480*time.Millisecond, 240*time.Millisecond),
	}}
	got := summarize(s)
	assert.Equal(t, 7000, got.Requests)
	assert.InDelta(t, 2000, got.Rate, 1e-9)
	assert.InDelta(t, 1.0, got.P50, 1e-9)
	assert.InDelta(t, 1.0, got.P99, 1e-9)
	assert.InDelta(t, 0.12, got.ServerCPU, 1e-9)
	assert.InDelta(t, 0.06, got.DatabaseCPU, 1e-9)
	assert.InDelta(t, 0.18, got.CPU, 1e-9)
	assert.InDelta(t, 150, got.Growth, 1e-9)
	assert.Equal(t, "met", verdict(got.CPU, got.CPUGoal))
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "met", verdict(0.2, goalOf(0.2)))
	assert.Equal(t, "missed", verdict(0.2001, goalOf(0.2)))
	assert.Empty(t, verdict(1, nil))
}

func TestOnlyErrorsFailTheRun(t *testing.T) {
	t.Parallel()
	slow := passOf(1000, 5*time.Second, 0)
	subjectOf := func(p pass) *subject {
		return &subject{flow: &document{label: "jwks"}, passes: []pass{p}}
	}
	r := report{Flows: []flowReport{summarize(subjectOf(slow))}}
	assert.NoError(t, r.fault())
	slow.Errors, slow.FirstError = 1, errors.New("status 500")
	r = report{Flows: []flowReport{summarize(subjectOf(slow))}}
	assert.EqualError(t, r.fault(), "jwks: 1 of 1000 requests failed; first error: status 500")
}

func TestTableShowsFiguresAndGoals(t *testing.T) {
	t.Parallel()
	one := 1.0
	r := report{
		Conditions: conditions{Database: "postgres", Connections: 8, Runs: 3, Seconds: 10, CPUs: 2, Go: "go1.26"},
		Flows: []flowReport{
			{Flow: "introspection", Rate: 17726, P50: 0.34, P99: 2.02, ServerCPU: 0.0558, DatabaseCPU: 0.0243, CPU: 0.0801, CPUGoal: cpuGoal("introspection"), Statements: &one},
			{Flow: "bare", Rate: 98012, P50: 0.06, P99: 0.42, ServerCPU: 0.0096, CPU: 0.0096},
		},
		Findings: []finding{{Name: "idle memory, sqlite", Value: 41, Unit: "MiB", Goal: goalOf(idleGoal)}},
	}
	var out bytes.Buffer
	require.NoError(t, r.printTable(&out))
	assert.Equal(t, `postgres, 8 connections, medians of 3 runs of 10 s, 2 CPUs, go1.26
CPU is seconds for 1,000 requests; growth is bytes of tables and indexes per request

flow           req/s  p50 ms  p99 ms  errors  CPU server  database  both    goal          statements  growth
introspection  17726  0.34    2.02    0       0.0558      0.0243    0.0801  <= 0.09  met  1.00        0
bare           98012  0.06    0.42    0       0.0096      0.0000    0.0096  -             -           0

idle memory, sqlite  41.0 MiB  <= 40  missed
`, out.String())
}
