package resource_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// An operator must learn from the log what the provider holds against the API, and nobody a credential.
func TestErrorsSayWhatTheProviderSays(t *testing.T) {
	t.Parallel()
	const token, secret = "gh_at_of-somebody", "of the API: +"
	f := setup(t, nil)
	p := newFaulty(t, f)
	var answer atomic.Pointer[http.HandlerFunc] // the keys are fetched beside it
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) { (*answer.Load())(w, r) }
	for name, tc := range map[string]struct {
		body, challenge string
		want            string
	}{
		"the body":                 {body: `{"error":"invalid_client","error_description":"The secret is wrong."}`, want: "status 401: invalid_client: The secret is wrong."},
		"a code alone":             {body: `{"error":"invalid_client"}`, want: "status 401: invalid_client"},
		"the challenge":            {challenge: `Bearer realm="a", error="insufficient_scope", error_description="It needs more.", scope="x"`, want: "status 401: insufficient_scope: It needs more."},
		"the body before it":       {body: `{"error":"a"}`, challenge: `Bearer error="b"`, want: "status 401: a"},
		"no code":                  {body: `{"error_description":"Hello"}`, challenge: `Bearer error_description="Hello"`, want: "status 401"},
		"a page":                   {body: "<html>", want: "status 401"},
		"other types":              {body: `{"error":{"a":1}}`, want: "status 401"},
		"too long":                 {body: `{"error":"a","error_description":"` + strings.Repeat("b ", 5000) + `"}`, want: "status 401"},
		"long":                     {body: `{"error":"a","error_description":"` + strings.Repeat("b ", 1000) + `"}`, want: "status 401: a: " + strings.TrimSpace(strings.Repeat("b ", 98)) + " b"},
		"a line of its own":        {body: `{"error":"a","error_description":"b\nlevel=ERROR\u001b[2J\u202e\"c\\"}`, want: "status 401: a: b level=ERROR [2J c"},
		"a challenge that is open": {challenge: `Bearer error="a`, want: "status 401"},
		"the token":                {body: `{"error":"a","error_description":"no ` + token + `!"}`, want: "status 401"},
		"the secret":               {body: `{"error":"a","error_description":"no ` + secret + `"}`, want: "status 401"},
		"the secret as it is sent": {body: `{"error":"a","error_description":"no ` + url.QueryEscape(secret) + `"}`, want: "status 401"},
		"part of another token":    {body: `{"error":"a","error_description":"no ` + strings.Repeat("x", 41) + `"}`, want: "status 401: a: no ..."},
	} {
		for _, inBody := range []bool{false, true} {
			says := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if tc.challenge != "" {
					w.Header().Set("WWW-Authenticate", tc.challenge)
				}
				w.WriteHeader(http.StatusUnauthorized)
				text(tc.body)(w, r)
			})
			answer.Store(&says)
			v := f.verifier(p.url, func(o *resource.Options) {
				o.Introspection = &resource.Introspection{ClientID: "api", ClientSecret: secret, SecretInBody: inBody}
			})
			_, err := v.Verify(t.Context(), token)
			require.Error(t, err)
			_, said, _ := strings.Cut(err.Error(), "/introspect: ")
			assert.Equal(t, tc.want, said, name)
		}
	}
}
