package canonical_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func write(t *testing.T, l *canonical.Line) map[string]any {
	t.Helper()
	var out bytes.Buffer
	l.Write(t.Context(), slog.New(slog.NewJSONHandler(&out, nil)), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), 1234*time.Microsecond)
	require.Equal(t, 1, strings.Count(out.String(), "\n"), "one line")
	var fields map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &fields))
	delete(fields, "time")
	return fields
}

func TestLineHasAllNotes(t *testing.T) {
	t.Parallel()
	l := &canonical.Line{
		RequestID: "r-1", Method: "POST", Route: "/oauth/token", Status: 400, Bytes: 99,
		ClientAddress: netip.MustParseAddr("192.0.2.7"),
	}
	line := canonical.From(canonical.With(t.Context(), l))
	line.GrantType("client_credentials")
	line.Statements(2)
	line.Statements(3)
	line.Refused(refusal.New(refusal.InvalidScope, refusal.CheckScope, "No.").For("demo"), "sealed", errors.New("why"))

	assert.Equal(t, map[string]any{
		"level": "INFO", "msg": "request", "request_id": "r-1", "method": "POST", "route": "/oauth/token",
		"status": 400., "duration_ms": 1.234, "client_address": "192.0.2.7", "bytes": 99.,
		"client_id": "demo", "grant_type": "client_credentials", "outcome": "refused",
		"error": "invalid_scope", "check": "scope", "error_id": "sealed", "statements": 5., "cause": "why",
	}, write(t, l))
}

func TestLineOmitsMissingNotes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, map[string]any{
		"level": "INFO", "msg": "request", "status": 200., "duration_ms": 1.234, "bytes": 0., "outcome": "ok",
	}, write(t, &canonical.Line{Status: 200}))
}

func TestOutcomeIsTheEndpointsWordOrFollowsFromTheStatus(t *testing.T) {
	t.Parallel()
	for status, outcome := range map[int]string{200: "ok", 304: "ok", 404: "refused", 503: "failed"} {
		assert.Equal(t, outcome, write(t, &canonical.Line{Status: status})["outcome"], status)
	}
	l := &canonical.Line{Status: 200}
	l.Outcome("inactive")
	assert.Equal(t, "inactive", write(t, l)["outcome"])
}

func TestLineCannotBeForgedOrFlooded(t *testing.T) {
	t.Parallel()
	l := &canonical.Line{Status: 200}
	l.Client("x\n{\"level\":\"INFO\",\"client_id\":\"admin\"}\r\n\x1b[2J\xff")
	assert.Contains(t, write(t, l)["client_id"], "\n{", "the line break is data, not a new line")

	l.Client(strings.Repeat("ü", 100_000))
	assert.LessOrEqual(t, len(write(t, l)["client_id"].(string)), 210)
	l.Refused(refusal.New(refusal.ServerError, refusal.CheckInternal, ""), strings.Repeat("i", refusal.MaxIDLength), errors.New(strings.Repeat("c", 5000)))
	fields := write(t, l)
	assert.Len(t, fields["error_id"], refusal.MaxIDLength, "a cut id could not be opened")
	assert.LessOrEqual(t, len(fields["cause"].(string)), 1010)
}

func TestNotesOutsideARequestAreDropped(t *testing.T) {
	t.Parallel()
	assert.NotPanics(t, func() { canonical.From(context.Background()).Client("x") })
}
