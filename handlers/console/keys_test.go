package console_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func (f *fixture) signers() []keys.Listed {
	f.t.Helper()
	list, err := f.keys.List(f.t.Context())
	require.NoError(f.t, err)
	return list
}

func TestKeysAreShownAndRotated(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := b.get("/admin/keys").Body.String()
	assert.Contains(t, page, f.signers()[0].KID)
	assert.Contains(t, page, "token-hash", "data keys")
	assert.Contains(t, page, "for 5 minutes")
	assert.Contains(t, page, "A key signs for 90 days, and the next is published 1 hour before it takes over.")
	page = b.done(b.post("/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"10"}}))
	assert.Contains(t, page, "A new key for ES256 is published")
	assert.Contains(t, page, "until 08:05 some may have the set without it")
	list := f.signers()
	require.Len(t, list, 2)
	assert.Equal(t, keys.Pending, list[1].State)
	for _, wrong := range []url.Values{{"alg": {"none"}, "wait": {"10"}}, {"alg": {"ES256"}, "wait": {"-1"}}, {"alg": {"ES256"}, "wait": {"11"}}, {}} {
		assert.Contains(t, b.done(b.post("/admin/keys/rotation", wrong)), "Nothing was chosen", wrong)
	}
	assert.Len(t, f.signers(), 2)
	assert.Contains(t, b.post("/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"0"}}).Body.String(), "Sign with a new key at once?")
	assert.Len(t, f.signers(), 2, "clients would refuse tokens, so that is asked first")
	b.done(b.post("/admin/keys/rotation", url.Values{"alg": {"ES256"}, "wait": {"0"}, "confirm": {"yes"}}))
	assert.Len(t, f.signers(), 3)
}

func TestKeyIsWithdrawnAfterItsIDWasTyped(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	kid := f.signers()[0].KID
	path := "/admin/keys/" + kid + "/withdrawal"
	assert.Equal(t, http.StatusOK, b.post(path, nil).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(path, url.Values{"confirm": {"yes"}}).Code)
	assert.Equal(t, kid, f.signers()[0].KID)
	page := b.done(b.post(path, url.Values{"confirm": {kid[:8]}}))
	assert.Contains(t, page, "signs from now on")
	assert.Contains(t, page, kid+" is withdrawn. Clients that keep the published set may accept it until 08:05.")
	f.later(6 * time.Minute)
	assert.NotContains(t, b.get("/admin/keys").Body.String(), kid)
	assert.NotEqual(t, kid, f.signers()[0].KID)
	assert.Equal(t, http.StatusTeapot, b.post(path, url.Values{"confirm": {kid[:8]}}).Code)
}
