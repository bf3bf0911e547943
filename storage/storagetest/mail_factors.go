package storagetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// mailed asks for a code in the browser "home", and reads it from the mail.
func (s *factors) mailed(t *testing.T, u *account.User) (code string) {
	t.Helper()
	s.f.advance(time.Second) // ids of one instant have no order
	require.NoError(t, s.SendMail(t.Context(), factor.MailRequest{User: u, Browser: []byte("home"), Device: "Firefox on Windows", Network: "192.0.2.1/32"}))
	m, code := s.people.sent(t, u.Email)
	require.Equal(t, notify.SecondFactorCode, m.Kind)
	assert.Equal(t, []string{"Firefox on Windows", "192.0.2.1/32"}, []string{m.Data.Device, m.Data.Network})
	assert.Len(t, code, 6)
	return code
}

// setUpMail has a user get codes by mail.
func (s *factors) setUpMail(t *testing.T, u *account.User) (recoveryCodes []string) {
	t.Helper()
	recoveryCodes, err := s.SetUpMail(t.Context(), u, []byte("home"), s.mailed(t, u))
	require.NoError(t, err)
	s.f.advance(time.Hour)
	return recoveryCodes
}

// types a code that came by mail into a browser.
func (s *factors) types(ctx context.Context, u *account.User, browser, code string) error {
	return s.CheckMail(ctx, factor.Attempt{User: u, Code: code, Prefix: "192.0.2.1/32", Browser: []byte(browser)})
}

// The address stays whose codes are the only factor of a user who must have one.
func testMailFactorKeepsTheAddress(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	s.people.KeepFactors(factor.NewSessions(factor.Policy{Roles: []string{"guarded"}}, f.Store, f.clock))
	guarded := s.people.withPhone(t, s.people.registered(t, "alice"), somePhone)
	guarded.Roles = []string{"guarded"}
	require.NoError(t, f.UpdateUser(ctx, guarded))
	free := s.people.withPhone(t, s.people.registered(t, "bob"), "+4915112345678")
	for _, u := range []*account.User{guarded, free} {
		s.setUpMail(t, u)
	}
	f.advance(73 * time.Hour)
	_, err := s.people.RemoveEmail(ctx, f.current(t, guarded))
	require.ErrorIs(t, err, account.ErrLastFactor)
	assert.Equal(t, []string{factor.Mail}, f.current(t, guarded).Factors)
	_, err = s.people.RemoveEmail(ctx, f.current(t, free))
	require.NoError(t, err)
	assert.Empty(t, f.current(t, free).Factors)

	// With another factor, and where a number is removed, nothing is lost.
	require.NoError(t, s.RemoveMail(ctx, f.current(t, guarded), provider.ID{}))
	now := f.current(t, guarded)
	s.setUp(t, now)
	_, err = s.people.RemoveEmail(ctx, f.current(t, guarded))
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, f.current(t, guarded).Factors)
}

