package notify_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

const (
	firstSecret  = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	secondSecret = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="
)

func gateway(t *testing.T, url string, allow ...string) *notify.Gateway {
	t.Helper()
	post, err := outbound.NewPoster(outbound.Options{Allow: allow}, 500*time.Millisecond)
	require.NoError(t, err)
	var secrets [][]byte
	for _, text := range []string{firstSecret, secondSecret} {
		secret, err := webhook.ParseSecret(text)
		require.NoError(t, err)
		secrets = append(secrets, secret)
	}
	return notify.NewGateway(post, url, secrets, time.Now)
}

func TestTextMessagesAreSigned(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	l := notify.Letter{ID: provider.ID{1}, Kind: notify.ResetPassword, To: "+4915112345678", Language: "de", Text: "12345678 ist Ihr Code\n\n@id.example.com #12345678"}
	g := gateway(t, server.URL, "127.0.0.1")
	require.NoError(t, g.Carry(t.Context(), l))
	assert.Equal(t, l.ID.String(), header.Get("webhook-id"))
	for _, secret := range []string{firstSecret, secondSecret} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		require.NoError(t, verifier.Verify(body, header))
		require.Error(t, verifier.Verify([]byte("{}"), header))
	}
	assert.Regexp(t, `^\{"type":"sms.send","timestamp":"[^"]+Z","data":\{"to":"\+4915112345678","text":"12345678 ist Ihr Code\\n\\n@id.example.com #12345678","kind":"reset_password","locale":"de"\}\}$`, string(body))
}

func TestWhatTheGatewayRespondsDecides(t *testing.T) {
	t.Parallel()
	for status, expected := range map[int]*notify.Fault{
		200: nil, 202: nil,
		302: {Class: "status_302"},
		401: {Class: "status_401"},
		422: {Class: "status_422", Permanent: true},
		429: {Class: "status_429", RetryAfter: 30 * time.Second},
		500: {Class: "status_500"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if status == 429 {
				w.Header().Set("Retry-After", "30")
			}
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(status)
		}))
		err := gateway(t, server.URL, "127.0.0.1").Carry(t.Context(), notify.Letter{To: "+4915112345678"})
		if expected == nil {
			assert.NoError(t, err)
		} else {
			assert.Equal(t, expected, err)
		}
		server.Close()
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }))
	defer hangs.Close()
	assert.Equal(t, &notify.Fault{Class: "timeout"}, gateway(t, hangs.URL, "127.0.0.1").Carry(t.Context(), notify.Letter{}))
	assert.Equal(t, &notify.Fault{Class: "refused_url"}, gateway(t, hangs.URL).Carry(t.Context(), notify.Letter{}), "http is for hosts that the operator named")
	assert.Equal(t, &notify.Fault{Class: "refused_address"}, gateway(t, strings.Replace(hangs.URL, "http", "https", 1)).Carry(t.Context(), notify.Letter{}), "a private address")
}

func TestSecretsOfTheGateway(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "whsec_", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "whsec_c2hvcnQ=", "whsec_%%%", "whsec_" + strings.Repeat("QUFB", 22)} {
		_, err := webhook.ParseSecret(text)
		require.ErrorIs(t, err, webhook.ErrSecret, text)
	}
}
