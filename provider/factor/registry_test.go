package factor_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// tries notes what attempts are counted by.
type tries struct {
	taken, returned []account.Try
	full, ofAccount bool
}

func (t *tries) Take(_ context.Context, try account.Try) error {
	if t.full {
		return &account.Throttled{RetryAfter: time.Minute, Account: t.ofAccount}
	}
	t.taken = append(t.taken, try)
	return nil
}

func (t *tries) Return(_ context.Context, try account.Try) { t.returned = append(t.returned, try) }

type fixture struct {
	*factor.Registry

	store    *storage.Store
	user     *account.User
	tries    *tries
	recorded []event.Event
}

func clock() time.Time { return time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC) }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{tries: &tries{}}
	var err error
	f.store = storagetest.SQLite(t, clock)
	bus := event.NewBus(func(_ context.Context, e event.Event) { f.recorded = append(f.recorded, e) })
	gate := audit.NewGate(f.store, f.store, bus, clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.store, gate, keyring.Secrets{Current: bytes.Repeat([]byte{7}, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	users := account.NewRegistry(f.store, gate, nil, nil, bus, clock, rand.Reader)
	codes := verification.NewCodes(f.store, ring.Key(keyring.Verification), "https://id.example.com", clock, rand.Reader)
	account.NewSelfService(users, f.store, f.store, codes, notify.NewOutbox(f.store, clock, rand.Reader), account.Policy{Mail: true})
	f.Registry = factor.NewRegistry(f.store, gate, ring.Key(keyring.Factor), users, bus, "Ann & Söhne: 1+1", clock, rand.Reader)
	f.user = &account.User{ID: provider.NewID(clock(), rand.Reader), Username: "alice", Email: "alice@example.com", CreatedAt: clock(), UpdatedAt: clock()}
	require.NoError(t, f.store.CreateUser(t.Context(), f.user))
	return f
}

func (f *fixture) setUp(t *testing.T) (secret string, codes []string) {
	t.Helper()
	f.Limit(f.tries)
	proposal, err := f.Propose(f.user)
	require.NoError(t, err)
	codes, err = f.SetUpTOTP(t.Context(), f.user, proposal.Secret, factortest.Code(proposal.Secret, clock().Add(-30*time.Second)), provider.ID{})
	require.NoError(t, err)
	f.recorded = nil
	return proposal.Secret, codes
}

func TestProposalsAreForApps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user.Username = "ann+é@example.com"
	one, err := f.Propose(f.user)
	require.NoError(t, err)
	two, err := f.Propose(f.user)
	require.NoError(t, err)
	assert.NotEqual(t, one.Secret, two.Secret)
	assert.Regexp(t, "^[A-Z2-7]{32}$", one.Secret, "160 bits")
	name := "Ann%20&%20S%C3%B6hne%201+1"
	assert.Equal(t, "otpauth://totp/"+name+":ann+%C3%A9@example.com?algorithm=SHA1&digits=6&issuer=Ann%20%26%20S%C3%B6hne%201%2B1&period=30&secret="+one.Secret, one.URL)
	parsed, err := url.Parse(one.URL)
	require.NoError(t, err)
	assert.Equal(t, "/Ann & Söhne 1+1:ann+é@example.com", parsed.Path)
	assert.Equal(t, "Ann & Söhne 1+1", parsed.Query().Get("issuer"), "apps want it to be that of the label")
	assert.Equal(t, one, f.ProposalOf(f.user, one.Secret), "the page is shown again with the same secret")
	_, err = factor.NewRegistry(nil, nil, nil, nil, nil, "", clock, rand.Reader).Propose(f.user)
	assert.ErrorContains(t, err, "no name")
}

// A server that forgets the limits must not accept codes.
func TestNoCodeIsCheckedWithoutLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	err := f.CheckTOTP(t.Context(), factor.Attempt{User: f.user, Code: "123456"})
	require.ErrorContains(t, err, "limit")
	require.NotErrorIs(t, err, factor.ErrCode)
}

func TestRefusedSetUpsStoreNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	proposal, err := f.Propose(f.user)
	require.NoError(t, err)
	code := factortest.Code(proposal.Secret, clock())
	for _, bad := range []struct {
		secret, code string
		err          error
	}{
		{"", code, factor.ErrSecret},
		{proposal.Secret[:16], code, factor.ErrSecret},
		{proposal.Secret, "", factor.ErrCode},
		{proposal.Secret, factortest.Code(proposal.Secret, clock().Add(time.Minute)), factor.ErrCode},
	} {
		_, err := f.SetUpTOTP(t.Context(), f.user, bad.secret, bad.code, provider.ID{})
		require.ErrorIs(t, err, bad.err)
	}
	of, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Equal(t, factor.Factors{}, of)
	gone := &account.User{ID: provider.NewID(clock(), rand.Reader)}
	_, err = f.SetUpTOTP(t.Context(), gone, proposal.Secret, code, provider.ID{})
	assert.ErrorIs(t, err, provider.ErrStale)
}

func TestAttemptsAreCountedBeforeTheyAreMade(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, codes := f.setUp(t)
	right := factortest.Code(secret, clock())
	f.tries.full = true
	var throttled *account.Throttled
	require.ErrorAs(t, f.CheckTOTP(t.Context(), factor.Attempt{User: f.user, Code: right}), &throttled)
	require.ErrorAs(t, f.CheckRecoveryCode(t.Context(), factor.Attempt{User: f.user, Code: codes[0]}), &throttled)
	require.ErrorIs(t, f.CheckTOTP(t.Context(), factor.Attempt{User: f.user, Code: "abc"}), factor.ErrCode, "that is no attempt")
	assert.Equal(t, []event.Event{
		event.FactorRefused{UserID: f.user.ID, Kind: factor.TOTP, Reason: "throttled"},
		event.FactorRefused{UserID: f.user.ID, Kind: factor.RecoveryCode, Reason: "throttled"},
		event.FactorRefused{UserID: f.user.ID, Kind: factor.TOTP, Reason: "wrong_code"},
	}, f.recorded)

	f.tries.full = false
	other := account.Device{UserID: provider.NewID(clock(), rand.Reader), ID: "other"}
	own := account.Device{UserID: f.user.ID, ID: "own"}
	require.ErrorIs(t, f.CheckTOTP(t.Context(), factor.Attempt{User: f.user, Code: factortest.Code(secret, clock().Add(time.Hour)), Prefix: "p", Devices: []account.Device{other}}), factor.ErrCode)
	assert.Empty(t, f.tries.returned)
	require.NoError(t, f.CheckTOTP(t.Context(), factor.Attempt{User: f.user, Code: right, Prefix: "p", Devices: []account.Device{other, own}}))
	require.NoError(t, f.CheckRecoveryCode(t.Context(), factor.Attempt{User: f.user, Code: codes[0], Prefix: "p"}))
	id := f.user.ID.String()
	known, unknown := account.Try{Account: id, Prefix: "p", Device: "own"}, account.Try{Account: id, Prefix: "p"}
	recovery := account.Try{Account: id, Prefix: "p", Recovery: true}
	assert.Equal(t, []account.Try{unknown, known, recovery}, f.tries.taken)
	assert.Equal(t, []account.Try{known, recovery}, f.tries.returned, "what was right does not count")
}

type request audit.Origin

func (r request) Origin() audit.Origin { return audit.Origin(r) }

