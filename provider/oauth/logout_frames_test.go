package oauth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// However many applications took part, and however long their names are, the page has a bounded number of frames, and
// names a bounded number of bytes of origins. Frames of one origin count once.
func TestFramesAreBounded(t *testing.T) {
	h := newFixture(t)
	register := func(id, origin string) session.Party {
		h.client(client.Client{
			ID: id, Scopes: []string{"openid"}, RedirectURIs: []string{origin + "/cb"},
			GrantTypes: []client.GrantType{client.AuthorizationCode}, FrontChannelLogoutURI: origin + "/out/" + id,
		})
		return session.Party{ClientID: id}
	}
	var same, long []session.Party
	for i := range 52 {
		same = append(same, register(fmt.Sprintf("same%d", i), "https://apps.example"))
	}
	name := strings.Repeat(strings.Repeat("a", 60)+".", 3) + "example"
	for i := range 12 {
		long = append(long, register(fmt.Sprintf("long%d", i), fmt.Sprintf("https://%02d.%s", i, name)))
	}
	endpoint := oauth.NewLogout(h.store, h.idTokens)
	frames := func(parties ...session.Party) (n, leftOut int) {
		list, leftOut, err := endpoint.Frames(t.Context(), parties)
		require.NoError(t, err)
		origins := map[string]bool{}
		for _, f := range list {
			origins[f.Origin] = true
		}
		length := 0
		for origin := range origins {
			length += len(origin) + 1
		}
		assert.LessOrEqual(t, length, 2000)
		return len(list), leftOut
	}
	n, leftOut := frames(same...)
	assert.Equal(t, []int{50, 2}, []int{n, leftOut})
	n, leftOut = frames(long...)
	assert.Equal(t, []int{9, 3}, []int{n, leftOut})
	n, leftOut = frames(append(long, same[0])...)
	assert.Equal(t, []int{10, 3}, []int{n, leftOut}, "a shorter one has room")
	n, leftOut = frames(session.Party{ClientID: "nobody"})
	assert.Equal(t, []int{0, 0}, []int{n, leftOut})
}
