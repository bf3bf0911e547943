package e2e_test

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is longer than the 30 seconds until the first run of background jobs.
const (
	patience = 90 * time.Second
	pause    = 100 * time.Millisecond
)

// panel is the part of a dashboard panel with its queries.
type panel struct {
	Title   string
	Targets []struct{ Expr string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	content, err := os.ReadFile("../../deploy/grafana/gatehouse.json")
	require.NoError(t, err)
	var board struct{ Panels []panel }
	require.NoError(t, json.Unmarshal(content, &board))
	require.Greater(t, len(board.Panels), 30)
	return board.Panels
}

// prometheus is a client of the Prometheus HTTP API.
type prometheus struct {
	t   *testing.T
	url string
}

func (p prometheus) ask(path string, into any) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	require.NoError(p.t, err)
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(p.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	require.Equal(p.t, http.StatusOK, response.StatusCode, "%s: %s", path, body)
	envelope := struct{ Data any }{into}
	require.NoError(p.t, json.Unmarshal(body, &envelope), "%s", body)
}

// query returns the current values of an expression.
func (p prometheus) query(expr string) []float64 {
	p.t.Helper()
	var data struct {
		Result []struct{ Value [2]any }
	}
	p.ask("/api/v1/query?"+url.Values{"query": {expr}}.Encode(), &data)
	values := []float64{}
	for _, result := range data.Result {
		text, _ := result.Value[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		require.NoError(p.t, err, expr)
		values = append(values, value)
	}
	return values
}

// until waits until one of the values is a finite number that satisfies good.
func (p prometheus) until(expr string, good func(float64) bool) {
	p.t.Helper()
	var values []float64
	assert.True(p.t, poll(func() bool {
		values = p.query(expr)
		for _, value := range values {
			if !math.IsNaN(value) && !math.IsInf(value, 0) && good(value) {
				return true
			}
		}
		return false
	}, patience), "%s is %v", expr, values)
}

// poll calls done in the goroutine of the test, so that done may fail the test.
func poll(done func() bool, patience time.Duration) bool {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for range patience / pause {
		if done() {
			return true
		}
		<-ticker.C
	}
	return false
}

// rule is the state of a rule.
type rule struct {
	Name, Health, LastError, State string
}

func (p prometheus) rules() (all []rule) {
	p.t.Helper()
	var data struct {
		Groups []struct{ Rules []rule }
	}
	p.ask("/api/v1/rules", &data)
	for _, group := range data.Groups {
		all = append(all, group.Rules...)
	}
	return all
}