// Whoever uses up the attempts at codes knows the password. The owner is told once a day, however often somebody goes
// on, and also when the guesser hangs up; a limit of an address or a browser says nothing about the account.
func TestGuessingIsTold(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, codes := f.setUp(t)
	told := func() (n int) {
		messages, err := f.store.Messages(t.Context(), 100)
		require.NoError(t, err)
		for _, m := range messages {
			if m.Kind == notify.FactorGuessed {
				assert.Equal(t, f.user.Email, m.To)
				assert.Equal(t, []string{"", "192.0.2.0/24"}, []string{m.Data.Device, m.Data.Network})
				n++
			}
		}
		return n
	}
	f.tries.full = true
	var throttled *account.Throttled
	require.ErrorAs(t, f.CheckTOTP(t.Context(), factor.Attempt{User: f.user, Code: "123456"}), &throttled)
	assert.Zero(t, told())
	f.tries.ofAccount = true
	ctx, hangUp := context.WithCancel(audit.WithRequest(t.Context(), request{Address: "192.0.2.77"}))
	hangUp()
	require.ErrorAs(t, f.CheckTOTP(ctx, factor.Attempt{User: f.user, Code: "123456"}), &throttled)
	assert.Equal(t, 1, told())
	for range 5 {
		require.ErrorAs(t, f.CheckRecoveryCode(t.Context(), factor.Attempt{User: f.user, Code: codes[0]}), &throttled)
	}
	assert.Equal(t, 1, told())
}

func TestRecoveryCodesAreShownOnceAndDiffer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, codes := f.setUp(t)
	seen := map[string]bool{}
	for _, code := range codes {
		assert.Regexp(t, "^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$", code)
		seen[code] = true
	}
	assert.Len(t, seen, 10)
}

// What is stored of one code, or of one user, is not accepted in the place of another.
func TestSealedValuesBelongToTheirRow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, _ := f.setUp(t)
	stored, err := f.store.TOTP(t.Context(), f.user.ID)
	require.NoError(t, err)
	bob := &account.User{ID: provider.NewID(clock(), rand.Reader), Username: "bob", CreatedAt: clock(), UpdatedAt: clock()}
	require.NoError(t, f.store.CreateUser(t.Context(), bob))
	require.NoError(t, f.store.SetTOTP(t.Context(), bob.ID, stored))
	err = f.CheckTOTP(t.Context(), factor.Attempt{User: bob, Code: factortest.Code(secret, clock())})
	require.ErrorIs(t, err, keyring.ErrUnsealed)
	assert.NotContains(t, err.Error(), secret)
}

// What users do is recorded as theirs, without codes and secrets.
func TestFactorsAreRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, codes := f.setUp(t)
	require.NoError(t, f.CheckRecoveryCode(t.Context(), factor.Attempt{User: f.user, Code: codes[0]}))
	_, err := f.NewRecoveryCodes(t.Context(), f.user, provider.ID{})
	require.NoError(t, err)
	require.NoError(t, f.RemoveTOTP(t.Context(), f.user, provider.ID{}))
	records, err := f.store.Records(t.Context(), audit.Filter{UserID: f.user.ID.String()}, 10)
	require.NoError(t, err)
	var actions []audit.Action
	for _, r := range records {
		actions = append(actions, r.Action)
		assert.Equal(t, audit.UserActor, r.Actor.Kind)
		assert.Equal(t, f.user.ID.String(), r.Actor.ID)
		for _, c := range r.Changes {
			for _, v := range []any{c.Before, c.After} {
				assert.NotContains(t, []any{secret, codes[0]}, v)
			}
		}
	}
	assert.ElementsMatch(t, []audit.Action{audit.FactorAdd, audit.RecoveryCodesUse, audit.RecoveryCodesRenew, audit.FactorRemove}, actions)
	assert.Contains(t, f.recorded, event.FactorRemoved{UserID: f.user.ID, Kind: factor.TOTP})
}

// A fault of the database is no wrong code.
func TestFaultsAreNoRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, _ := f.setUp(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := f.CheckTOTP(ctx, factor.Attempt{User: f.user, Code: factortest.Code(secret, clock())})
	require.Error(t, err)
	assert.NotErrorIs(t, err, factor.ErrCode)
}
