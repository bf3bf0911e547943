package console_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// message stores a message to somebody, with what became of it.
func (f *fixture) message(m notify.Message, state notify.State, fault string) {
	f.t.Helper()
	f.later(time.Second)
	outbox := notify.NewOutbox(f.store, func() time.Time { return *f.now.Load() }, rand.Reader)
	require.NoError(f.t, outbox.Add(f.t.Context(), m))
	list, err := f.store.Messages(f.t.Context(), 1)
	require.NoError(f.t, err)
	if list[0].State, list[0].Fault = state, fault; state != notify.Waiting {
		require.NoError(f.t, f.store.SettleMessage(f.t.Context(), list[0]))
	}
}

func TestOutboxIsListedAndFiltered(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	assert.Contains(t, b.get("/admin/outbox").Body.String(), "Nobody was sent a message")
	f.message(notify.Message{Channel: notify.Mail, To: "alice@example.com", Kind: notify.NewSignIn, UserID: alice.ID, Data: notify.Data{Device: hostile}}, notify.Sent, "")
	f.message(notify.Message{Channel: notify.SMS, To: "+4915112345678", Kind: notify.ResetPassword}, notify.Failed, "timeout")
	f.message(notify.Message{Channel: notify.Mail, To: "bob@example.com", Kind: notify.Invitation}, notify.Waiting, "")
	page := b.get("/admin/outbox").Body.String()
	for _, want := range []string{"alice@example.com", ">alice</a>", "no answer in time", "The oldest has waited since", "No SMS is sent"} {
		assert.Contains(t, page, want)
	}
	assert.Contains(t, page, "forgotten password")
	assert.NotContains(t, page, "alert(1)", "what a message says")
	failed := b.get("/admin/outbox?state=failed").Body.String()
	assert.Contains(t, failed, "4915112345678")
	assert.NotContains(t, failed, "bob@example.com")
	assert.NotContains(t, b.get("/admin/outbox?channel=mail").Body.String(), "4915112345678")
	assert.Contains(t, b.get("/admin/outbox?state=dropped").Body.String(), "No message matches")
	assert.Equal(t, http.StatusOK, b.get("/admin/outbox?state=silent&channel=pigeon").Code)
}

func TestOutboxIsPaged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for i := range 60 {
		f.message(notify.Message{Channel: notify.Mail, To: string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@example.com", Kind: notify.AddressTaken}, notify.Sent, "")
	}
	assert.Regexp(t, `rel="next" href="/admin/outbox\?after=`, b.get("/admin/outbox?state=sent").Body.String())
}