func testMailFactor(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	verified := *u
	code := s.mailed(t, u)
	_, err := s.SetUpMail(ctx, u, []byte("home"), other(code))
	require.ErrorIs(t, err, factor.ErrCode)
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, back, "nothing is stored before the code is right")
	require.ErrorIs(t, s.types(ctx, u, "home", code), factor.ErrCode, "no sign-in with the code of a set-up")
	codes, err := s.SetUpMail(ctx, u, []byte("home"), " "+code[:3]+" "+code[3:])
	require.NoError(t, err)
	assert.Len(t, codes, 10)
	made := f.clock()
	back, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.Mail}, back.Factors)
	assert.Equal(t, back, u, "whoever goes on has the new generation")
	require.ErrorIs(t, f.CreateSession(ctx, f.newSession(&verified)), provider.ErrStale, "a sign-in with the password alone")
	assert.Equal(t, []string{u.Email}, s.people.recipients(t, notify.FactorAdded))
	_, err = s.SetUpMail(ctx, u, []byte("home"), code)
	require.ErrorIs(t, err, factor.ErrCode, "used")

	f.advance(time.Hour)
	code = s.mailed(t, u)
	require.ErrorIs(t, s.types(ctx, u, "home", other(code)), factor.ErrCode)
	require.NoError(t, s.types(ctx, u, "home", code))
	require.ErrorIs(t, s.types(ctx, u, "home", code), factor.ErrCode, "used")
	of, err := s.Of(ctx, u.ID)
	require.NoError(t, err)
	used := f.clock()
	assert.Equal(t, &factor.App{CreatedAt: made, UsedAt: &used}, of.Mail)
	require.NoError(t, s.recover(ctx, u, codes[0]))

	require.NoError(t, s.RemoveMail(ctx, u, provider.ID{}))
	assert.Empty(t, u.Factors)
	of, err = s.Of(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, factor.Factors{}, of, "recovery codes go with the last factor")
	require.ErrorIs(t, s.RemoveMail(ctx, u, provider.ID{}), factor.ErrNoFactor)
	assert.Equal(t, []string{u.Email}, s.people.recipients(t, notify.FactorRemoved))

	bob := f.user(t, "bob")
	s.setUpMail(t, bob)
	kinds, err := f.openWithout(t).RemoveFactors(ctx, bob.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.Mail}, kinds, "also while it is not offered")
	_, err = f.MailFactor(ctx, bob.ID)
	require.ErrorIs(t, err, provider.ErrNotFound, "a reset removes every kind")
}

// Who has been talked into telling a code, or has the mail read by somebody else, is safe with it: it is worth
// something in the browser alone that asked.
func testMailCodesOfOneBrowser(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u, bob := f.user(t, "alice"), f.user(t, "bob")
	_, err := s.SetUpMail(ctx, u, []byte("elsewhere"), s.mailed(t, u))
	require.ErrorIs(t, err, factor.ErrCode)
	_, err = s.SetUpMail(ctx, bob, []byte("home"), s.mailed(t, u))
	require.ErrorIs(t, err, factor.ErrCode)
	s.setUpMail(t, u)
	s.setUpMail(t, bob)
	code := s.mailed(t, u)
	for _, browser := range []string{"elsewhere", ""} {
		require.ErrorIs(t, s.types(ctx, u, browser, code), factor.ErrCode, browser)
		sent, err := s.MailSent(ctx, u, []byte(browser))
		require.NoError(t, err)
		assert.False(t, sent, browser)
	}
	require.ErrorIs(t, s.types(ctx, bob, "home", code), factor.ErrCode)
	require.ErrorIs(t, s.SendMail(ctx, factor.MailRequest{User: u}), factor.ErrNoFactor, "a browser that is not known")
	f.advance(time.Second)
	require.NoError(t, s.SendMail(ctx, factor.MailRequest{User: u, Browser: []byte("elsewhere")}))
	_, theirs := s.people.sent(t, u.Email)
	require.ErrorIs(t, s.types(ctx, u, "home", theirs), factor.ErrCode)
	sent, err := s.MailSent(ctx, u, []byte("home"))
	require.NoError(t, err)
	assert.True(t, sent, "who knows the password does not end it by another one")
	require.NoError(t, s.types(ctx, u, "home", code))
}

func testMailCodesEnd(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	s.setUpMail(t, u)
	first := s.mailed(t, u)
	second := s.mailed(t, u)
	require.ErrorIs(t, s.types(ctx, u, "home", first), factor.ErrCode, "another one was sent")
	require.NoError(t, s.types(ctx, u, "home", second))
	require.ErrorIs(t, s.types(ctx, u, "home", first), factor.ErrCode, "nor does it come back when that was used")

	code := s.mailed(t, u)
	f.advance(10 * time.Minute)
	require.ErrorIs(t, s.types(ctx, u, "home", code), factor.ErrCode, "after ten minutes")

	f.advance(time.Hour)
	code = s.mailed(t, u)
	for range 5 {
		require.ErrorIs(t, s.types(ctx, u, "home", other(code)), factor.ErrCode)
	}
	require.ErrorIs(t, s.types(ctx, u, "home", code), factor.ErrCode, "after five that were wrong")
	sent, err := s.MailSent(ctx, u, []byte("home"))
	require.NoError(t, err)
	assert.False(t, sent)

	f.advance(24 * time.Hour)
	code = s.mailed(t, u)
	require.NoError(t, f.ForgetBrowsers(ctx, u.ID))
	u, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	require.ErrorIs(t, s.types(ctx, u, "home", code), factor.ErrCode, "a user who was changed since")
}

