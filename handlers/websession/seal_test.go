package websession_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
)

// The first page that a browser sees has several sealed values: it sends all of them back with the one cookie.
func TestAllValuesOfTheFirstPageAreForTheSameBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w, r := httptest.NewRecorder(), f.request(t.Context(), "")
	purposes := []websession.Purpose{websession.Authorization, websession.Ceremony, websession.Proposal}
	sealed := map[websession.Purpose]string{}
	for _, p := range purposes {
		sealed[p] = f.Seal(w, r, p, []byte("of "+string(p)))
	}
	require.Len(t, w.Header().Values("Set-Cookie"), 1)
	_, err := f.Open(r, websession.Ceremony, sealed[websession.Ceremony])
	require.ErrorIs(t, err, websession.ErrForeign)
	f.keep(w)
	again := f.request(t.Context(), "")
	for _, p := range purposes {
		plain, err := f.Open(again, p, sealed[p])
		require.NoError(t, err)
		assert.Equal(t, "of "+string(p), string(plain))
		for _, other := range purposes {
			if other != p {
				_, err = f.Open(again, other, sealed[p])
				require.ErrorIs(t, err, websession.ErrForeign, "%q as %q", p, other)
			}
		}
	}
}
