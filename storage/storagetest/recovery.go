package storagetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

const newPassword = "another horse battery"

func testRecovery(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	require.NoError(t, f.CreateSession(ctx, f.newSession(u)))
	for _, named := range []string{"alice@example.com", " Alice ", "ALICE@Example.COM"} {
		f.advance(time.Second)
		id, err := s.Forgot(ctx, account.Forgotten{Contact: named})
		require.NoError(t, err)
		m, code := s.sent(t, "alice@example.com")
		assert.Equal(t, []any{notify.ResetPassword, id, u.ID}, []any{m.Kind, m.Verification, m.UserID}, named)
		assert.Len(t, code, 8)
	}
	f.advance(time.Second)
	first, err := s.Forgot(ctx, account.Forgotten{Contact: "alice"})
	require.NoError(t, err)
	_, code := s.sent(t, "alice@example.com")
	f.advance(time.Second)
	second, err := s.Forgot(ctx, account.Forgotten{Contact: "alice"})
	require.NoError(t, err)
	_, other := s.sent(t, "alice@example.com")

	_, err = s.Reset(ctx, first, code, "short")
	require.ErrorIs(t, err, account.ErrPassword)
	_, err = s.Reset(ctx, first, other, newPassword)
	require.ErrorIs(t, err, verification.ErrCode, "of another recovery")
	_, err = s.Confirm(ctx, first, code)
	require.ErrorIs(t, err, verification.ErrClosed, "for another purpose")
	f.advance(time.Second)
	got, err := s.Reset(ctx, first, code, newPassword)
	require.NoError(t, err)
	assert.Equal(t, "plain:"+newPassword, got.PasswordHash)
	assert.Greater(t, got.Generation, u.Generation)
	m, _ := s.sent(t, "alice@example.com")
	assert.Equal(t, notify.PasswordChanged, m.Kind)
	sessions, err := f.EndSessions(ctx, u.ID, f.clock())
	require.NoError(t, err)
	assert.Empty(t, sessions, "ended before")
	_, err = s.Reset(ctx, first, code, newPassword)
	require.ErrorIs(t, err, verification.ErrClosed, "used")
	_, err = s.Reset(ctx, second, other, newPassword)
	require.ErrorIs(t, err, verification.ErrClosed, "another password closes what was open")

	records, err := f.Records(ctx, audit.Filter{Action: audit.UserRecover}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, u.ID.String(), records[0].Actor.ID)
}

// Nobody learns whether there is such a user: the same rows are written, and nothing is sent.
func testRecoveryOfNobody(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	f.statements.Store(0)
	_, err := s.Forgot(ctx, account.Forgotten{Contact: "alice@example.com"})
	require.NoError(t, err)
	known := f.statements.Swap(0)
	for _, named := range []string{"bob@example.com", "bob", "+4915112345678", "not a name", "<b>@x"} {
		id, err := s.Forgot(ctx, account.Forgotten{Contact: named})
		require.NoError(t, err, named)
		if named != "+4915112345678" {
			assert.Equal(t, known, f.statements.Load(), named)
		}
		f.statements.Store(0)
		code, _, err := s.codes.Code(ctx, id)
		require.NoError(t, err)
		_, err = s.Reset(ctx, id, "x"+code, newPassword)
		require.ErrorIs(t, err, verification.ErrCode, "as for a user")
		_, err = s.Reset(ctx, id, code, newPassword)
		require.ErrorIs(t, err, verification.ErrClosed, "of nobody")
		f.statements.Store(0)
	}
	all, err := f.Messages(ctx, 100)
	require.NoError(t, err)
	for _, m := range all {
		assert.Equal(t, "alice@example.com", m.To)
	}
	// Nor by how many messages there were.
	for range 30 {
		_, err := s.Forgot(ctx, account.Forgotten{Contact: "alice"})
		require.NoError(t, err)
	}
	_, err = s.registry.Change(ctx, audit.BackgroundJob("test"), u.ID, func(u *account.User) error { u.Disabled = true; return nil })
	require.NoError(t, err)
	f.advance(25 * time.Hour)
	id, err := s.Forgot(ctx, account.Forgotten{Contact: "alice"})
	require.NoError(t, err)
	code, _, err := s.codes.Code(ctx, id)
	require.NoError(t, err)
	_, err = s.Reset(ctx, id, code, newPassword)
	require.ErrorIs(t, err, verification.ErrClosed, "a disabled user")
}

