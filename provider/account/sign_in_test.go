package account_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// steps counts slow hashes, which determine the response time.
type steps struct {
	hasher

	verified []string
	hashed   int
}

func (s *steps) Hash(ctx context.Context, secret string) (string, error) {
	s.hashed++
	return s.hasher.Hash(ctx, secret)
}

func (s *steps) Verify(ctx context.Context, hash, secret string) (bool, error) {
	s.verified = append(s.verified, hash[:strings.LastIndexByte(hash[:strings.LastIndexByte(hash, '$')], '$')])
	return s.hasher.Verify(ctx, hash, secret)
}

type fixture struct {
	store    *storage.Store
	url      string // of the database
	people   *account.SelfService
	codes    *verification.Codes
	users    *account.Registry
	signIn   *account.SignIn
	steps    *steps
	recorded []event.Event
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	store, url := storagetest.SQLiteAt(t, time.Now)
	f := &fixture{store: store, url: url, steps: &steps{hasher: slowHashes}}
	f.users = account.NewRegistry(store, audit.NewGate(store, store, (*event.Bus)(nil), time.Now, rand.Reader), f.steps, nil,
		event.NewBus(func(_ context.Context, e event.Event) { f.recorded = append(f.recorded, e) }), time.Now, rand.Reader)
	f.people = f.selfService(t, false)
	f.signIn = f.fresh(t)
	require.NoError(t, f.users.Create(t.Context(), audittest.Operator(), &account.User{Username: "alice", Email: "alice@example.com"}, "wonderland"))
	return f
}

// fresh is a sign-in with an unused throttle.
func (f *fixture) fresh(t testing.TB) *account.SignIn {
	t.Helper()
	return f.with(t, f.steps, nil)
}

// hasher is the slow hash of a test.
type hasher interface {
	Hash(ctx context.Context, secret string) (string, error)
	Verify(ctx context.Context, hash, secret string) (bool, error)
}

// with is fresh with another hasher.
func (f *fixture) with(t testing.TB, h hasher, events *event.Bus) *account.SignIn {
	t.Helper()
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	return account.NewSignIn(f.store, f.people, h, ratelimit.NewSignIn(ratelimit.NewMemory(time.Now), table), events)
}

func (f *fixture) verify(t *testing.T, login, password string, devices ...account.Device) (*account.User, error) {
	t.Helper()
	return f.signIn.Verify(t.Context(), account.Attempt{Login: login, Password: password, Prefix: "192.0.2.1/32", Devices: devices})
}

func TestSignInByNameOrAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, login := range []string{"alice", "ALICE ", "Alice@Example.com"} {
		u, err := f.verify(t, login, "wonderland")
		require.NoError(t, err, login)
		assert.Equal(t, "alice", u.Username)
	}
}

// The attempts on an account are counted together under all its names (Authelia CVE-2025-24806
// and CVE-2026-47203).
func TestNameAndAddressShareTheirAttempts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var throttled *account.Throttled
	for i := range 12 {
		_, err := f.verify(t, []string{"alice", "ALICE", "alice@example.com", " Alice@EXAMPLE.com"}[i%4], "wrong")
		if i < 10 {
			require.ErrorIs(t, err, account.ErrSignIn, i)
		} else {
			require.ErrorAs(t, err, &throttled, i)
		}
	}
	_, err := f.verify(t, "bob", "wrong")
	assert.ErrorIs(t, err, account.ErrSignIn, "another account")
}

// A verified phone number is a name like the others, in each spelling, and counted with them. Numbers that
// nobody has verified, or several users have, sign nobody in.
func TestSignInByPhoneNumber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, u := range map[string]account.User{
		"carol": {Phone: "+442071838750", PhoneVerified: true}, "dave": {Phone: "+442071838751"},
		"erin": {Phone: "+442071838752", PhoneVerified: true}, "frank": {Phone: "+442071838752", PhoneVerified: true},
	} {
		u.Username = name
		require.NoError(t, f.users.Create(t.Context(), audittest.Operator(), &u, "wonderland"))
	}
	for _, number := range []string{"+442071838750", "+44 20 7183 8750", "0044 (0)20-7183-8750"} {
		u, err := f.verify(t, number, "wonderland")
		require.NoError(t, err, number)
		assert.Equal(t, "carol", u.Username)
	}
	for _, number := range []string{"+442071838751", "+442071838752", "+442071838753"} {
		_, err := f.verify(t, number, "wonderland")
		require.ErrorIs(t, err, account.ErrSignIn, number)
	}
	var throttled *account.Throttled
	for _, number := range [][]string{{"+442071838750", "+44 20 71838750", "carol"}, {"+442071838759", "+44 20 7183 8759", "0044 20 7183 8759"}} {
		f.signIn = f.fresh(t)
		for i := range 10 {
			_, err := f.verify(t, number[i%3], "wrong")
			require.ErrorIs(t, err, account.ErrSignIn, i)
		}
		_, err := f.verify(t, number[0], "wonderland")
		require.ErrorAs(t, err, &throttled)
	}
}

// A browser that has signed in to the account before has its own count, for this account only.
func TestKnownBrowserIsCountedSeparately(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, err := f.store.UserByLogin(t.Context(), "alice")
	require.NoError(t, err)
	other := account.Device{UserID: provider.ID{1}, ID: "another user's browser"}
	var throttled *account.Throttled
	for range 10 {
		_, err := f.verify(t, "alice", "wrong", other)
		require.ErrorIs(t, err, account.ErrSignIn)
	}
	_, err = f.verify(t, "alice", "wonderland", other)
	require.ErrorAs(t, err, &throttled, "a device of another account does not count")
	own := account.Device{UserID: alice.ID, ID: "her own browser"}
	for range 12 {
		_, err = f.verify(t, "alice", "wonderland", other, own)
		require.NoError(t, err)
	}
}

