package websession_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// What was begun in one tab is not forgotten when something is begun in another one, and the cookie stays small.
func TestWhatWasBegunInOtherTabs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	jar := map[string]*http.Cookie{}
	request := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, issuer+"/register", http.NoBody)
		for _, c := range jar {
			r.AddCookie(c)
		}
		return r
	}
	begin := func(flow string) provider.ID {
		id, w := provider.NewID(f.now, rand.Reader), httptest.NewRecorder()
		again := f.SetPending(w, request(), id, flow)
		w.Header().Set("Location", again)
		for _, c := range w.Result().Cookies() {
			jar[c.Name] = c
		}
		if len(flow) <= 1500 {
			var head bytes.Buffer
			require.NoError(t, w.Header().Write(&head))
			assert.Less(t, head.Len(), 2800, "proxies buffer 4096 bytes, and there are other headers")
		}
		return id
	}
	kept := func(id provider.ID) any {
		flow, here := f.Pending(request(), id)
		if !here {
			return false
		}
		return flow
	}
	registration := begin("registration")
	recovery := begin("")
	assert.Equal(t, []any{"registration", ""}, []any{kept(registration), kept(recovery)})
	assert.Equal(t, recovery, f.Begun(request()))
	assert.Equal(t, false, kept(provider.NewID(f.now, rand.Reader)))

	long, longer, longest := strings.Repeat("a", 1000), strings.Repeat("b", 1500), strings.Repeat("c", 3000)
	first := begin(long)
	assert.Equal(t, []any{"", "", long}, []any{kept(registration), kept(recovery), kept(first)}, "there is no more room for the flow")
	second, third := begin(longer), begin(longest)
	assert.Equal(t, []any{false, "", "", "", ""}, []any{kept(registration), kept(recovery), kept(first), kept(second), kept(third)}, "four are kept")
	injected := begin("x\x00" + string(registration[:]))
	assert.Equal(t, []any{"", false}, []any{kept(injected), kept(registration)})
}
