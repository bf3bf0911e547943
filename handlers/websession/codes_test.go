package websession_test

import (
	"crypto/rand"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Recovery codes are shown to the user whose they are, in the browser that made them, once and at once.
func TestRecoveryCodesAreTakenOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := provider.NewID(f.now, rand.Reader), provider.NewID(f.now, rand.Reader)
	keep := func() {
		w := httptest.NewRecorder()
		f.KeepCodes(w, f.request(t.Context(), ""), alice, []string{"A", "B"})
		f.keep(w)
		for _, c := range w.Result().Cookies() {
			assert.NotContains(t, c.Value, "A,B")
			assert.True(t, c.HttpOnly)
		}
	}
	take := func(user provider.ID) []string {
		w := httptest.NewRecorder()
		codes := f.TakeCodes(w, f.request(t.Context(), ""), user)
		f.keep(w)
		return codes
	}
	assert.Nil(t, take(alice))
	keep()
	assert.Equal(t, []string{"A", "B"}, take(alice))
	assert.Nil(t, take(alice), "the page was reloaded")
	keep()
	assert.Nil(t, take(bob))
	assert.Nil(t, take(alice), "another user has signed in since")
	keep()
	f.now = f.now.Add(time.Minute)
	assert.Nil(t, take(alice), "a browser may keep a cookie for longer than it was told")
}
