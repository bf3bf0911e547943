package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
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

// plainHasher stands in for the slow hash, which is tested elsewhere.
type plainHasher struct{}

func (plainHasher) Hash(_ context.Context, secret string) (string, error) {
	return "plain:" + secret, nil
}

func (plainHasher) Verify(_ context.Context, hash, secret string) (bool, error) {
	return hash == "plain:"+secret, nil
}

// selfService is what people do themselves, over the database of the fixture.
type selfService struct {
	*account.SelfService

	f        *fixture
	codes    *verification.Codes
	registry *account.Registry
	ring     *keyring.Ring
}

const goodPassword = "correct horse battery"

func (f *fixture) selfService(t *testing.T, change func(p *account.Policy)) *selfService {
	t.Helper()
	gate := audit.NewGate(f.outbox(), f.Store, event.NewBus(), f.clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.Store, gate, keyring.Secrets{Current: []byte("a secret of the tests, 32 bytes at least")}, f.clock, rand.Reader)
	require.NoError(t, err)
	registry := account.NewRegistry(f.Store, gate, plainHasher{}, nil, event.NewBus(), f.clock, rand.Reader)
	codes := verification.NewCodes(f.Store, ring.Key(keyring.Verification), "https://id.example.com", f.clock, rand.Reader)
	policy := account.Policy{Open: true, Mail: true, SMS: true}
	if change != nil {
		change(&policy)
	}
	return &selfService{account.NewSelfService(registry, f.Store, f.Store, codes, notify.NewOutbox(f.Store, f.clock, rand.Reader), policy), f, codes, registry, ring}
}

// sent is the newest message to an address, and the code in it.
func (s *selfService) sent(t *testing.T, to string) (m notify.Stored, code string) {
	t.Helper()
	all, err := s.f.Messages(t.Context(), 1000)
	require.NoError(t, err)
	for _, one := range all {
		if one.To == to {
			if !one.Verification.IsZero() {
				code, _, err = s.codes.Code(t.Context(), one.Verification)
				if !errors.Is(err, provider.ErrNotFound) { // used by now
					require.NoError(t, err)
				}
			}
			return one, code
		}
	}
	return notify.Stored{}, ""
}

// registered is a user who registered and confirmed.
func (s *selfService) registered(t *testing.T, name string) *account.User {
	t.Helper()
	id, err := s.Register(t.Context(), account.Application{Username: name, Email: name + "@example.com", Password: goodPassword}, "de")
	require.NoError(t, err)
	_, code := s.sent(t, name+"@example.com")
	u, err := s.Confirm(t.Context(), id, code)
	require.NoError(t, err)
	s.f.advance(time.Minute)
	return u
}