// Each code is worth five guesses, so there are five in an hour, which take no room from what the user has to be told.
func testMailCodesAreBounded(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	s.setUpMail(t, u)
	var last string
	for range 5 {
		last = s.mailed(t, u)
	}
	var many *notify.TooMany
	require.ErrorAs(t, s.SendMail(ctx, factor.MailRequest{User: u, Browser: []byte("home")}), &many)
	assert.Equal(t, time.Hour, many.RetryAfter.Round(time.Hour))
	require.NoError(t, s.types(ctx, u, "home", last), "the one before is still good")

	// Who knows the password has used them up, and the owner sits at a browser that is known.
	at := func(user provider.ID) error {
		return s.SendMail(ctx, factor.MailRequest{User: u, Browser: []byte("known"), Devices: []account.Device{{UserID: user, ID: "device"}}})
	}
	require.ErrorAs(t, at(f.newID()), &many, "known to somebody else")
	var sent atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if err := at(u.ID); err == nil {
				sent.Add(1)
			} else {
				assert.ErrorIs(t, err, notify.ErrTooMany)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 5, sent.Load(), "five there, too")
	require.NoError(t, s.RemoveMail(ctx, u, provider.ID{}))
	assert.Equal(t, []string{u.Email}, s.people.recipients(t, notify.FactorRemoved), "it has room")
	f.advance(time.Hour)
	s.mailed(t, u)
}

// The factor is the verified address of the account. It follows to another one that is verified, and goes without one:
// nothing is ever sent to an address that nobody has proved.
func testMailFollowsTheAddress(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	s.setUpMail(t, u)
	code := s.mailed(t, u)
	u.Email = "alice@example.org"
	require.NoError(t, f.UpdateUser(ctx, u))
	require.ErrorIs(t, s.types(ctx, u, "home", code), factor.ErrCode, "it went to the former address")
	code = s.mailed(t, u)
	require.ErrorIs(t, f.UseMailFactor(ctx, u.ID, "alice@example.com"), provider.ErrNotFound)
	require.NoError(t, s.types(ctx, u, "home", code))

	for name, change := range map[string]func(u *account.User){
		"bob":  func(u *account.User) { u.EmailVerified = false },
		"carl": func(u *account.User) { u.Email, u.EmailVerified = "carl@example.org", false },
		"dora": func(u *account.User) { u.Email, u.EmailVerified = "", false },
	} {
		u := f.user(t, name)
		s.setUpMail(t, u)
		code := s.mailed(t, u)
		before := *u
		change(u)
		require.NoError(t, f.UpdateUser(ctx, u))
		back, err := f.User(ctx, u.ID)
		require.NoError(t, err)
		assert.Empty(t, back.Factors, name)
		assert.Equal(t, []any{back.Factors, back.Generation}, []any{u.Factors, u.Generation}, name)
		assert.Greater(t, u.Generation, before.Generation, name)
		of, err := s.Of(ctx, u.ID)
		require.NoError(t, err)
		assert.Equal(t, factor.Factors{}, of, name)
		require.ErrorIs(t, s.types(ctx, &before, "home", code), factor.ErrCode, "%s: a sign-in that was under way", name)
		require.ErrorIs(t, s.SendMail(ctx, factor.MailRequest{User: u, Browser: []byte("home")}), factor.ErrNoFactor, name)
		require.ErrorIs(t, f.SetMailFactor(ctx, u.ID, u.Email, f.clock()), provider.ErrNotFound, name)
		demand := factor.Policy{Everyone: true}.Of(u, []string{"pwd"}, f.clock())
		assert.Equal(t, factor.MustSetUp, demand, name)

		u.Email, u.EmailVerified = name+"@example.com", true
		require.NoError(t, f.UpdateUser(ctx, u))
		back, err = f.User(ctx, u.ID)
		require.NoError(t, err)
		assert.Empty(t, back.Factors, "%s: it does not come back", name)
	}
	e := f.user(t, "eve")
	s.setUpMail(t, e)
	s.setUp(t, e)
	assert.Equal(t, []string{factor.TOTP}, e.Factors, "who has something stronger needs no codes by mail")
	of, err := s.Of(ctx, e.ID)
	require.NoError(t, err)
	assert.Nil(t, of.Mail)
	code = s.mailed(t, e)
	_, err = s.SetUpMail(ctx, e, []byte("home"), code)
	require.ErrorIs(t, err, factor.ErrExists, "nor gets past it by them")
	e.EmailVerified = false
	require.NoError(t, f.UpdateUser(ctx, e))
	assert.Equal(t, []string{factor.TOTP}, e.Factors)
}

