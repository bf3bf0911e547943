package resource_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// revokedToken is an event about a token that lives for so long from now on.
func (f *fakeFeed) revokedToken(id string, life time.Duration) event {
	return event{"kind": "token", "id": id, "at": f.now().UnixMilli(), "exp": f.now().Add(life).Unix()}
}

// A revoked token need not be remembered for longer than it is valid.
func TestRevokedTokensAreForgottenOnceTheyExpire(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	f.set(func() {
		f.events = []event{
			f.revokedToken("t1", 10*time.Minute),
			{"kind": "grant", "id": "g1", "at": f.now().UnixMilli()},
			f.revokedToken("over", -5*time.Minute), f.revokedToken("too long to be true", 1000*time.Hour),
		}
	})
	soon(t, func() bool { return v.Stats().RevocationsKnown == 3 }, "it knows them, but for what has expired")
	token := f.Token(resourcetest.Claims{"jti": "t1", "exp": f.now().Add(10 * time.Minute).Unix()})
	f.set(func() { f.events = nil })
	f.advance(10*time.Minute + 29*time.Second)
	f.told(v)
	assert.Equal(t, "revoked", reason(t, v, token), "the leeway is not over")
	f.advance(2 * time.Minute)
	soon(t, func() bool { return v.Stats().RevocationsKnown == 2 }, "it is forgotten")
	f.advance(25 * time.Hour)
	soon(t, func() bool { return v.Stats().RevocationsKnown == 0 }, "what ends with the time for which the provider keeps it")
}

// A client that revokes more of its tokens than are remembered keeps no other from being known.
func TestManyRevokedTokensDoNotDisturbOthers(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, func(o *resource.Options) { o.Revocations.Remember = 10 })
	soon(t, followed(v), "it follows")
	short, long := 5*time.Minute, 20*time.Hour
	token := func(id string, life time.Duration) string {
		return f.Token(resourcetest.Claims{"jti": id, "exp": f.now().Add(life).Unix()})
	}
	revoked, good, flood := token("revoked", short), token("good", short), token("flood19", long+19*time.Second)
	between, longest := token("between", time.Hour), token("longest", long+time.Hour)
	f.set(func() {
		for n := range 20 {
			f.events = append(f.events, f.revokedToken(fmt.Sprint("flood", n), long+time.Duration(n)*time.Second))
		}
		f.events = append(f.events, f.revokedToken("revoked", short), event{"kind": "grant", "id": "g9", "at": f.now().UnixMilli()})
	})
	f.told(v)
	for range 2 {
		assert.Equal(t, "revoked", reason(t, v, revoked))
		assert.Equal(t, "revoked", reason(t, v, f.Token(resourcetest.Claims{"grant_id": "g9"})))
		assert.Empty(t, reason(t, v, good))
		assert.Empty(t, reason(t, v, between))
		assert.Empty(t, reason(t, v, longest))
		assert.Equal(t, "provider_unavailable", reason(t, v, flood), "what is not known of it nobody may guess")
		assert.LessOrEqual(t, v.Stats().RevocationsKnown, 10)
		assert.True(t, followed(v)())
		f.told(v) // again
	}
	f.set(func() { f.events = nil })
	f.advance(long + 2*time.Minute)
	f.told(v)
	assert.Empty(t, reason(t, v, token("next", long)), "what found no room has expired")
}

// Where there is no single token to drop, nothing is dropped.
func TestOtherRevocationsAreNotDropped(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, func(o *resource.Options) { o.Revocations.Remember = 10 })
	soon(t, followed(v), "it follows")
	f.set(func() {
		f.events = append(f.events, f.revokedToken("dropped", 5*time.Minute))
		for n := range 11 {
			f.events = append(f.events, event{"kind": "grant", "id": fmt.Sprint("g", n), "at": f.now().UnixMilli()})
		}
	})
	f.failed(v)
	assert.Equal(t, 10, v.Stats().RevocationsKnown)
	f.advance(time.Minute + time.Second)
	assert.Equal(t, "revoked", reason(t, v, f.Token(resourcetest.Claims{"grant_id": "g9"})))
	assert.Equal(t, "provider_unavailable", reason(t, v, f.Token(nil)), "the feed is lost")
}
