package metrics

import (
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// The bounds: each grant type with and without a refresh token, and with its possible errors.
const (
	mostIssued        = 20
	mostTokenRefusals = 100
)

// Tokens count issued and refused tokens and introspections.
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
	total := r.counters("tokens_issued_total", "Issued access tokens, by whether a refresh token was issued too.", "grant_type", "refresh")
	refusals := r.counters("token_refusals_total", "Token requests that were refused, by the grant type that they asked for.", "grant_type", "error")
	introspections := r.counters("introspections_total", "Introspection responses.", "active")
	return &Tokens{
		issued: newChildren(mostIssued, issued{grantType: other}, func(k issued) prometheus.Counter {
			return total.WithLabelValues(k.grantType, strconv.FormatBool(k.refresh))
		}),
		refusals: newChildren(mostTokenRefusals, tokenRefused{other, other}, func(k tokenRefused) prometheus.Counter {
			return refusals.WithLabelValues(k.grantType, string(k.code))
		}),
		approved: r.counter("authorizations_total", "Authorization requests that were approved."),
		revoked:  r.counter("tokens_revoked_total", "Revoked tokens."),
		reused:   r.counter("refresh_reuse_total", "Reused refresh tokens, each a possible theft."),
		live:     introspections.WithLabelValues("true"),
		not:      introspections.WithLabelValues("false"),
	}
}

// Expect names the grant types of the token endpoint at the start, with the errors whose rate an alert watches: rate() would
// miss the first refusals of a new series.
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

// Introspected counts a response of introspection.
func (t *Tokens) Introspected(active bool) {
	if active {
		t.live.Inc()
		return
	}
	t.not.Inc()
}

// grantTypeLabel maps unknown grant types to one label: they are text of the caller.
func grantTypeLabel(sent string) string {
	if sent == "" {
		return "none"
	}
	if slices.Contains(client.GrantTypes(), client.GrantType(sent)) {
		return sent
	}
	return other
}
