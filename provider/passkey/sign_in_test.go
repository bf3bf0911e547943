package passkey_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestSignIn(t *testing.T) {
	t.Parallel()
	for name, algorithm := range map[string]int{"ES256": passkeytest.ES256, "EdDSA": passkeytest.EdDSA, "RS256": passkeytest.RS256} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.authenticator.Algorithm = algorithm
			f.authenticator.Flags |= passkeytest.BackupEligible | passkeytest.BackedUp
			f.register(t)
			f.now = f.now.Add(time.Hour)
			u, methods, err := f.signIn(t)
			require.NoError(t, err)
			assert.Equal(t, f.user.ID, u.ID)
			assert.Equal(t, f.read(t, f.user.ID).Generation, u.Generation)
			assert.Equal(t, []string{"pop", "user", "mfa"}, methods)
			list, err := f.Of(t.Context(), u.ID)
			require.NoError(t, err)
			assert.Equal(t, f.now, *list[0].UsedAt)
			assert.True(t, list[0].BackedUp)
			_, _, err = f.signIn(t)
			require.NoError(t, err, "the counter of a passkey that is synchronized stays zero")
		})
	}
}

// The options name no passkey and no user, and demand that the user is verified (WebAuthn section 7.2, usernameless).
func TestOptionsOfSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	options, c, err := f.SignIn(t.Context())
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(options, &members))
	assert.Equal(t, "id.example.com", members["rpId"])
	assert.Equal(t, "required", members["userVerification"])
	assert.EqualValues(t, (5 * time.Minute).Milliseconds(), members["timeout"], "of the dialog, not of the page")
	assert.NotContains(t, members, "allowCredentials")
	assert.True(t, c.UserID.IsZero())
	_, other, err := f.SignIn(t.Context())
	require.NoError(t, err)
	assert.NotEqual(t, c.Challenge, other.Challenge)
}

func TestCeremoniesNeedAnIssuer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *passkey.Config) { c.Issuer = "" })
	_, _, err := f.SignIn(t.Context())
	require.Error(t, err)
}

// Each is a response that is right but for one thing.
func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	client := func(member string, value any) passkeytest.Change {
		return func(r *passkeytest.Response) { r.Client[member] = value }
	}
	for name, test := range map[string]struct {
		change passkeytest.Change
		why    passkey.Reason
	}{
		"wrong origin":                {client("origin", "https://id.example.com.evil.example"), passkey.WrongOrigin},
		"other scheme":                {client("origin", "http://id.example.com"), passkey.WrongOrigin},
		"other port":                  {client("origin", "https://id.example.com:8443"), passkey.WrongOrigin},
		"subdomain":                   {client("origin", "https://a.id.example.com"), passkey.WrongOrigin},
		"frame of another page":       {client("crossOrigin", true), passkey.WrongOrigin},
		"frame, by the top origin":    {client("topOrigin", "https://evil.example"), passkey.WrongOrigin},
		"response to a creation":      {client("type", "webauthn.create"), passkey.WrongCeremony},
		"challenge of another page":   {client("challenge", strings.Repeat("A", 43)), passkey.WrongCeremony},
		"no challenge":                {client("challenge", ""), passkey.WrongCeremony},
		"wrong relying party":         {func(r *passkeytest.Response) { r.RPID = "evil.example" }, passkey.WrongRelyingParty},
		"nobody there":                {func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserPresent }, passkey.Absent},
		"user not verified":           {func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserVerified }, passkey.Unverified},
		"backed up, not eligible":     {func(r *passkeytest.Response) { r.Flags |= passkeytest.BackedUp }, passkey.Malformed},
		"wrong signature":             {func(r *passkeytest.Response) { r.Signed = flipped }, passkey.WrongSignature},
		"no signature":                {func(r *passkeytest.Response) { r.Signed = func([]byte) []byte { return nil } }, passkey.WrongSignature},
		"unknown passkey":             {func(r *passkeytest.Response) { r.ID[0]++ }, passkey.Unknown},
		"user handle of another user": {func(r *passkeytest.Response) { r.Handle[0]++ }, passkey.Unknown},
		"no user handle":              {func(r *passkeytest.Response) { r.Handle = nil }, passkey.Unknown},
		"too large":                   {func(r *passkeytest.Response) { r.Outer["more"] = strings.Repeat("a", 64<<10) }, passkey.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.register(t)
			u, methods, err := f.signIn(t, test.change)
			assertRefused(t, test.why, err)
			assert.Nil(t, u)
			assert.Nil(t, methods)
			list, err := f.Of(t.Context(), f.user.ID)
			require.NoError(t, err)
			assert.Nil(t, list[0].UsedAt)
			_, _, err = f.signIn(t)
			require.NoError(t, err, "nothing was changed by the refusal")
			_, _, err = f.VerifySignIn(t.Context(), mustSignIn(t, f), []byte("{}"))
			assertRefused(t, passkey.Malformed, err)
		})
	}
}

