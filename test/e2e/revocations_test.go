package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// feedAnswer is an answer of the revocation feed, as others read it.
type feedAnswer struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Since    string `json:"since"`
	Cursor   string `json:"cursor"`
	AsOf     int64  `json:"as_of"`
	Keep     int64  `json:"keep"`
	Reset    bool   `json:"reset"`
	Events   []struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		At   int64  `json:"at"`
	} `json:"events"`
}

// follower is a client that may follow the feed.
func (s *server) follower(id string) (secret string) {
	return s.client(id, "--grant-type", "client_credentials", "--scope", audit.RevocationFeed)
}

func feedToken() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "scope": {audit.RevocationFeed}}
}

// askFeed asks the feed.
func (s *server) askFeed(token string, query url.Values) response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/oauth/revocations?"+query.Encode(), nil)
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	return s.send(r)
}

// waitForNews asks beside the test.
func (s *server) waitForNews(token, cursor string) <-chan response {
	told := make(chan response, 1)
	go func() { told <- s.askFeed(token, url.Values{"cursor": {cursor}, "wait": {"25"}}) }()
	s.soon(func() bool { return s.series()["gatehouse_revocation_feed_waiting"] == 1 }, "it waits")
	return told
}

// revocations asks the feed and reads the answer.
func (s *server) revocations(token string, query url.Values) (response, feedAnswer) {
	s.t.Helper()
	got := s.askFeed(token, query)
	if got.status != http.StatusOK {
		return got, feedAnswer{}
	}
	a := s.readFeed(got)
	assert.Equal(s.t, query.Get("cursor"), a.Since)
	return got, a
}

// readFeed checks signature and type of an answer.
func (s *server) readFeed(got response) (a feedAnswer) {
	s.t.Helper()
	assert.Equal(s.t, "application/revocations+jwt", got.header.Get("Content-Type"))
	assert.Equal(s.t, "no-store", got.header.Get("Cache-Control"))
	signed, err := jose.ParseSignedCompact(got.body, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(s.t, err)
	assert.Equal(s.t, "revocations+jwt", signed.Signatures[0].Header.ExtraHeaders[jose.HeaderType])
	payload, err := signed.Verify(s.keys())
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(payload, &a))
	return a
}

func TestRevocationFeed(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		follower := s.follower("invoices-api")
		batch := s.client("batch", "--grant-type", "client_credentials", "--scope", "invoices:read")
		token := s.token("invoices-api", follower, feedToken())
		var begun feedAnswer
		s.soon(func() bool {
			got, a := s.revocations(token, nil)
			begun = a
			return got.status == http.StatusOK
		}, "the server knows where the feed ends")
		assert.Equal(t, issuer, begun.Issuer)
		assert.Equal(t, "invoices-api", begun.Audience)
		assert.Empty(t, begun.Events)
		assert.Positive(t, begun.Keep)

		invoices := url.Values{"grant_type": {"client_credentials"}, "scope": {"invoices:read"}}
		victim := s.token("batch", batch, invoices)
		told := s.waitForNews(token, begun.Cursor)
		assert.Equal(t, http.StatusOK, s.post("/oauth/revoke", "batch", batch, url.Values{"token": {victim}}).status)
		news := s.readFeed(<-told)
		require.Len(t, news.Events, 1)
		assert.Equal(t, "token", news.Events[0].Kind)
		assert.WithinDuration(t, time.Now(), time.UnixMilli(news.Events[0].At), time.Minute)

		_, nothing := s.revocations(token, url.Values{"cursor": {news.Cursor}})
		assert.Empty(t, nothing.Events)
		_, again := s.revocations(token, url.Values{"cursor": {begun.Cursor}})
		assert.Equal(t, news.Events, again.Events, "a cursor can be used again")
		settled, check, _ := strings.Cut(news.Cursor, ".")
		for _, forged := range []string{"zzzz.zzzz.0", settled + "." + settled + ".0", "0." + check} {
			_, reset := s.revocations(token, url.Values{"cursor": {forged}})
			assert.True(t, reset.Reset, "a cursor of another feed")
			assert.Equal(t, news.Events, reset.Events)
			assert.Equal(t, news.Cursor, reset.Cursor)
		}

		for name, query := range map[string]url.Values{
			"cursor": {"cursor": {"../1"}}, "wait": {"wait": {"-1"}}, "repeated": {"wait": {"1", "2"}},
		} {
			got, _ := s.revocations(token, query)
			assert.Equal(t, http.StatusBadRequest, got.status, name)
		}
		got, _ := s.revocations(s.token("batch", batch, invoices), nil)
		assert.Equal(t, http.StatusForbidden, got.status, "without the scope")
		got, _ = s.revocations(victim, nil)
		assert.Equal(t, http.StatusUnauthorized, got.status)

		waits := s.waitForNews(token, news.Cursor)
		s.stop()
		assert.Equal(t, http.StatusOK, (<-waits).status, "the server does not cut those who wait")
	})
}

// One client that does not await its answers leaves places to the others.
func TestReadersOfOneClientAreBounded(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	token := s.token("greedy", s.follower("greedy"), feedToken())
	other := s.token("modest", s.follower("modest"), feedToken())
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range revocation.WaitingOfClient {
		all.Go(func() {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/oauth/revocations?wait=25", nil)
			if !assert.NoError(t, err) {
				return
			}
			r.Header.Set("Authorization", "Bearer "+token)
			if got, err := http.DefaultTransport.RoundTrip(r); err == nil { // otherwise it was canceled
				_ = got.Body.Close()
			}
		})
	}
	s.soon(func() bool { return s.series()["gatehouse_revocation_feed_waiting"] == revocation.WaitingOfClient }, "all wait")
	one := url.Values{"wait": {"1"}}
	got := s.askFeed(token, one)
	assert.Equal(t, http.StatusTooManyRequests, got.status)
	assert.Equal(t, "5", got.header.Get("Retry-After"))
	assert.Contains(t, got.body, "temporarily_unavailable")
	assert.Equal(t, http.StatusOK, s.askFeed(other, one).status)
	cancel()
	all.Wait()
	s.soon(func() bool { return s.askFeed(token, one).status == http.StatusOK }, "the places are free again")
	assert.Positive(t, s.series()[`gatehouse_refusals_total{check="revocation_feed_readers",error="temporarily_unavailable",route="/oauth/revocations"}`])
}
