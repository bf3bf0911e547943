package passkey_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Model = [16]byte{1, 2}
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options)
	require.NoError(t, err)
	p, _, err := f.Create(t.Context(), f.user, through(t, c), response, "  My phone ", provider.ID{})
	require.NoError(t, err)
	key := f.authenticator.Keys[0]
	assert.Equal(t, "My phone", p.Name)
	assert.Equal(t, key.ID, p.CredentialID)
	assert.Equal(t, f.authenticator.Model, p.Model)
	assert.True(t, p.Verifies)
	assert.False(t, p.Attested)
	assert.False(t, p.Hardware)
	assert.Equal(t, []string{"hybrid", "internal"}, p.Transports)
	list, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Equal(t, []*passkey.Passkey{p}, list)

	now := f.read(t, f.user.ID)
	assert.Equal(t, []string{factor.Passkey}, now.Factors)
	assert.Equal(t, now.Factors, f.user.Factors, "a sign-in in progress can go on")
	assert.Equal(t, now.Generation, f.user.Generation)
	assert.Equal(t, 1, f.records(t, audit.FactorAdd))
	assert.Equal(t, 1, f.messages(notify.FactorAdded))
	assert.Equal(t, 1, f.published(event.FactorAdded{UserID: f.user.ID, Kind: factor.Passkey}))

	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	require.ErrorIs(t, err, provider.ErrStale, "again")
	c.Generation = f.user.Generation
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	assertRefused(t, passkey.Replayed, err)
}

func TestOptionsOfCreation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.register(t)
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	var o struct {
		RP, User   map[string]string
		Challenge  string
		Parameters []struct {
			Type string `json:"type"`
			Alg  int    `json:"alg"`
		} `json:"pubKeyCredParams"`
		Exclude     []map[string]any `json:"excludeCredentials"`
		Selection   map[string]any   `json:"authenticatorSelection"`
		Attestation string
	}
	require.NoError(t, json.Unmarshal(options, &o))
	assert.Equal(t, map[string]string{"id": "id.example.com", "name": "Example"}, o.RP)
	assert.Equal(t, "alice", o.User["name"])
	assert.Equal(t, "The user alice", o.User["displayName"])
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(p.Handle), o.User["id"], "that of the first passkey")
	assert.Len(t, p.Handle, 32)
	assert.Equal(t, p.Handle, c.Handle)
	var algorithms []int
	for _, p := range o.Parameters {
		algorithms = append(algorithms, p.Alg)
	}
	assert.Equal(t, []int{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256}, algorithms)
	assert.Equal(t, map[string]any{"residentKey": "preferred", "requireResidentKey": false, "userVerification": "preferred"}, o.Selection)
	assert.Equal(t, "none", o.Attestation)
	assert.Len(t, o.Exclude, 1)
	_, err = f.authenticator.Create(options)
	require.ErrorIs(t, err, passkeytest.ErrExcluded)

	bob := f.newUser(t, "bob")
	_, bobs, err := f.Creation(t.Context(), bob)
	require.NoError(t, err)
	assert.NotEqual(t, c.Handle, bobs.Handle)
	assert.NotContains(t, string(options), f.user.ID.String())
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change passkeytest.Change
		why    passkey.Reason
	}{
		"wrong origin":              {func(r *passkeytest.Response) { r.Client["origin"] = "https://evil.example" }, passkey.WrongOrigin},
		"frame of another page":     {func(r *passkeytest.Response) { r.Client["crossOrigin"] = true }, passkey.WrongOrigin},
		"response to a sign-in":     {func(r *passkeytest.Response) { r.Client["type"] = "webauthn.get" }, passkey.WrongCeremony},
		"challenge of another page": {func(r *passkeytest.Response) { r.Client["challenge"] = strings.Repeat("A", 43) }, passkey.WrongCeremony},
		"wrong relying party":       {func(r *passkeytest.Response) { r.RPID = "evil.example" }, passkey.WrongRelyingParty},
		"nobody there":              {func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserPresent }, passkey.Absent},
		"backed up, not eligible":   {func(r *passkeytest.Response) { r.Flags |= passkeytest.BackedUp }, passkey.Malformed},
		"another id outside":        {func(r *passkeytest.Response) { r.ID[0]++ }, passkey.Malformed},
		"too large":                 {func(r *passkeytest.Response) { r.Outer["more"] = strings.Repeat("a", 64<<10) }, passkey.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			_, err := f.create(t, test.change)
			assertRefused(t, test.why, err)
			list, err := f.Of(t.Context(), f.user.ID)
			require.NoError(t, err)
			assert.Empty(t, list)
			assert.Empty(t, f.read(t, f.user.ID).Factors)
		})
	}
	f := newFixture(t)
	f.authenticator.Algorithm = passkeytest.ES384
	_, err := f.create(t)
	assertRefused(t, passkey.WeakKey, err)
	f.authenticator.Algorithm = passkeytest.ES256
	_, err = f.create(t, func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserVerified })
	require.NoError(t, err, "a second factor need not verify the user")
	list, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.False(t, list[0].Verifies)
}

