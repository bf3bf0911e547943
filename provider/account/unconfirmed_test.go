package account_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// selfService sends messages, and tells whether a contact is taken unless it is private.
func (f *fixture) selfService(t testing.TB, private bool) *account.SelfService {
	t.Helper()
	gate := audit.NewGate(f.store, f.store, (*event.Bus)(nil), time.Now, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.store, gate, keyring.Secrets{Current: []byte("a secret of the tests, 32 bytes at least")}, time.Now, rand.Reader)
	require.NoError(t, err)
	f.codes = verification.NewCodes(f.store, ring.Key(keyring.Verification), "https://id.example.com", time.Now, rand.Reader)
	return account.NewSelfService(f.users, f.store, f.store, f.codes, notify.NewOutbox(f.store, time.Now, rand.Reader), account.Policy{Open: true, Private: private, Mail: true, SMS: true})
}

// applied is a registration that waits for its code.
func (f *fixture) applied(t testing.TB, email string) provider.ID {
	t.Helper()
	id, err := f.people.Register(t.Context(), account.Application{Username: "newcomer", Email: email, Password: "wonderland"}, "")
	require.NoError(t, err)
	return id
}

// code is that of a message.
func (f *fixture) code(t testing.TB, id provider.ID) string {
	t.Helper()
	code, _, err := f.codes.Code(t.Context(), id)
	require.NoError(t, err)
	return code
}

// Only who knows the password that was chosen learns that there is a registration. By its user name it is
// found in the browser in which it was begun.
func TestUnconfirmedRegistrationsAreToldToWhoKnowsThePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	id := f.applied(t, "new@example.com")
	try := func(login, password string, begun provider.ID) error {
		t.Helper()
		_, err := f.fresh(t).Verify(ctx, account.Attempt{Login: login, Password: password, Prefix: "192.0.2.1/32", Begun: begun})
		require.ErrorIs(t, err, account.ErrSignIn)
		return err
	}
	for _, tc := range []struct {
		login, password string
		begun           provider.ID
		told            bool
	}{
		{" New@Example.com", "wonderland", provider.ID{}, true},
		{"new@example.com", "wonderland", provider.ID{1}, true},
		{"Newcomer", "wonderland", id, true},
		{"new@example.com", "wrong", id, false},
		{"new@example.com", "", id, false},
		{"newcomer", "wonderland", provider.ID{}, false},
		{"newcomer", "wonderland", provider.ID{1}, false},
		{"somebody", "wonderland", id, false},
		{"alice", "wrong", id, false},
	} {
		var unconfirmed *account.Unconfirmed
		told := errors.As(try(tc.login, tc.password, tc.begun), &unconfirmed)
		assert.Equal(t, tc.told, told, tc)
		if told {
			assert.Equal(t, id, unconfirmed.ID)
		}
	}

	// What somebody else chose for the address of a user says nothing, also when the user is gone.
	f.people = f.selfService(t, true)
	taken := f.applied(t, "alice@example.com")
	var unconfirmed *account.Unconfirmed
	assert.NotErrorAs(t, try("alice@example.com", "another", taken), &unconfirmed)
	u, err := f.fresh(t).Verify(ctx, account.Attempt{Login: "alice@example.com", Password: "wonderland", Prefix: "192.0.2.1/32"})
	require.NoError(t, err)
	require.NoError(t, f.store.DeleteUser(ctx, u.ID, time.Now()))
	f.people = f.selfService(t, false)
	assert.NotErrorAs(t, try("alice@example.com", "wonderland", provider.ID{}), &unconfirmed)
}

// Where contacts are private, a free address is answered like a taken one: the registration of both ends with
// the same page, and the sign-in that follows does not tell them apart.
func TestPrivateContactsAreNotToldByTheSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.people = f.selfService(t, true)
	for _, address := range []string{"alice@example.com", "free@example.com"} {
		begun, err := f.people.Register(t.Context(), account.Application{Username: "newcomer", Email: address, Password: "chosen by others"}, "")
		require.NoError(t, err)
		for _, begun := range []provider.ID{{}, begun} {
			_, err := f.fresh(t).Verify(t.Context(), account.Attempt{Login: address, Password: "chosen by others", Prefix: "192.0.2.1/32", Begun: begun})
			var unconfirmed *account.Unconfirmed
			assert.NotErrorAs(t, err, &unconfirmed, address)
			assert.ErrorIs(t, err, account.ErrSignIn, address)
		}
	}
}
