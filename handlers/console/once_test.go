package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// A second click, or a reload of the answer, makes no second client, and shows the secret of the first.
func TestFormSentTwiceMakesOne(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	form := filled(b.get("/admin/new-client/web").Body.String())
	form.Set("client_name", "Shop")
	form.Set("redirect_uris", "http://shop.example/callback")
	assert.Equal(t, http.StatusUnprocessableEntity, b.post("/admin/new-client/web", form).Code, "what is wrong is not kept")
	form.Set("redirect_uris", "https://shop.example/callback")
	first, second := b.post("/admin/new-client/web", form), b.post("/admin/new-client/web", form)
	require.Equal(t, http.StatusCreated, first.Code, first.Body)
	assert.Equal(t, http.StatusCreated, second.Code)
	shown := regexp.MustCompile(`(?s)id="client-secret">.*?</dd>`)
	assert.Equal(t, shown.FindString(first.Body.String()), shown.FindString(second.Body.String()))
	for _, name := range []string{"Content-Security-Policy", "Content-Type", "Cache-Control"} {
		assert.Equal(t, first.Header().Get(name), second.Header().Get(name), name)
	}
	clients := func() int {
		list, err := f.store.FindClients(t.Context(), client.Filter{}, 10)
		require.NoError(t, err)
		return len(list)
	}
	assert.Equal(t, 1, clients())

	form.Set("client_name", "Another")
	assert.Equal(t, http.StatusCreated, b.post("/admin/new-client/web", form).Code)
	assert.Equal(t, 2, clients(), "another form")
	other := filled(b.get("/admin/new-client/web").Body.String())
	other.Set("client_name", "Another")
	other.Set("redirect_uris", "https://shop.example/callback")
	assert.Equal(t, http.StatusCreated, b.post("/admin/new-client/web", other).Code)
	assert.Equal(t, 3, clients(), "of another page")
}

func TestKeyIsRotatedOnceForAForm(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	form := url.Values{"alg": {"ES256"}, "wait": {"60"}, "page": {b.token()}}
	before, err := f.keys.List(t.Context())
	require.NoError(t, err)
	assert.Contains(t, b.done(b.post("/admin/keys/rotation", form)), "A new key")
	assert.Contains(t, b.done(b.post("/admin/keys/rotation", form)), "A new key")
	after, err := f.keys.List(t.Context())
	require.NoError(t, err)
	assert.Len(t, after, len(before)+1)
}
