package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func failing(t *testing.T, err error) *frame {
	t.Helper()
	return newFrame(t, func(c *handlers.Config) { serveAt(c, "token", fails(err)) })
}

func TestARefusalDeterminesTheResponse(t *testing.T) {
	t.Parallel()
	refused := refusal.New(refusal.InvalidClient, refusal.CheckClientSecret, "Client authentication failed.").For("demo").Because(errBroken)
	refused.Challenge, refused.RetryAfter = `Basic realm="gatehouse"`, 1100*time.Millisecond
	refused.Compare(refusal.FieldAuthMethod, "client_secret_basic", "client_secret_post")
	f := failing(t, fmt.Errorf("wrapped: %w", refused))
	w := f.do("POST", "/oauth/token", "", "Accept", "text/html")

	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Equal(t, `Basic realm="gatehouse"`, w.Header().Get("WWW-Authenticate"))
	assert.Equal(t, "2", w.Header().Get("Retry-After"), "rounded up: earlier would be refused again")
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	answer := answered(t, w)
	assert.Equal(t, "invalid_client", answer.Error)
	assert.Equal(t, "Client authentication failed.", answer.Description)

	id, ok := strings.CutPrefix(answer.URI, issuer+"/errors/")
	require.True(t, ok)
	record, err := f.records.Open(id)
	require.NoError(t, err)
	assert.Equal(t, refusal.Record{
		At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Code: refusal.InvalidClient, Check: refusal.CheckClientSecret,
		ClientID: "demo", Field: refusal.FieldAuthMethod, Expected: refused.Expected, Received: refused.Received,
		Route: "/oauth/token", RequestID: w.Header().Get("X-Request-Id"),
	}, record)
}

func TestOtherErrorsRevealNothing(t *testing.T) {
	t.Parallel()
	f := failing(t, fmt.Errorf("select from users where host=db-7: %w", errBroken))
	w := f.do("POST", "/oauth/token", "")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Equal(t, "server_error", answered(t, w).Error)
	assert.NotContains(t, w.Body.String(), "db-7")
	assert.Equal(t, "select from users where host=db-7: "+errBroken.Error(), f.lastLine(t)["cause"])
}

func TestTemporaryFaultsAreA503WhateverCheckFailed(t *testing.T) {
	t.Parallel()
	for check, errs := range map[string][]error{
		"storage": {
			provider.ErrUnavailable,
			fmt.Errorf("read client: %w", provider.ErrUnavailable),
			refusal.New(refusal.InvalidClient, refusal.CheckClientUnknown, "No.").For("demo").Because(fmt.Errorf("read: %w", provider.ErrUnavailable)),
		},
		"busy":    {provider.ErrBusy, fmt.Errorf("verify password: %w", provider.ErrBusy)},
		"timeout": {context.DeadlineExceeded, fmt.Errorf("%w: %w", provider.ErrUnavailable, context.DeadlineExceeded)},
	} {
		for _, err := range errs {
			f := failing(t, err)
			w := f.do("POST", "/oauth/token", "")
			assert.Equal(t, http.StatusServiceUnavailable, w.Code, err)
			assert.Equal(t, "temporarily_unavailable", answered(t, w).Error)
			assert.Equal(t, "5", w.Header().Get("Retry-After"))
			assert.Empty(t, w.Header().Get("WWW-Authenticate"))
			assert.Equal(t, check, f.lastLine(t)["check"], err)
			assert.NotEmpty(t, f.lastLine(t)["cause"])
		}
	}
}

func TestAKnownRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	refused := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckStorage, "Busy.").Because(provider.ErrUnavailable)
	refused.RetryAfter = 30 * time.Second
	assert.Equal(t, "30", failing(t, refused).do("POST", "/oauth/token", "").Header().Get("Retry-After"))
}

// RFC 6749 section 5.2 restricts the characters of error_description.
func TestDescriptionsKeepToTheAllowedCharacters(t *testing.T) {
	t.Parallel()
	f := failing(t, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "a\"b\\c\nd\x00eüf\x7f<script>"))
	assert.Equal(t, "a'b/c d e f <script>", answered(t, f.do("POST", "/oauth/token", "")).Description)
}

func TestNothingIsWrittenAfterAResponse(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "token", func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "answer")
			return errBroken
		})
	})
	w := f.do("POST", "/oauth/token", "")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "answer", w.Body.String())
	assert.Equal(t, errBroken.Error(), f.lastLine(t)["cause"])
}

func TestErrorPageLinksToTheExplanation(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	w := f.do("POST", "/", "", "Accept", "application/json")
	assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"), "a page route responds with pages")
	assert.Contains(t, w.Body.String(), `<main id="error-page">`)
	assert.Contains(t, w.Body.String(), w.Header().Get("X-Request-Id"))
	_, rest, ok := strings.Cut(w.Body.String(), `href="/errors/`)
	require.True(t, ok)
	id, _, _ := strings.Cut(rest, `"`)
	assert.Equal(t, http.StatusOK, f.do("GET", "/errors/"+id, "").Code)
}