func testRegistration(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	id, err := s.Register(ctx, account.Application{Username: "Alice", Email: "Alice@Example.com", Password: goodPassword, Profile: account.Profile{Name: "Alice"}}, "de")
	require.NoError(t, err)
	_, err = f.User(ctx, id)
	require.ErrorIs(t, err, provider.ErrNotFound, "nobody has an account without the code")
	m, code := s.sent(t, "alice@example.com")
	assert.Equal(t, []any{notify.ConfirmRegistration, notify.Mail, "de"}, []any{m.Kind, m.Channel, m.Locale})
	f.advance(time.Second)
	require.NoError(t, s.Resend(ctx, id))
	again, same := s.sent(t, "alice@example.com")
	assert.NotEqual(t, m.ID, again.ID)
	assert.Equal(t, code, same)

	_, err = s.Confirm(ctx, id, other(code))
	require.ErrorIs(t, err, verification.ErrCode)
	u, err := s.Confirm(ctx, id, " "+code[:4]+" "+code[4:])
	require.NoError(t, err, "as people type it")
	assert.Equal(t, []any{id, "alice", "alice@example.com", true, "Alice"}, []any{u.ID, u.Username, u.Email, u.EmailVerified, u.Profile.Name})
	kept, err := f.User(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, []string{u.Subject, u.PasswordHash, u.Email}, []string{kept.Subject, kept.PasswordHash, kept.Email})
	assert.Empty(t, kept.Roles)
	_, err = s.Confirm(ctx, id, code)
	require.ErrorIs(t, err, verification.ErrClosed, "used")
	require.ErrorIs(t, s.Resend(ctx, id), verification.ErrClosed)
	require.ErrorIs(t, s.Resend(ctx, f.newID()), verification.ErrClosed)

	// Taken names and contacts are told, all at once.
	_, err = s.Register(ctx, account.Application{Username: "ALICE", Email: "alice@EXAMPLE.com", Password: "short"}, "")
	for _, kind := range []error{account.ErrUsernameTaken, account.ErrEmailTaken, account.ErrPassword} {
		require.ErrorIs(t, err, kind)
	}
	_, err = s.Register(ctx, account.Application{Username: "bob", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrContactMissing)

	// By phone, and by an email address as the user name.
	id, err = s.Register(ctx, account.Application{Username: "carol", Phone: "+442071838750", Password: goodPassword}, "")
	require.NoError(t, err)
	_, code = s.sent(t, "+442071838750")
	u, err = s.Confirm(ctx, id, code)
	require.NoError(t, err)
	assert.True(t, u.PhoneVerified)
	_, err = s.Register(ctx, account.Application{Username: "mallory", Phone: "+442071838750", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrPhoneTaken)
	id, err = s.Register(ctx, account.Application{Username: "dave.smith+x@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	_, code = s.sent(t, "dave.smith+x@example.com")
	u, err = s.Confirm(ctx, id, code)
	require.NoError(t, err)
	assert.Equal(t, "dave.smith+x", u.Username)

	f.advance(25 * time.Hour)
	id, err = s.Register(ctx, account.Application{Username: "late", Email: "late@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	_, code = s.sent(t, "late@example.com")
	f.advance(24 * time.Hour)
	_, err = s.Confirm(ctx, id, code)
	require.ErrorIs(t, err, verification.ErrClosed, "expired")
}

// Nobody occupies the address of another person: the newest registration counts. What an attacker chose is
// worth nothing after that, and the owner of an address who follows the link of the attacker's message needs
// the attacker's password.
func testRegistrationIsReplaced(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	attacker, err := s.Register(ctx, account.Application{Username: "attacker", Email: "victim@example.com", Password: "the attacker's password"}, "")
	require.NoError(t, err)
	_, first := s.sent(t, "victim@example.com")
	_, err = s.ConfirmWithPassword(ctx, attacker, first, goodPassword, "")
	require.ErrorIs(t, err, account.ErrSignIn)
	f.advance(time.Second)
	victim, err := s.Register(ctx, account.Application{Username: "victim", Email: "victim@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	_, err = s.Confirm(ctx, attacker, first)
	require.ErrorIs(t, err, verification.ErrClosed)
	_, code := s.sent(t, "victim@example.com")
	_, err = s.Confirm(ctx, victim, first)
	require.ErrorIs(t, err, verification.ErrCode, "of another registration")
	u, err := s.ConfirmWithPassword(ctx, victim, code, goodPassword, "")
	require.NoError(t, err)
	assert.Equal(t, "victim", u.Username)
}

func testRegistrationPolicies(t *testing.T, f *fixture) {
	ctx := t.Context()
	_, err := f.selfService(t, func(p *account.Policy) { p.Open = false }).Register(ctx, account.Application{Username: "a", Email: "a@example.com", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrRegistrationOff)
	limited := f.selfService(t, func(p *account.Policy) { p.Domains = []string{"example.com"} })
	for _, contact := range []account.Application{{Email: "a@example.org"}, {Email: "a@sub.example.com"}, {Email: "a@notexample.com"}, {Email: "a%evil.example@example.com"}, {Email: "evil.example!a@example.com"}, {Email: "=?utf-8?q?a=40evil.example=3e=20?=@example.com"}, {Phone: "+442071838750"}} {
		contact.Username, contact.Password = "alice", goodPassword
		_, err := limited.Register(ctx, contact, "")
		require.ErrorIs(t, err, account.ErrDomain, contact)
	}
	_, err = limited.Register(ctx, account.Application{Username: "alice", Email: "a@EXAMPLE.com", Password: goodPassword}, "")
	require.NoError(t, err)
	_, err = f.selfService(t, func(p *account.Policy) { p.SMS = false }).Register(ctx, account.Application{Username: "alice", Phone: "+442071838750", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrChannel)
}

// What the operator allows counts when a registration ends, too.
func testRegistrationsUnderAnotherPolicy(t *testing.T, f *fixture) {
	ctx := t.Context()
	id, err := f.selfService(t, nil).Register(ctx, account.Application{Username: "alice", Email: "alice@spam.example", Password: goodPassword}, "")
	require.NoError(t, err)
	for want, change := range map[error]func(p *account.Policy){
		account.ErrRegistrationOff: func(p *account.Policy) { p.Open = false },
		account.ErrUninvited:       byInvitation,
		account.ErrDomain:          func(p *account.Policy) { p.Domains = []string{"example.com"} },
	} {
		s := f.selfService(t, change)
		_, code := s.sent(t, "alice@spam.example")
		require.ErrorIs(t, s.Resend(ctx, id), want)
		_, err = s.Confirm(ctx, id, code)
		require.ErrorIs(t, err, want)
		_, err = s.ConfirmWithPassword(ctx, id, code, goodPassword, "")
		require.ErrorIs(t, err, want)
	}
	s := f.selfService(t, nil)
	_, code := s.sent(t, "alice@spam.example")
	_, err = s.Confirm(ctx, id, code)
	require.NoError(t, err)
}

// A user name is asked for where none can be made of an email address, and not while the contact is what is
// wrong.
func testRegistrationWithoutUsername(t *testing.T, f *fixture) {
	all := func(*account.Policy) {}
	for name, test := range map[string]struct {
		change      func(p *account.Policy)
		application account.Application
		want        []error
	}{
		"of a phone number":       {all, account.Application{Phone: "+442071838750"}, []error{account.ErrUsernameMissing}},
		"spaces":                  {all, account.Application{Username: " ", Email: " ", Phone: " +442071838750 "}, []error{account.ErrUsernameMissing}},
		"no contact":              {all, account.Application{}, []error{account.ErrContactMissing}},
		"a wrong number":          {all, account.Application{Phone: "020 7183"}, []error{account.ErrPhone}},
		"a wrong address":         {all, account.Application{Email: "ada"}, []error{account.ErrEmail}},
		"numbers not admitted":    {func(p *account.Policy) { p.Domains = []string{"example.com"} }, account.Application{Phone: "+442071838750"}, []error{account.ErrDomain}},
		"no SMS":                  {func(p *account.Policy) { p.SMS = false }, account.Application{Phone: "+442071838750"}, []error{account.ErrChannel}},
		"a wrong name, no number": {all, account.Application{Username: "a"}, []error{account.ErrContactMissing, account.ErrUsername}},
	} {
		t.Run(name, func(t *testing.T) {
			test.application.Password = goodPassword
			_, err := f.selfService(t, test.change).Register(t.Context(), test.application, "")
			var wrong account.Wrong
			require.ErrorAs(t, err, &wrong)
			require.Len(t, wrong, len(test.want), "%v", wrong)
			for n, kind := range test.want {
				assert.ErrorIs(t, wrong[n], kind)
			}
		})
	}
}

// Where contacts are private, an applicant is answered alike whether another user has the contact, and
// the owner learns of it.
func testPrivateContacts(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.selfService(t, nil).registered(t, "alice")
	s := f.selfService(t, func(p *account.Policy) { p.Private = true })
	f.statements.Store(0)
	_, err := s.Register(ctx, account.Application{Username: "free", Email: "free@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	free := f.statements.Swap(0)
	id, err := s.Register(ctx, account.Application{Username: "other", Email: "alice@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	assert.Equal(t, free, f.statements.Load(), "it takes as long")
	m, code := s.sent(t, "alice@example.com")
	assert.Equal(t, notify.AddressTaken, m.Kind)
	assert.Empty(t, code)
	real, _, err := s.codes.Code(ctx, id)
	require.NoError(t, err)
	_, err = s.Confirm(ctx, id, real)
	require.ErrorIs(t, err, verification.ErrClosed, "whatever the code")
	require.NoError(t, s.Resend(ctx, id))
	_, err = s.Register(ctx, account.Application{Username: "alice", Email: "x@example.com", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrUsernameTaken, "user names are told")
}

// Of 50 registrations of one address at once one can be confirmed, and of 50 uses of its code one succeeds.
func testRegistrationRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	var group sync.WaitGroup
	var limited atomic.Int32
	ids := make([]provider.ID, 50)
	for i := range ids {
		group.Go(func() {
			id, err := s.Register(ctx, account.Application{Username: fmt.Sprintf("user%d", i), Email: "one@example.com", Password: goodPassword}, "")
			if errors.Is(err, notify.ErrTooMany) {
				limited.Add(1)
				return
			}
			assert.NoError(t, err)
			ids[i] = id
		})
	}
	group.Wait()
	assert.Positive(t, limited.Load(), "messages to one address are bounded")
	open := 0
	var winner provider.ID
	for _, id := range ids {
		if v, err := s.Opened(ctx, id); err == nil {
			open++
			winner = v.ID
		}
	}
	require.Equal(t, 1, open)
	code, _, err := s.codes.Code(ctx, winner)
	require.NoError(t, err)
	var created atomic.Int32
	for range 50 {
		group.Go(func() {
			if _, err := s.Confirm(ctx, winner, code); err == nil {
				created.Add(1)
			} else {
				assert.ErrorIs(t, err, verification.ErrClosed)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, created.Load())
	assert.Equal(t, 1, Count(t, f.url, "users"))
}