// The page of a creation is worth nothing when it is over, for another user, or after a change of the user.
func TestCreationsAreForTheirUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options)
	require.NoError(t, err)
	_, _, err = f.Create(t.Context(), f.newUser(t, "bob"), c, response, "", provider.ID{})
	assertRefused(t, passkey.WrongCeremony, err)
	f.now = f.now.Add(passkey.CreationLifetime)
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	assertRefused(t, passkey.Expired, err)
	f.now = f.now.Add(-1000)
	changed := f.read(t, f.user.ID)
	changed.PasswordHash = "another"
	require.NoError(t, f.store.UpdateUser(t.Context(), changed))
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	require.ErrorIs(t, err, provider.ErrStale, "as the database has it")
	_, _, err = f.Create(t.Context(), changed, c, response, "", provider.ID{})
	require.ErrorIs(t, err, provider.ErrStale, "as the caller has it")
	require.NoError(t, f.store.DeleteUser(t.Context(), f.user.ID, f.now))
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	require.ErrorIs(t, err, provider.ErrStale, "deleted")
}

// A passkey belongs to one user (WebAuthn section 7.1, the credential id is not registered yet).
func TestPasskeyOfAnotherUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	mine := f.authenticator.Keys[0]
	bob := f.newUser(t, "bob")
	options, c, err := f.Creation(t.Context(), bob)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options, func(r *passkeytest.Response) { r.Key.ID, r.ID = mine.ID, mine.ID })
	require.NoError(t, err)
	_, _, err = f.Create(t.Context(), bob, c, response, "", provider.ID{})
	assertRefused(t, passkey.Exists, err)
	assert.Empty(t, f.read(t, bob.ID).Factors)
}

// Of any number of tabs that send a response at once one adds the passkey.
func TestCreationsRace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 20 {
		u := *f.user
		group.Go(func() { _, _, _ = f.Create(t.Context(), &u, c, response, "", provider.ID{}) })
	}
	group.Wait()
	list, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Len(t, list, 1)
	assert.Equal(t, 1, f.records(t, audit.FactorAdd))
}

// The recovery codes that come with the first factor are of the same transaction: without them there is no passkey, and
// its response can be sent again.
func TestRecoveryCodesComeWithThePasskey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := *f.user
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options)
	require.NoError(t, err)
	f.noCodes = errors.New("no randomness")
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	require.ErrorIs(t, err, f.noCodes)
	list, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Empty(t, list)
	assert.Equal(t, &before, f.user)
	assert.Equal(t, &before, f.read(t, f.user.ID))
	assert.Zero(t, f.records(t, audit.FactorAdd))
	assert.Zero(t, f.messages(notify.FactorAdded))

	f.noCodes, f.recoveryCodes = nil, []string{"one", "two"}
	_, codes, err := f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	require.NoError(t, err)
	assert.Equal(t, f.recoveryCodes, codes)
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.FactorAdd}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Contains(t, records[0].Changes, "recovery_codes")
}

func TestNumberOfPasskeysIsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range passkey.MaxPerUser - 1 {
		f.authenticator = passkeytest.New(issuer)
		f.register(t)
	}
	f.authenticator = passkeytest.New(issuer)
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options)
	require.NoError(t, err)
	f.authenticator = passkeytest.New(issuer)
	f.register(t)
	_, _, err = f.Creation(t.Context(), f.user)
	assertRefused(t, passkey.TooMany, err)
	// A page from before the last one; the generation alone would not keep it out.
	c.Generation = f.user.Generation
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	assertRefused(t, passkey.TooMany, err)
}

func TestNamesOfPasskeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, name := range []string{strings.Repeat("ä", 65), "a\nb", "a\x00", "a\u202eb", "\xff"} {
		var fault *passkey.NameFault
		_, _, err := f.Create(t.Context(), f.user, passkey.Ceremony{}, nil, name, provider.ID{})
		require.ErrorAs(t, err, &fault, "%q", name)
		require.ErrorAs(t, f.Rename(t.Context(), f.user.ID, provider.ID{}, name), &fault)
	}
	p := f.register(t)
	assert.Equal(t, "Passkey", p.Name, "nobody gave it one")
	require.NoError(t, f.Rename(t.Context(), f.user.ID, p.ID, strings.Repeat("ä", 64)))
	list, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("ä", 64), list[0].Name)
	require.NoError(t, f.Rename(t.Context(), f.user.ID, p.ID, strings.Repeat("ä", 64)))
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.FactorRename}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1, "the same name is no change")
	assert.Equal(t, audit.Changes{"name": {Before: "Passkey", After: strings.Repeat("ä", 64)}, "passkey": {After: p.ID.String()}}, records[0].Changes)
	require.NoError(t, f.Rename(t.Context(), f.user.ID, p.ID, " "))
	list, err = f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Equal(t, "Passkey", list[0].Name)
}
