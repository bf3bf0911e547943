package storagetest

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/firstadmin"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// first is the invitation of the first administrator, over the database of the fixture.
type first struct {
	*firstadmin.Invitation

	people   *selfService
	passkeys *passkeys
}

func (f *fixture) first(t *testing.T) *first {
	t.Helper()
	s := f.selfService(t, nil)
	p := f.passkeys(t, s)
	gate := audit.NewGate(f.outbox(), f.Store, event.NewBus(), f.clock, rand.Reader)
	return &first{firstadmin.New(f.Store, gate, s.registry, p, "https://id.example.com", f.clock, rand.Reader), s, p}
}

// invited is the token of a new address.
func (i *first) invited(t *testing.T) string {
	t.Helper()
	address, _, err := i.Invite(t.Context(), audittest.Operator())
	require.NoError(t, err)
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	assert.Equal(t, "https://id.example.com/first-administrator", parsed.Scheme+"://"+parsed.Host+parsed.Path)
	return parsed.Query().Get("token")
}

// member is a user whom an operator makes.
func (i *first) member(t *testing.T, name string, roles ...string) *account.User {
	t.Helper()
	u := &account.User{Username: name, Roles: roles}
	require.NoError(t, i.people.registry.Create(t.Context(), audittest.Operator(), u, ""))
	return u
}

func named(name string) firstadmin.Who { return firstadmin.Who{Username: name} }

func testFirstAdministrator(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	i.member(t, "alice", "editor") // who is no administrator, and in nobody's way
	token := i.invited(t)
	require.NoError(t, i.Open(ctx, token))
	for _, other := range []string{"", token[1:], token + "A"} {
		require.ErrorIs(t, i.Open(ctx, other), firstadmin.ErrClosed)
		_, err := i.WithPassword(ctx, other, named("root"), goodPassword)
		require.ErrorIs(t, err, firstadmin.ErrClosed)
	}
	// What is wrong with the user uses nothing up.
	_, err := i.WithPassword(ctx, token, named("alice"), goodPassword)
	require.ErrorIs(t, err, account.ErrUsernameTaken)
	_, err = i.WithPassword(ctx, token, named("root"), "short")
	require.ErrorIs(t, err, account.ErrPassword)
	_, err = i.WithPassword(ctx, token, named("root"), "")
	require.ErrorIs(t, err, account.ErrPassword)
	u, err := i.WithPassword(ctx, token, firstadmin.Who{Username: "root", Email: "root@example.com"}, goodPassword)
	require.NoError(t, err)
	stored, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []any{"root", "root@example.com", false, []string{account.RoleAdmin}}, []any{stored.Username, stored.Email, stored.EmailVerified, stored.Roles})
	assert.NotEmpty(t, stored.PasswordHash)

	// It is over: with the address, with another one, and after the administrator was deleted.
	over := func() {
		t.Helper()
		require.ErrorIs(t, i.Open(ctx, token), firstadmin.ErrClosed)
		_, err := i.WithPassword(ctx, token, named("mallory"), goodPassword)
		require.ErrorIs(t, err, firstadmin.ErrClosed)
		_, _, err = i.Invite(ctx, audittest.Operator())
		require.ErrorIs(t, err, firstadmin.ErrEnded)
	}
	over()
	require.NoError(t, i.people.registry.Delete(ctx, audittest.Operator(), u.ID))
	over()
}

func testFirstAdministratorExpires(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	token := i.invited(t)
	f.advance(firstadmin.Lifetime - time.Second)
	require.NoError(t, i.Open(ctx, token))
	f.advance(time.Second)
	require.ErrorIs(t, i.Open(ctx, token), firstadmin.ErrClosed)
	_, err := i.WithPassword(ctx, token, named("root"), goodPassword)
	require.ErrorIs(t, err, firstadmin.ErrClosed)

	later := i.invited(t)
	newest := i.invited(t)
	require.ErrorIs(t, i.Open(ctx, later), firstadmin.ErrClosed, "replaced")
	require.NoError(t, i.Open(ctx, newest))
}

// A server that starts writes an address to its log where there is nobody yet, and replaces none that is open.
func testFirstAdministratorOnce(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	var group sync.WaitGroup
	var opened, open atomic.Int32
	for range 20 {
		group.Go(func() {
			switch _, _, err := i.InviteOnce(ctx, audit.BackgroundJob("start")); {
			case err == nil:
				opened.Add(1)
			case assert.ErrorIs(t, err, firstadmin.ErrOpen):
				open.Add(1)
			}
		})
	}
	group.Wait()
	assert.Equal(t, []int32{1, 19}, []int32{opened.Load(), open.Load()})
	f.advance(firstadmin.Lifetime)
	address, _, err := i.InviteOnce(ctx, audit.BackgroundJob("start"))
	require.NoError(t, err, "the one before has expired")
	require.Contains(t, address, "token=")
	f.advance(firstadmin.Lifetime)
	u := i.member(t, "alice", "editor")
	_, _, err = i.InviteOnce(ctx, audit.BackgroundJob("start"))
	require.ErrorIs(t, err, firstadmin.ErrUsers)
	i.invited(t) // by the command line
	_, err = i.people.registry.Change(ctx, audittest.Operator(), u.ID, func(u *account.User) error { u.Roles = []string{account.RoleAdmin}; return nil })
	require.NoError(t, err)
	_, _, err = i.InviteOnce(ctx, audit.BackgroundJob("start"))
	require.ErrorIs(t, err, firstadmin.ErrEnded)
}

