package browser

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// The consent page says how long what the response gives is good for.
func TestHowLongAccessLasts(t *testing.T) {
	t.Parallel()
	b := New(Config{Lifetimes: grant.Lifetimes{Access: time.Hour, Refresh: 90 * 24 * time.Hour}})
	both := []client.GrantType{client.AuthorizationCode, client.Implicit, client.RefreshToken}
	for _, c := range []struct {
		kind   string
		scopes []string
		grants []client.GrantType
		want   pages.Lasts
	}{
		{"id_token", []string{"openid"}, both, pages.Lasts{}},
		{"id_token token", []string{"openid"}, both, pages.Lasts{For: time.Hour}},
		{"code id_token", []string{"openid"}, both, pages.Lasts{For: 90 * 24 * time.Hour, UntilSignOut: true}},
		{"code", []string{"offline_access"}, both, pages.Lasts{For: 90 * 24 * time.Hour}},
		{"code", []string{"openid"}, both[:1], pages.Lasts{For: time.Hour}},
	} {
		r := &oauth.AuthorizeRequest{Client: &client.Client{GrantTypes: c.grants}, ResponseType: c.kind, Scopes: c.scopes}
		assert.Equal(t, c.want, b.lasts(r), c.kind)
	}
}