// 8 to 128 characters, all of them significant, and no common password.
func TestPasswordsThatAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	create := func(name, password string) error {
		return f.users.Create(t.Context(), audittest.Operator(), &account.User{Username: name, Email: name + "@example.com"}, password)
	}
	for _, password := range []string{"short", strings.Repeat("x", 129), "\xff\xff\xff\xff\xff\xff\xff\xff"} {
		require.ErrorIs(t, create("bob", password), account.ErrPassword, password)
	}
	for _, password := range []string{"password", "PassWord", "12345678", "qwertyuiop", "iloveyou", "bobbybobby", "bobbybobby@example.com"} {
		require.ErrorIs(t, create("bobbybobby", password), account.ErrCommon, password)
	}
	require.NoError(t, create("bob", strings.Repeat("ü", 128)))
	_, err := f.users.SetPassword(t.Context(), audittest.Operator(), "bob", "password1")
	require.ErrorIs(t, err, account.ErrCommon)
	_, err = f.verify(t, "bob", strings.Repeat("ü", 127))
	assert.ErrorIs(t, err, account.ErrSignIn, "the last character is significant")
}

// An unknown user, a disabled one and a wrong password give the same error after the same work,
// one hash of the same cost: otherwise an attacker could find out which accounts exist.
func TestEveryFailureDoesTheSameWork(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "nopassword"}, ""))
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "disabled"}, "wonderland"))
	_, err := f.users.Update(ctx, audittest.Operator(), "disabled", func(u *account.User) { u.Disabled = true })
	require.NoError(t, err)
	f.applied(t, "applied@example.com")
	for _, try := range [][2]string{
		{"applied@example.com", "wrong"},
		{"applied@example.com", ""},
		{"alice", "wrong"},
		{"alice", ""},
		{"alice", strings.Repeat("x", 2000)},
		{"alice", "\xff"},
		{"nobody", "wonderland"},
		{"", ""},
		{"' OR 1=1--", "x"},
		{"nopassword", ""},
		{"nopassword", "x"},
		{"disabled", "wonderland"},
	} {
		f.steps.verified = nil
		_, err := f.verify(t, try[0], try[1])
		require.ErrorIs(t, err, account.ErrSignIn, try)
		assert.Equal(t, []string{"$argon2id$v=19$m=19456,t=2,p=1"}, f.steps.verified, try)
	}
}

// The same in milliseconds, known and unknown users in turn, measured as processor time: wall
// time on a busy machine depends on other processes. The parallel tests of this package have not
// started yet.
func TestKnownAndUnknownUsersTakeTheSameTime(t *testing.T) {
	f := newFixture(t)
	f.applied(t, "applied@example.com")
	took := map[string][]time.Duration{}
	for range 25 { // each some 25 ms
		for _, login := range []string{"alice", "nobody", "applied@example.com"} {
			f.signIn = f.with(t, password.New(rand.Reader, 2), nil) // never throttled, and none of its hashes remembered
			began := processorTime(t)
			_, err := f.verify(t, login, "wrong")
			took[login] = append(took[login], processorTime(t)-began)
			require.ErrorIs(t, err, account.ErrSignIn)
		}
	}
	known, unknown, applied := slices.Min(took["alice"]), slices.Min(took["nobody"]), slices.Min(took["applied@example.com"])
	t.Logf("known %s, unknown %s, not confirmed %s", known, unknown, applied)
	assert.Greater(t, unknown, 5*time.Millisecond, "a slow hash was measured")
	// On a busy machine a hash takes several times as long; without one, all of it would be missing.
	assert.Less(t, (known - unknown).Abs(), max(5*time.Millisecond, known/8))
	assert.Less(t, (known - applied).Abs(), max(5*time.Millisecond, known/8))
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// An attack fills the queue for slow hashes: its attempts are refused without being counted, and
// a browser that has signed in before still gets in.
func TestFullHashQueueDoesNotLockOutAKnownBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, err := f.store.UserByLogin(t.Context(), "alice")
	require.NoError(t, err)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	signIn := account.NewSignIn(f.store, nil, password.New(rand.Reader, 1), ratelimit.NewSignIn(ratelimit.NewMemory(time.Now), table), (*event.Bus)(nil))
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	var busy atomic.Int64
	for i := range 30 {
		guess := account.Attempt{Login: fmt.Sprintf("nobody-%d", i), Password: "guess", Prefix: fmt.Sprintf("192.0.2.%d/32", i)}
		crowd.Go(func() {
			for ctx.Err() == nil {
				_, err := signIn.Verify(ctx, guess)
				var throttled *account.Throttled
				switch {
				case errors.Is(err, provider.ErrBusy):
					busy.Add(1)
				case errors.As(err, &throttled): // ten passwords were checked
					return
				}
			}
		})
	}
	require.Eventually(t, func() bool { return busy.Load() > 100 }, 30*time.Second, time.Millisecond)
	known := []account.Device{{UserID: alice.ID, ID: "her own browser"}}
	for range 3 {
		_, err = signIn.Verify(t.Context(), account.Attempt{Login: "alice", Password: "wonderland", Prefix: "198.51.100.1/32", Devices: known})
		require.NoError(t, err)
	}
	stop()
	crowd.Wait()
}