// However many codes are guessed at once, no more are compared than the bound, and then not even the right
// one is; of 50 uses of a right code one succeeds.
func testRecoveryRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	s.registered(t, "alice")
	id, err := s.Forgot(ctx, account.Forgotten{Contact: "alice"})
	require.NoError(t, err)
	_, code := s.sent(t, "alice@example.com")
	var group sync.WaitGroup
	var compared, used atomic.Int32
	for range 100 {
		group.Go(func() {
			if _, err := s.Reset(ctx, id, "wrong"+code, newPassword); assert.Error(t, err) && !isClosed(err) {
				compared.Add(1)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, verification.MaxTries, compared.Load())
	_, err = s.Reset(ctx, id, code, newPassword)
	require.ErrorIs(t, err, verification.ErrClosed)

	f.advance(time.Second)
	id, err = s.Forgot(ctx, account.Forgotten{Contact: "alice"})
	require.NoError(t, err)
	_, code = s.sent(t, "alice@example.com")
	for range 50 {
		group.Go(func() {
			if _, err := s.Reset(ctx, id, code, newPassword); err == nil {
				used.Add(1)
			} else {
				assert.ErrorIs(t, err, verification.ErrClosed)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, used.Load())
}

func isClosed(err error) bool { return err == verification.ErrClosed } //nolint:errorlint // exactly that

func testContactChange(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u, bob := s.registered(t, "alice"), s.registered(t, "bob")
	_, err := s.RequestEmail(ctx, u.ID, "bob@example.com", "")
	require.ErrorIs(t, err, account.ErrEmailTaken)
	_, err = s.RequestEmail(ctx, u.ID, "nonsense", "")
	require.ErrorIs(t, err, account.ErrEmail)
	id, err := s.RequestEmail(ctx, u.ID, "New@Example.com", "")
	require.NoError(t, err)
	m, code := s.sent(t, "new@example.com")
	assert.Equal(t, notify.ConfirmContact, m.Kind)
	same, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, "alice@example.com", same.Email, "not before the code")
	_, err = s.ConfirmContact(ctx, bob.ID, id, code)
	require.ErrorIs(t, err, verification.ErrClosed, "of another user")
	f.advance(time.Second)
	got, err := s.ConfirmContact(ctx, u.ID, provider.ID{}, code)
	require.NoError(t, err)
	assert.Equal(t, []any{"new@example.com", true}, []any{got.Email, got.EmailVerified})
	m, undo := s.sent(t, "alice@example.com")
	assert.Equal(t, []any{notify.ContactChanged, "new@example.com", false}, []any{m.Kind, m.Data.Address, m.Data.Added})
	require.NotEmpty(t, undo)

	// Whoever took the account goes on to another address, a phone number and another password, and gets no
	// link. The first link gives back what there was before.
	f.advance(time.Second)
	_, err = s.RequestEmail(ctx, u.ID, "third@example.com", "")
	require.NoError(t, err)
	_, code = s.sent(t, "third@example.com")
	_, err = s.ConfirmContact(ctx, u.ID, provider.ID{}, code)
	require.NoError(t, err)
	thief, _ := s.sent(t, "new@example.com")
	assert.Equal(t, []any{notify.ContactChangedAgain, provider.ID{}}, []any{thief.Kind, thief.Verification})
	_, err = s.RequestPhone(ctx, u.ID, "+442071838750", "")
	require.NoError(t, err)
	_, code = s.sent(t, "+442071838750")
	f.advance(time.Second)
	got, err = s.ConfirmContact(ctx, u.ID, provider.ID{}, code)
	require.NoError(t, err)
	thief, _ = s.sent(t, "third@example.com")
	assert.Equal(t, []any{notify.ContactChangedAgain, provider.ID{}}, []any{thief.Kind, thief.Verification})
	_, err = s.ChangePassword(ctx, got, "the thief's password")
	require.NoError(t, err)
	f.advance(71 * time.Hour)
	got, err = s.Undo(ctx, m.Verification, undo)
	require.NoError(t, err)
	assert.Equal(t, []any{"alice@example.com", true, "", ""}, []any{got.Email, got.EmailVerified, got.Phone, got.PasswordHash}, "the password is void")
	_, err = s.Undo(ctx, m.Verification, undo)
	require.ErrorIs(t, err, verification.ErrClosed)
}

// What an administrator has put right stays so.
func testUndoAfterRepair(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	operator := audit.BackgroundJob("test")
	for name, repair := range map[string]func(u *account.User) error{
		"alice": func(u *account.User) error {
			_, err := s.registry.SetPasswordOf(ctx, operator, u.ID, newPassword)
			return err
		},
		"bob": func(u *account.User) error {
			_, err := s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.SetEmail("right@example.com"); return nil })
			return err
		},
		"carol": func(u *account.User) error {
			_, err := s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.Disabled = true; return nil })
			return err
		},
	} {
		u := s.registered(t, name)
		id, err := s.RequestEmail(ctx, u.ID, "new-"+name+"@example.com", "")
		require.NoError(t, err)
		_, code := s.sent(t, "new-"+name+"@example.com")
		f.advance(time.Second)
		_, err = s.ConfirmContact(ctx, u.ID, id, code)
		require.NoError(t, err)
		m, undo := s.sent(t, name+"@example.com")
		require.NotEmpty(t, undo)
		require.NoError(t, repair(u))
		_, err = s.Undo(ctx, m.Verification, undo)
		require.ErrorIs(t, err, verification.ErrClosed, name)
	}
}

