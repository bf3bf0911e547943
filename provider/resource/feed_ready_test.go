package resource_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// An API that can accept no JWT yet must get no requests.
func TestReadyOnceTheFeedWasRead(t *testing.T) {
	t.Parallel()
	open := make(chan struct{})
	f := setup(t, nil)
	p := newFaulty(t, f)
	p.answers["/token"] = func(w http.ResponseWriter, r *http.Request) {
		<-open
		http.Error(w, "{}", http.StatusServiceUnavailable)
	}
	verifier := func(change func(*resource.Options)) *resource.Verifier {
		v := f.verifier(p.url, func(o *resource.Options) {
			o.Revocations = &resource.Revocations{ClientID: f.ClientID, ClientSecret: f.ClientSecret}
			o.Timeout = 100 * time.Millisecond
			change(o)
		})
		t.Cleanup(v.Close)
		return v
	}
	v := verifier(func(*resource.Options) {})
	require.ErrorIs(t, v.Ready(t.Context()), resource.ErrUnavailable)
	assert.ErrorContains(t, v.Ready(t.Context()), "the revocation feed was not read yet")
	introspects := verifier(func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: f.ClientID, ClientSecret: f.ClientSecret}
	})
	require.NoError(t, introspects.Ready(t.Context()), "it asks about JWTs meanwhile")
	close(open)

	ff, follows := newFakeFeed(t, nil)
	require.NoError(t, follows.Ready(t.Context()), "it waits")
	assert.True(t, followed(follows)())
	over, cancel := context.WithCancel(t.Context())
	cancel()
	ff.set(func() { ff.down = true })
	ff.advance(2 * time.Minute)
	assert.NoError(t, follows.Ready(over), "it was read once")
}
