package handlers_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/oauth"
	protocol "github.com/gatehouse-id/gatehouse/provider/oauth"
)

type revoked struct{ token string }

func (r *revoked) Revoke(_ context.Context, call *protocol.Call) error {
	r.token = call.Form.Get("token")
	return nil
}

// With a JSON body the same path is another operation, with other permissions.
func TestRevocationUnderTheManagementPathTakesFormsOnly(t *testing.T) {
	t.Parallel()
	endpoint := new(revoked)
	f := newFrame(t, func(c *handlers.Config) { serveAt(c, "revoke", oauth.Revoke(endpoint)) })
	const alias = "/api/v1/oauth/tokens/revoke"

	w := f.do("POST", alias, `{"token":"x"}`, "Content-Type", "application/json")
	assert.Equal(t, http.StatusUnsupportedMediaType, w.Code)
	assert.Empty(t, endpoint.token)

	w = f.do("POST", alias, "token=x", "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "x", endpoint.token)
}
