package console_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// later moves the clock on.
func (f *fixture) later(d time.Duration) {
	now := f.now.Load().Add(d)
	f.now.Store(&now)
}

func TestOverviewListsWhatNeedsAttention(t *testing.T) {
	f := newFixture(t, nil)
	admin := f.user("root", account.RoleAdmin)
	b := f.signIn(admin)
	now := *f.now.Load()
	assert.Contains(t, b.get("/admin").Body.String(), "Nothing needs attention")

	c, ends := f.storedClient("mail"), now.Add(24*time.Hour)
	c.Secrets = []client.Secret{{ID: provider.NewID(now, rand.Reader), Hash: "$sha256$one", CreatedAt: now, ExpiresAt: &ends}}
	require.NoError(t, f.store.UpdateClient(t.Context(), c))
	failing := webhook.Endpoint{ID: provider.NewID(now, rand.Reader), URL: "https://hooks.example/secret-path?key=secret", FailingSince: &now, CreatedAt: now, UpdatedAt: now}
	require.NoError(t, f.store.CreateEndpoint(t.Context(), failing, webhook.Secret{ID: provider.NewID(now, rand.Reader), EndpointID: failing.ID, Sealed: []byte("x"), CreatedAt: now}))
	f.later(10 * time.Minute) // nothing seals the records of this test
	page := b.get("/admin").Body.String()
	for _, concern := range []string{"The last secret of The mail ends", "The webhook hooks.example fails", "wait to be sealed", `href="/admin/clients/mail"`} {
		assert.Contains(t, page, concern)
	}
	assert.NotContains(t, page, "secret-path")
	assert.NotContains(t, page, "The ES256 key")

	f.later(91 * 24 * time.Hour)
	b = f.signIn(admin)
	page = b.get("/admin").Body.String()
	assert.Contains(t, page, "The ES256 key signs longer than it should")
	assert.NotContains(t, page, "The last secret", "it has ended")
	_, err := f.keys.Rotate(t.Context(), audit.BackgroundJob("test"), keys.ES256, *f.now.Load())
	require.NoError(t, err)
	assert.NotContains(t, b.get("/admin").Body.String(), "The ES256 key")
}

// What is retried for minutes, an endpoint that is disabled and keys that somebody rotates by hand need none.
func TestOverviewIsSilentAboutWhatIsInOrder(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.KeySchedule.Every = 0 })
	admin := f.user("root", account.RoleAdmin)
	b, now := f.signIn(admin), *f.now.Load()
	disabled := webhook.Endpoint{ID: provider.NewID(now, rand.Reader), URL: "https://hooks.example/", Disabled: true, FailingSince: &now, CreatedAt: now, UpdatedAt: now}
	require.NoError(t, f.store.CreateEndpoint(t.Context(), disabled, webhook.Secret{ID: provider.NewID(now, rand.Reader), EndpointID: disabled.ID, Sealed: []byte("x"), CreatedAt: now}))
	message := notify.Message{ID: provider.NewID(now, rand.Reader), Channel: notify.Mail, To: "alice@example.com", Kind: "new_sign_in", CreatedAt: now}
	require.NoError(t, f.store.AddMessage(t.Context(), notify.Stored{Message: message, Key: message.To, AddressNumber: 1, State: notify.Waiting, NextAt: now}))
	f.later(4 * time.Minute)
	assert.Contains(t, b.get("/admin").Body.String(), "Nothing needs attention")
	f.later(2 * time.Minute)
	page := b.get("/admin").Body.String()
	assert.Contains(t, page, "Mail waits to be sent")
	assert.NotContains(t, page, "alice@example.com")
	f.later(91 * 24 * time.Hour)
	assert.NotContains(t, f.signIn(admin).get("/admin").Body.String(), "The ES256 key")
	f.later(300 * 24 * time.Hour)
	assert.Contains(t, f.signIn(admin).get("/admin").Body.String(), "The ES256 key")
}