func flipped(signature []byte) []byte {
	signature = bytes.Clone(signature)
	signature[len(signature)-1]++
	return signature
}

func mustSignIn(t *testing.T, f *fixture) passkey.Ceremony {
	t.Helper()
	_, c, err := f.SignIn(t.Context())
	require.NoError(t, err)
	return c
}

// Browsers may add members everywhere (WebAuthn section 5.8.1), and older ones speak of token binding.
func TestSignInIgnoresWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	_, _, err := f.signIn(t, func(r *passkeytest.Response) {
		r.Client["tokenBinding"] = map[string]any{"status": "present", "id": "abc"}
		r.Client["new_keys_may_be_added_here"] = "do not compare clientDataJSON against a template"
		r.Client["more"] = []int{1}
		r.Outer["more"] = map[string]any{"a": 1}
		r.Outer["authenticatorAttachment"] = "from-the-future"
		r.Outer["clientExtensionResults"] = map[string]any{"ext": map[string]any{"a": true}}
	})
	require.NoError(t, err)
}

// Nothing is asked of extensions, and what comes of them unasked, in whatever form, keeps nobody out (WebAuthn sections 7.1
// and 7.2).
func TestResultsOfExtensionsAreIgnored(t *testing.T) {
	t.Parallel()
	for name, results := range map[string]any{
		"prf":         map[string]any{"prf": map[string]any{"results": map[string]any{"first": map[string]any{}}}},
		"credProps":   map[string]any{"credProps": map[string]any{"rk": "yes"}},
		"appid":       map[string]any{"appid": true},
		"not objects": []int{1},
		"null":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, member := range []string{"clientExtensionResults", "ClientExtensionResults"} {
				f := newFixture(t)
				change := func(r *passkeytest.Response) { r.Outer[member] = results }
				f.register(t, change)
				_, _, err := f.signIn(t, change)
				require.NoError(t, err)
				_, err = f.prove(t, change)
				require.NoError(t, err)
			}
		})
	}
}

// Pages of further sites may use the passkeys, if the operator says so (WebAuthn section 5.11).
func TestRelatedOrigins(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *passkey.Config) { c.Origins = []string{related} })
	f.register(t)
	f.authenticator.Origin = related
	_, _, err := f.signIn(t)
	require.NoError(t, err)
	f = newFixture(t)
	f.register(t)
	f.authenticator.Origin = related
	_, _, err = f.signIn(t)
	assertRefused(t, passkey.WrongOrigin, err)
}

// A response is accepted once.
func TestReplayedSignIn(t *testing.T) {
	t.Parallel()
	for name, counts := range map[string]bool{"that counts": true, "that does not count": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.authenticator.Counts = counts
			f.register(t)
			c, response := f.asserted(t)
			_, _, err := f.VerifySignIn(t.Context(), c, response)
			require.NoError(t, err)
			_, _, err = f.VerifySignIn(t.Context(), c, response)
			assertRefused(t, passkey.Replayed, err)
			assert.Zero(t, f.records(t, audit.FactorClone), "it is no sign of a copy")

			c, response = f.asserted(t)
			accepted := make(chan struct{}, 50)
			var group sync.WaitGroup
			for range cap(accepted) {
				group.Go(func() {
					if _, _, err := f.VerifySignIn(t.Context(), c, response); err == nil {
						accepted <- struct{}{}
					} else {
						assertRefused(t, passkey.Replayed, err)
					}
				})
			}
			group.Wait()
			assert.Len(t, accepted, 1)
			assert.Zero(t, f.records(t, audit.FactorClone))
		})
	}
}