// Where the operator turns it off, who had it is as without: nobody is asked for a code that no one sends.
func testMailNotOffered(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u, both := f.user(t, "alice"), f.user(t, "bob")
	s.setUpMail(t, u)
	s.setUpMail(t, both)
	s.setUp(t, both)
	live := f.session(t, u)
	off := f.openWithout(t)
	for name, read := range map[string]func() (*account.User, error){
		"id":    func() (*account.User, error) { return off.User(ctx, u.ID) },
		"login": func() (*account.User, error) { return off.UserByLogin(ctx, "alice", "alice@example.com") },
		"session": func() (*account.User, error) {
			read, err := off.Session(ctx, live.ID)
			if err != nil {
				return nil, err
			}
			return read.User, nil
		},
	} {
		back, err := read()
		require.NoError(t, err, name)
		assert.Empty(t, back.Factors, name)
		assert.Equal(t, factor.Nothing, factor.Policy{}.Of(back, []string{"pwd"}, f.clock()), name)
		assert.Equal(t, factor.MustSetUp, factor.Policy{Everyone: true}.Of(back, []string{"pwd"}, f.clock()), name)
	}
	_, err := off.MailFactor(ctx, u.ID)
	require.ErrorIs(t, err, provider.ErrNotFound)
	back, err := off.User(ctx, both.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, back.Factors, "another factor is demanded as before")
	assert.Equal(t, factor.Prove, factor.Policy{}.Of(back, []string{"pwd"}, f.clock()))
	back, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.Mail}, back.Factors, "turned on again")
}

// The address loses its proof while the factor is set up, in either order; and of a hundred who type a code at once one
// is let in.
func testMailRaces(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	for _, setUpFirst := range []bool{true, false} {
		u := f.user(t, map[bool]string{true: "alice", false: "bob"}[setUpFirst])
		setUp := func(ctx context.Context) error { return f.SetMailFactor(ctx, u.ID, u.Email, f.clock()) }
		doubt := func(ctx context.Context) error {
			doubted := *u
			doubted.EmailVerified = false
			return f.UpdateUser(ctx, &doubted)
		}
		if setUpFirst {
			require.NoError(t, f.overlap(t, setUp, doubt))
		} else {
			require.ErrorIs(t, f.overlap(t, doubt, setUp), provider.ErrNotFound)
		}
		back, err := f.User(ctx, u.ID)
		require.NoError(t, err)
		assert.Empty(t, back.Factors)
		_, err = f.MailFactor(ctx, u.ID)
		require.ErrorIs(t, err, provider.ErrNotFound)
	}
	u := f.user(t, "carl")
	s.setUpMail(t, u)
	code := s.mailed(t, u)
	var accepted atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if s.types(ctx, u, "home", code) == nil {
				accepted.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, accepted.Load())
}
