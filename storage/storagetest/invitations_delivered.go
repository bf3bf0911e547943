package storagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// The list tells how far the message of each invitation is, and of the newest message of an address only.
func testInvitationsDelivered(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, byInvitation)
	invitations := account.NewInvitations(s.SelfService)
	settle := func(t *testing.T, to string, state notify.State, fault string) {
		m, _ := s.sent(t, to)
		m.State, m.Fault = state, fault
		require.NoError(t, f.SettleMessage(t.Context(), m))
	}
	invite := func(inv account.Invitation) {
		require.NoError(t, invitations.Invite(ctx, audittest.Operator(), &inv))
		assert.Equal(t, notify.Delivery{State: notify.Waiting}, inv.Delivery)
	}
	listed := func() map[string]notify.Delivery {
		list, err := invitations.List(ctx, provider.ID{}, 10)
		require.NoError(t, err)
		found := map[string]notify.Delivery{}
		for _, inv := range list {
			found[inv.Email+inv.Phone] = inv.Delivery
		}
		return found
	}
	assert.Empty(t, listed())
	for _, inv := range []account.Invitation{{Email: "ada@example.com"}, {Email: "ada+2@example.com"}, {Phone: "+442071838751"}, {Email: "late@example.com"}, {Email: "bob@example.com"}} {
		invite(inv)
	}
	settle(t, "ada@example.com", notify.Failed, "smtp_550_5.1.1")
	settle(t, "+442071838751", notify.Sent, "")
	settle(t, "bob@example.com", notify.Waiting, "timeout")
	settle(t, "late@example.com", notify.Dropped, "expired")
	want := map[string]notify.Delivery{
		"ada@example.com":   {State: notify.Failed, Fault: "smtp_550_5.1.1"},
		"ada+2@example.com": {State: notify.Waiting}, // to the same mailbox
		"+442071838751":     {State: notify.Sent},
		"late@example.com":  {State: notify.Failed, Fault: "expired"},
		"bob@example.com":   {State: notify.Waiting, Fault: "timeout"},
	}
	assert.Equal(t, want, listed())
	invite(account.Invitation{Email: "ada@example.com"})
	want["ada@example.com"] = notify.Delivery{State: notify.Waiting}
	assert.Equal(t, want, listed(), "the message of the one before says nothing of it")
}