// The response must come while the page may be used, and not before the page.
func TestSignInExpires(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	c, response := f.asserted(t)
	f.now = f.now.Add(-time.Microsecond)
	_, _, err := f.VerifySignIn(t.Context(), c, response)
	assertRefused(t, passkey.Expired, err)
	f.now = f.now.Add(passkey.SignInLifetime + time.Microsecond)
	_, _, err = f.VerifySignIn(t.Context(), c, response)
	assertRefused(t, passkey.Expired, err)
	f.now = f.now.Add(-time.Microsecond)
	_, _, err = f.VerifySignIn(t.Context(), c, response)
	require.NoError(t, err)
}

// A response is for the page whose ceremony it answers, and for its purpose.
func TestCeremoniesDoNotMix(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	c, response := f.asserted(t)
	_, _, err := f.VerifySignIn(t.Context(), mustSignIn(t, f), response)
	assertRefused(t, passkey.WrongCeremony, err)
	_, err = f.VerifyProof(t.Context(), f.user, c, response)
	assertRefused(t, passkey.WrongCeremony, err)
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	assertRefused(t, passkey.WrongCeremony, err)

	options, proof, err := f.Proof(t.Context(), f.user)
	require.NoError(t, err)
	response, err = f.authenticator.Assert(options)
	require.NoError(t, err)
	_, _, err = f.VerifySignIn(t.Context(), proof, response)
	assertRefused(t, passkey.WrongCeremony, err)
	_, response = f.asserted(t, func(r *passkeytest.Response) { r.Client["challenge"] = "" })
	_, _, err = f.VerifySignIn(t.Context(), passkey.Ceremony{Purpose: passkey.ForSignIn, IssuedAt: f.now}, response)
	assertRefused(t, passkey.WrongCeremony, err)
}

// A counter that does not rise is a sign of a copy. It is refused and told, and the passkey stays.
func TestClonedPasskey(t *testing.T) {
	t.Parallel()
	for name, counter := range map[string]uint32{"lower": 8, "the same": 9, "not counting any more": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.authenticator.Counts = true
			p := f.register(t)
			at := func(n uint32) passkeytest.Change { return func(r *passkeytest.Response) { r.Counter = n } }
			_, _, err := f.signIn(t, at(9))
			require.NoError(t, err)
			c, response := f.asserted(t, at(counter))
			_, _, err = f.VerifySignIn(t.Context(), c, response)
			assertRefused(t, passkey.Cloned, err)
			_, _, err = f.VerifySignIn(t.Context(), c, response)
			assertRefused(t, passkey.Replayed, err)
			assert.Equal(t, 1, f.records(t, audit.FactorClone))
			assert.Equal(t, 1, f.messages(notify.PasskeyCloned))
			assert.Equal(t, 1, f.published(event.PasskeyCloned{UserID: f.user.ID, PasskeyID: p.ID}))
			_, err = f.prove(t, at(counter))
			assertRefused(t, passkey.Cloned, err)
			_, _, err = f.signIn(t, at(10))
			require.NoError(t, err, "the passkey stays")
		})
	}
}

// Passkeys begin to be synchronized, and stop. What is stored follows; the counter must rise as it changes, so that a copy
// does not pass by it.
func TestBackupEligibilityChanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Counts = true
	f.register(t)
	eligible := func(counter uint32) passkeytest.Change {
		return func(r *passkeytest.Response) {
			r.Counter, r.Flags = counter, r.Flags|passkeytest.BackupEligible|passkeytest.BackedUp
		}
	}
	_, _, err := f.signIn(t)
	require.NoError(t, err)
	_, _, err = f.signIn(t, eligible(1))
	assertRefused(t, passkey.Cloned, err)
	_, _, err = f.signIn(t, eligible(5))
	require.NoError(t, err)
	list, err := f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.Equal(t, []bool{true, true}, []bool{list[0].BackupEligible, list[0].BackedUp})
	_, err = f.prove(t, func(r *passkeytest.Response) { r.Counter = 4 })
	assertRefused(t, passkey.Cloned, err)
	_, err = f.prove(t, func(r *passkeytest.Response) { r.Counter = 6 })
	require.NoError(t, err)
	list, err = f.Of(t.Context(), f.user.ID)
	require.NoError(t, err)
	assert.False(t, list[0].BackupEligible)
}

