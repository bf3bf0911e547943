package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// fuzzRounds is how many requests are made for each operation.
const fuzzRounds = 60

// Whatever a caller sends, the response is one that the document describes, and no fault of the server.
func TestDocumentedOperationsUnderFuzz(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_RATE_LIMITS=off", "GATEHOUSE_LEGACY_TOKEN_CHECK=true")
		s.run()
		secret := s.manager("everything", audit.AllScopes()...)
		s.client("app", "--grant-type", "client_credentials")
		s.command("scope", "create", "invoices:read")
		s.soon(func() bool {
			return s.manage(basic("everything", secret), http.MethodGet, "/keys", "").status == http.StatusOK
		}, "the client is unknown")
		for name, base := range map[string]string{"openapi.json": "/api/v1", "protocol.json": ""} {
			text := s.get("/api/v1/" + name).body
			check := responseValidator(t, text)
			g := newGenerator(t, text, 7, "app", "invoices:read", "openid")
			g.each(func(method, path string, op map[string]any) {
				described := map[int]bool{}
				for status := range op["responses"].(map[string]any) {
					code, err := strconv.Atoi(status)
					require.NoError(t, err)
					described[code] = true
				}
				for range fuzzRounds {
					r := g.request(s.url+base, method, path, op)
					if g.random.IntN(10) > 0 {
						r.SetBasicAuth("everything", secret)
					}
					s.checkResponse(r, described, check)
				}
			})
		}
		assert.NotContains(t, s.log.String(), "panic")
	})
}

func responseValidator(t *testing.T, text string) validator.Validator {
	t.Helper()
	parsed, err := libopenapi.NewDocument([]byte(text))
	require.NoError(t, err)
	v, errs := validator.NewValidator(parsed)
	require.Empty(t, errs)
	return v
}

func (s *server) checkResponse(r *http.Request, described map[int]bool, check validator.Validator) {
	s.t.Helper()
	what := r.Method + " " + r.URL.String()
	what = what[:min(len(what), 300)]
	got, err := http.DefaultTransport.RoundTrip(r)
	if err != nil && strings.Contains(err.Error(), "connection reset") || err != nil && strings.Contains(err.Error(), "broken pipe") {
		return // the server closed the connection on a body over the limit
	}
	if !assert.NoError(s.t, err, what) {
		return
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	assert.NoError(s.t, err, what)
	assert.True(s.t, described[got.StatusCode], "%s: status %d is not described: %.300s", what, got.StatusCode, body)
	if got.StatusCode == http.StatusNotModified || len(body) == 0 {
		return
	}
	if got.Header.Get("Content-Type") == "application/jsonl" { // which the validator cannot read
		for line := range bytes.Lines(body) {
			assert.True(s.t, json.Valid(line), "%s: %.300s", what, line)
		}
		return
	}
	got.Body = io.NopCloser(bytes.NewReader(body))
	// The validator finds the operation by the path as the document has it.
	plain, err := http.NewRequestWithContext(s.t.Context(), r.Method, issuer+(&url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}).EscapedPath(), nil)
	require.NoError(s.t, err)
	if valid, faults := check.ValidateHttpResponse(plain, got); !valid {
		for _, f := range faults {
			if strings.Contains(f.Message, "ambiguous") {
				continue // the validator decodes %2F, as no router here does
			}
			assert.Fail(s.t, "not what the document says", "%s: %d: %s: %s: %.300s", what, got.StatusCode, f.Message, f.Reason, body)
		}
	}
}
