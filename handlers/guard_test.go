package handlers_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

type whoKey struct{}

// A guard runs before its endpoint, which finds the result in the context.
func TestGuardsRunBeforeTheirEndpoints(t *testing.T) {
	t.Parallel()
	reached := 0
	f := newFrame(t, func(c *handlers.Config) {
		c.Guards.Bearer = func(r *http.Request, scope string) (*http.Request, error) {
			if r.Header.Get("Authorization") != "Bearer "+scope {
				return nil, refusal.New(refusal.InsufficientScope, refusal.CheckTokenScope, "The access token was not issued for the scope "+scope+".")
			}
			return r.WithContext(context.WithValue(r.Context(), whoKey{}, "the console")), nil
		}
		c.Routes = append(c.Routes, route.Route{
			Name: "clients", Methods: []string{http.MethodGet}, Path: "/api/v1/clients", Protection: route.Bearer("clients:read"),
			Handler: func(w http.ResponseWriter, r *http.Request) error {
				reached++
				who, _ := r.Context().Value(whoKey{}).(string)
				_, err := w.Write([]byte(who))
				return err
			},
		})
	})
	for _, header := range []string{"", "Bearer clients:write", "Bearer "} {
		w := f.do("GET", "/api/v1/clients", "", "Authorization", header)
		assert.Equal(t, http.StatusForbidden, w.Code, header)
		assert.Contains(t, w.Body.String(), `"error":"insufficient_scope"`)
	}
	assert.Zero(t, reached)
	w := f.do("GET", "/api/v1/clients", "", "Authorization", "Bearer clients:read")
	assert.Equal(t, "the console", w.Body.String())
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), "the response depends on the caller")
}