// Whoever asks often for the codes of another person neither gets more guesses by it nor keeps messages
// about the account from the person, nor learns what belongs together.
func testMessagesCannotBeUsedUp(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	guessable := 0
	for range 40 {
		id, err := s.Forgot(ctx, account.Forgotten{Contact: "alice"})
		require.NoError(t, err)
		v, err := s.Opened(ctx, id)
		require.NoError(t, err)
		if !v.UserID.IsZero() {
			guessable++
		}
	}
	assert.Equal(t, 10, guessable, "as many as messages")
	for _, alias := range []string{"alice+a@example.com", "alice+b@example.com"} {
		_, err := s.Forgot(ctx, account.Forgotten{Contact: alias})
		require.NoError(t, err)
	}
	_, err := s.Register(ctx, account.Application{Username: "new", Email: "alice+x@example.com", Password: goodPassword}, "")
	require.NoError(t, err, "the refusal would tell that the user name belongs to the address")
	id, err := s.RequestEmail(ctx, u.ID, "new@example.com", "")
	require.NoError(t, err)
	_, code := s.sent(t, "new@example.com")
	f.advance(time.Second)
	_, err = s.ConfirmContact(ctx, u.ID, id, code)
	require.NoError(t, err)
	m, undo := s.sent(t, "alice@example.com")
	assert.Equal(t, notify.ContactChanged, m.Kind)
	assert.NotEmpty(t, undo)
}

// A number that was not proved keeps nobody from proving it, and tells nothing of its owner.
func testUnprovedPhone(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, func(p *account.Policy) { p.Private = true })
	const number = "+442071838750"
	for _, name := range []string{"squatter", "owner", "prober"} {
		a := account.Application{Username: name, Email: name + "@example.com", Phone: number, Password: goodPassword}
		if name == "owner" {
			a.Email = ""
		}
		id, err := s.Register(ctx, a, "")
		require.NoError(t, err, name)
		address := a.Email
		if address == "" {
			address = number
		}
		_, code := s.sent(t, address)
		u, err := s.Confirm(ctx, id, code)
		require.NoError(t, err, name)
		assert.Equal(t, []any{number, name == "owner"}, []any{u.Phone, u.PhoneVerified}, name)
		f.advance(time.Minute)
	}
	prober, err := f.UserByLogin(ctx, "prober")
	require.NoError(t, err)
	id, err := s.RequestPhone(ctx, prober.ID, "+4915112345678", "")
	require.NoError(t, err)
	_, code := s.sent(t, "+4915112345678")
	f.advance(time.Second)
	_, err = s.ConfirmContact(ctx, prober.ID, id, code)
	require.NoError(t, err)
	m, _ := s.sent(t, number)
	assert.NotEqual(t, notify.ContactChanged, m.Kind, "nobody proved that the former number is the user's")
	m, undo := s.sent(t, "prober@example.com")
	assert.Equal(t, notify.ContactChanged, m.Kind)
	assert.NotEmpty(t, undo)
}

// A number that several users have, or that nobody proved, does not tell whose account it is.
func testRecoveryByPhone(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	id, err := s.RequestPhone(ctx, u.ID, "+442071838750", "")
	require.NoError(t, err)
	_, code := s.sent(t, "+442071838750")
	_, err = s.ConfirmContact(ctx, u.ID, id, code)
	require.NoError(t, err)
	f.advance(time.Second)
	id, err = s.Forgot(ctx, account.Forgotten{Contact: "+442071838750"})
	require.NoError(t, err)
	m, code := s.sent(t, "+442071838750")
	assert.Equal(t, []any{notify.ResetPassword, notify.SMS}, []any{m.Kind, m.Channel})
	_, err = s.Reset(ctx, id, code, newPassword)
	require.NoError(t, err)
	require.NoError(t, s.registry.Create(ctx, audit.BackgroundJob("test"), &account.User{Username: "bob", Phone: "+442071838750", PhoneVerified: true}, ""))
	id, err = s.Forgot(ctx, account.Forgotten{Contact: "+442071838750"})
	require.NoError(t, err)
	v, err := s.Opened(ctx, id)
	require.NoError(t, err)
	assert.True(t, v.UserID.IsZero())
}

func testOwnPassword(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	_, err := s.ChangePassword(ctx, u, "short")
	require.ErrorIs(t, err, account.ErrPassword)
	got, err := s.ChangePassword(ctx, u, newPassword)
	require.NoError(t, err)
	assert.Equal(t, "plain:"+newPassword, got.PasswordHash)
	_, err = s.ChangePassword(ctx, u, goodPassword)
	require.ErrorIs(t, err, account.ErrSignIn, "the proof is of the former password")
	_, err = s.ChangeProfile(ctx, u.ID, replaced(account.Profile{Picture: "ftp://x"}))
	require.Error(t, err)
	got, err = s.ChangeProfile(ctx, u.ID, replaced(account.Profile{Name: "Alice Liddell"}))
	require.NoError(t, err)
	assert.Equal(t, "Alice Liddell", got.Profile.Name)
}
