package oauth_test

import (
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// toldTimes checks both times of a refusal: the limit, and the current time of the server.
func toldTimes(t *testing.T, err error, check refusal.Check, wantLimit string, now time.Time) {
	t.Helper()
	r := assertRefused(t, err, "")
	require.Equal(t, check, r.Check)
	assert.Equal(t, refusal.FieldTime, r.Field)
	assert.Equal(t, wantLimit, r.Expected)
	assert.Equal(t, now.Format(time.RFC3339), r.Received)
}

// The refusal of an expired code records the expiry and the current time, which shows whether
// clocks differ.
func TestRefusalsOfExpiredCodesRecordBothTimes(t *testing.T) {
	h := newFixture(t)
	begun := *h.now.Load()
	secret, s := h.app("ES256"), h.person("alice")
	code := h.code(s)
	h.advance(5 * time.Minute)
	_, err := h.exchange(secret, code)
	toldTimes(t, err, refusal.CheckCodeExpired, begun.Add(time.Minute).Format(time.RFC3339), *h.now.Load())
}

func TestRefusalsOfExpiredRefreshTokensRecordBothTimes(t *testing.T) {
	const day = 24 * time.Hour
	r := newRefreshing(t, nil)
	begun := *r.now.Load()
	token := r.signIn("openid offline_access", nil)["refresh_token"]
	r.advance(31 * day)
	_, err := r.refresh(token, nil)
	toldTimes(t, err, refusal.CheckRefreshExpired, begun.Add(30*day).Format(time.RFC3339), *r.now.Load())
}

func TestRefusalsOfAssertionTimesRecordBothTimes(t *testing.T) {
	a := newAsserting(t, nil)
	now := *a.now.Load()
	late, soon := now.Add(time.Hour).Format(time.RFC3339), now.Add(time.Minute).Format(time.RFC3339)
	for _, tc := range []struct {
		claim string
		at    time.Time
		says  string
	}{
		{"exp", now.Add(-time.Minute), "exp " + now.Add(-time.Minute).Format(time.RFC3339)},
		{"exp", now.Add(time.Hour), "exp at most " + now.Add(6*time.Minute).Format(time.RFC3339) + ", not " + late},
		{"iat", now.Add(time.Hour), "iat at most " + soon + ", not " + late},
		{"nbf", now.Add(time.Hour), "nbf at most " + soon + ", not " + late},
	} {
		claims := a.claims()
		claims[tc.claim] = tc.at.Unix()
		toldTimes(t, a.send(sign(t, jose.ES256, a.key, nil, claims)), refusal.CheckAssertionTime, tc.says, now)
	}
	claims := a.claims()
	delete(claims, "exp")
	toldTimes(t, a.send(sign(t, jose.ES256, a.key, nil, claims)), refusal.CheckAssertionTime, "exp", now)
}