// An administrator who was made in any other way ends it, also one who is none any more, or is deleted.
func testFirstAdministratorBesideOthers(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	token := i.invited(t)
	for _, roles := range [][]string{{"administrator"}, {"admins", "sub-admin"}} {
		i.member(t, roles[0], roles...)
		require.NoError(t, i.Open(ctx, token), "another role")
	}
	u := i.member(t, "alice", "editor")
	change := func(roles ...string) {
		t.Helper()
		_, err := i.people.registry.Change(ctx, audittest.Operator(), u.ID, func(u *account.User) error { u.Roles = roles; return nil })
		require.NoError(t, err)
	}
	change("editor", account.RoleAdmin)
	require.ErrorIs(t, i.Open(ctx, token), firstadmin.ErrClosed)
	change()
	_, err := i.WithPassword(ctx, token, named("mallory"), goodPassword)
	require.ErrorIs(t, err, firstadmin.ErrClosed)
	_, _, err = i.Invite(ctx, audittest.Operator())
	require.ErrorIs(t, err, firstadmin.ErrEnded)
}

func testFirstAdministratorCreated(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	token := i.invited(t)
	i.member(t, "root", account.RoleAdmin)
	require.ErrorIs(t, i.Open(ctx, token), firstadmin.ErrClosed)
}

func testFirstAdministratorWithPasskey(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	token := i.invited(t)
	_, _, err := i.Propose(ctx, token, named("x"))
	require.ErrorIs(t, err, account.ErrUsername)
	a := passkeytest.New("https://id.example.com")
	respond := func(flags byte) (passkey.Ceremony, []byte) {
		t.Helper()
		options, c, err := i.Propose(ctx, token, named("root"))
		require.NoError(t, err)
		a.Flags = flags
		response, err := a.Create(options)
		require.NoError(t, err)
		return c, response
	}
	c, response := respond(passkeytest.UserPresent)
	_, err = i.WithPasskey(ctx, token, named("root"), c, response)
	require.ErrorIs(t, err, firstadmin.ErrUnverified)
	c, response = respond(passkeytest.UserPresent | passkeytest.UserVerified)
	wrong := c
	wrong.UserID = provider.ID{1}
	_, err = i.WithPasskey(ctx, token, named("root"), wrong, response)
	var refused *passkey.Refused
	require.ErrorAs(t, err, &refused, "begun for another user")
	_, err = i.WithPasskey(ctx, token+"A", named("root"), c, response)
	require.ErrorIs(t, err, firstadmin.ErrClosed)
	_, err = f.UserByLogin(ctx, "root")
	require.ErrorIs(t, err, provider.ErrNotFound, "nothing has changed")

	made, err := i.WithPasskey(ctx, token, named("root"), c, response)
	require.NoError(t, err)
	assert.Equal(t, []any{made.User.ID, true}, []any{made.Passkey.UserID, made.Passkey.Verifies})
	assert.Empty(t, made.User.PasswordHash)
	assert.NotEmpty(t, made.RecoveryCodes, "there is no password to fall back on")
	signing, asserted := i.passkeys.asserted(t, a)
	known, _, err := i.passkeys.VerifySignIn(ctx, signing, asserted)
	require.NoError(t, err)
	assert.Equal(t, []string{account.RoleAdmin}, known.Roles)
}

// Of any number of people with the address one becomes the administrator.
func testFirstAdministratorRace(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	token := i.invited(t)
	var group sync.WaitGroup
	var made atomic.Int32
	for n := range 50 {
		group.Go(func() {
			if _, err := i.WithPassword(ctx, token, named(fmt.Sprintf("root-%02d", n)), goodPassword); err == nil {
				made.Add(1)
			} else {
				assert.ErrorIs(t, err, firstadmin.ErrClosed)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, made.Load())
	users, err := f.Users(ctx, account.Filter{Role: account.RoleAdmin}, 10)
	require.NoError(t, err)
	assert.Len(t, users, 1)
}

// While an operator makes an administrator, nobody becomes the first one, or does so before.
func testFirstAdministratorRacesOthers(t *testing.T, f *fixture) {
	ctx, i := t.Context(), f.first(t)
	token := i.invited(t)
	var group sync.WaitGroup
	for n := range 25 {
		group.Go(func() {
			assert.NoError(t, i.people.registry.Create(ctx, audittest.Operator(), &account.User{Username: fmt.Sprintf("operator-%02d", n), Roles: []string{account.RoleAdmin}}, ""))
		})
		group.Go(func() {
			if _, err := i.WithPassword(ctx, token, named(fmt.Sprintf("root-%02d", n)), goodPassword); err != nil {
				assert.ErrorIs(t, err, firstadmin.ErrClosed)
			}
		})
	}
	group.Wait()
	users, err := f.Users(ctx, account.Filter{Search: "root-"}, 10)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(users), 1)
	require.ErrorIs(t, i.Open(ctx, token), firstadmin.ErrClosed)
}
