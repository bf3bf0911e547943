package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func TestRequestsOfOtherSitesDoNotReachTheGuard(t *testing.T) {
	t.Parallel()
	_, err := handlers.NotCrossSite("https://id.example.com/below", nil)
	require.Error(t, err, "an issuer that is not an origin")
	reached := false
	guard, err := handlers.NotCrossSite("https://id.example.com", func(r *http.Request, _ string) (*http.Request, error) {
		reached = true
		return r, nil
	})
	require.NoError(t, err)
	for _, tc := range []struct {
		method, site, origin string
		admitted             bool
	}{
		{http.MethodPost, "", "", true}, // a program
		{http.MethodPost, "same-origin", "https://internal", true},
		{http.MethodPost, "none", "", true},
		{http.MethodPost, "", "https://id.example.com", true}, // behind a proxy that changes the Host header
		{http.MethodPost, "cross-site", "https://id.example.com.evil.example", false},
		{http.MethodDelete, "same-site", "https://blog.example.com", false},
		{http.MethodPut, "", "https://evil.example", false},
		{http.MethodPatch, "", "null", false},
		{http.MethodGet, "cross-site", "", true}, // which another site cannot read
	} {
		reached = false
		r := httptest.NewRequest(tc.method, "http://internal/api/v1/keys", nil)
		for name, value := range map[string]string{"Sec-Fetch-Site": tc.site, "Origin": tc.origin} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		_, err := guard(r, "")
		assert.Equal(t, tc.admitted, reached, "%+v", tc)
		if !tc.admitted {
			var refused *refusal.Refusal
			if assert.ErrorAs(t, err, &refused) {
				assert.Equal(t, refusal.CheckCrossSite, refused.Check)
			}
		}
	}
}