// A synchronized passkey is on several devices, of which each counts for itself: that is no sign of a thief.
func TestCountersOfSynchronizedPasskeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Flags |= passkeytest.BackupEligible | passkeytest.BackedUp
	f.register(t)
	for _, counter := range []uint32{9, 3, 3, 0, 10} {
		_, _, err := f.signIn(t, func(r *passkeytest.Response) { r.Counter = counter })
		require.NoError(t, err, counter)
		_, err = f.prove(t, func(r *passkeytest.Response) { r.Counter = counter })
		require.NoError(t, err, counter)
	}
	assert.Zero(t, f.records(t, audit.FactorClone))
	assert.Zero(t, f.messages(notify.PasskeyCloned))
}

// Of two copies that are used at once one is found out.
func TestCopiesRace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Counts = true
	f.register(t)
	same := func(r *passkeytest.Response) { r.Counter = 5 }
	var group sync.WaitGroup
	errs := make(chan error, 20)
	for range cap(errs) {
		c, response := f.asserted(t, same)
		group.Go(func() {
			_, _, err := f.VerifySignIn(t.Context(), c, response)
			errs <- err
		})
	}
	group.Wait()
	close(errs)
	accepted := 0
	for err := range errs {
		if err == nil {
			accepted++
			continue
		}
		assertRefused(t, passkey.Cloned, err)
	}
	assert.Equal(t, 1, accepted)
	assert.Equal(t, 19, f.records(t, audit.FactorClone))
}

func TestSignInOfADisabledUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	c, response := f.asserted(t)
	f.user.Disabled = true
	require.NoError(t, f.store.UpdateUser(t.Context(), f.user))
	_, _, err := f.VerifySignIn(t.Context(), c, response)
	assertRefused(t, passkey.Disabled, err)
	_, _, err = f.signIn(t, func(r *passkeytest.Response) { r.Signed = flipped })
	assertRefused(t, passkey.WrongSignature, err)
}

func TestSignInWithARemovedPasskey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.register(t)
	c, response := f.asserted(t)
	require.NoError(t, f.Remove(t.Context(), f.user, p.ID, provider.ID{}))
	_, _, err := f.VerifySignIn(t.Context(), c, response)
	assertRefused(t, passkey.Unknown, err)
	assert.Equal(t, 1, f.published(event.FactorRefused{UserID: provider.ID{}, Kind: factor.Passkey, Reason: string(passkey.Unknown)}))
}

// A sign-in is three statements in a transaction of two of them: reading, the challenge, and the use.
func TestStatementsOfASignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	before := f.statements.Load()
	c, response := f.asserted(t)
	assert.Equal(t, before, f.statements.Load(), "the page needs none")
	_, _, err := f.VerifySignIn(t.Context(), c, response)
	require.NoError(t, err)
	assert.EqualValues(t, 3+2, f.statements.Load()-before, "with BEGIN and COMMIT")
}

// Who finds a key that has never verified its user, and gives it a PIN, does not have the account.
func TestAKeyThatNeverVerifiedItsUserDoesNotSignInAlone(t *testing.T) {
	f := newFixture(t)
	f.register(t, func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserVerified })
	_, _, err := f.signIn(t)
	assertRefused(t, passkey.NeverVerified, err)
	_, _, err = f.signIn(t, func(r *passkeytest.Response) { r.Signed = flipped })
	assertRefused(t, passkey.WrongSignature, err)
	methods, err := f.prove(t)
	require.NoError(t, err, "beside the password it may")
	assert.Contains(t, methods, "mfa")
	_, _, err = f.signIn(t)
	require.NoError(t, err, "and from then on it has verified its user")
}
