package metrics

import (
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Bounds: each grant type with and without refreshing, and with the errors that it can meet.
const (
	mostIssued        = 20
	mostTokenRefusals = 100
)

// Tokens count what is issued, refused and asked about.
type Tokens struct {
	issued    *children[issued, prometheus.Counter]
	refusals  *children[tokenRefused, prometheus.Counter]
	approved  prometheus.Counter
	revoked   prometheus.Counter
	reused    prometheus.Counter
	live, not prometheus.Counter
}

type issued struct {
	grantType string
	refresh   bool
}

type tokenRefused struct {
	grantType string
	code      refusal.Code
}

func newTokens(r *registration) *Tokens {
	total := r.counters("tokens_issued_total", "Access tokens that were issued, and whether a refresh token came with them.", "grant_type", "refresh")
	refusals := r.counters("token_refusals_total", "Token requests that were refused, by the grant type that they asked for.", "grant_type", "error")
	introspections := r.counters("introspections_total", "Answers to introspection.", "active")
	return &Tokens{
		issued: newChildren(mostIssued, issued{grantType: other}, func(k issued) prometheus.Counter {
			return total.WithLabelValues(k.grantType, strconv.FormatBool(k.refresh))
		}),
		refusals: newChildren(mostTokenRefusals, tokenRefused{other, other}, func(k tokenRefused) prometheus.Counter {
			return refusals.WithLabelValues(k.grantType, string(k.code))
		}),
		approved: r.counter("authorizations_total", "Authorization requests that were approved."),
		revoked:  r.counter("tokens_revoked_total", "Tokens that somebody revoked."),
		reused:   r.counter("refresh_reuse_total", "Refresh tokens that came a second time: thefts, until proved otherwise."),
		live:     introspections.WithLabelValues("true"),
		not:      introspections.WithLabelValues("false"),
	}
}

// Expect names grant types at the start, with the errors of which an alert watches the rate:
// the first refusals of a series that was just born would not show.
func (t *Tokens) Expect(grantTypes ...client.GrantType) {
	for _, grantType := range grantTypes {
		for _, code := range []refusal.Code{refusal.InvalidClient, refusal.InvalidGrant} {
			t.refusals.of(tokenRefused{grantTypeLabel(string(grantType)), code})
		}
	}
}

// TokenRefused counts a refusal of the token endpoint, with the grant type as it was sent.
func (t *Tokens) TokenRefused(grantType string, code refusal.Code) {
	t.refusals.of(tokenRefused{grantTypeLabel(grantType), code}).Inc()
}

// Introspected counts an answer to introspection.
func (t *Tokens) Introspected(active bool) {
	if active {
		t.live.Inc()
		return
	}
	t.not.Inc()
}

// grantTypeLabel gives words of a caller's own no series.
func grantTypeLabel(sent string) string {
	if sent == "" {
		return "none"
	}
	if slices.Contains(client.GrantTypes(), client.GrantType(sent)) {
		return sent
	}
	return other
}
