package passkey_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// A second factor need not verify the user: that was done by another one.
func TestProof(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.register(t)
	options, _, err := f.Proof(t.Context(), f.user)
	require.NoError(t, err)
	var members struct {
		Verification string `json:"userVerification"`
		Allowed      []struct {
			ID         string   `json:"id"`
			Type       string   `json:"type"`
			Transports []string `json:"transports"`
		} `json:"allowCredentials"`
	}
	require.NoError(t, json.Unmarshal(options, &members))
	assert.Equal(t, "preferred", members.Verification)
	require.Len(t, members.Allowed, 1)
	assert.Equal(t, "public-key", members.Allowed[0].Type)
	assert.Equal(t, p.Transports, members.Allowed[0].Transports)

	methods, err := f.prove(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"pop", "user", "mfa"}, methods)
	methods, err = f.prove(t, func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserVerified })
	require.NoError(t, err)
	assert.Equal(t, []string{"pop", "user"}, methods)
	_, err = f.prove(t, func(r *passkeytest.Response) { r.Handle = nil })
	require.NoError(t, err, "authenticators need not name the user of a passkey that they were asked for")
	_, err = f.prove(t, func(r *passkeytest.Response) { r.Handle[0]++ })
	assertRefused(t, passkey.Unknown, err)
	_, err = f.prove(t, func(r *passkeytest.Response) { r.Flags &^= passkeytest.UserPresent })
	assertRefused(t, passkey.Absent, err)
	_, err = f.prove(t, func(r *passkeytest.Response) { r.Signed = flipped })
	assertRefused(t, passkey.WrongSignature, err)
}

// With no passkey to name, the options would allow those of everybody.
func TestProofWithoutPasskeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, _, err := f.Proof(t.Context(), f.user)
	require.ErrorIs(t, err, provider.ErrNotFound)
}

// The passkey of a user proves no other one.
func TestProofByAnotherUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	bobs := passkeytest.New(issuer)
	bob := f.newUser(t, "bob")
	options, c, err := f.Creation(t.Context(), bob)
	require.NoError(t, err)
	response, err := bobs.Create(options)
	require.NoError(t, err)
	_, _, err = f.Create(t.Context(), bob, c, response, "", provider.ID{})
	require.NoError(t, err)

	options, c, err = f.Proof(t.Context(), f.user)
	require.NoError(t, err)
	response, err = bobs.AssertWith(bobs.Keys[0], options)
	require.NoError(t, err)
	_, err = f.VerifyProof(t.Context(), f.user, c, response)
	assertRefused(t, passkey.Unknown, err)
	_, err = f.VerifyProof(t.Context(), bob, c, response)
	assertRefused(t, passkey.WrongCeremony, err)
}

// What was decided of a user before a change is not so any more.
func TestProofOfAChangedUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	options, c, err := f.Proof(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Assert(options)
	require.NoError(t, err)
	changed := f.read(t, f.user.ID)
	changed.PasswordHash = "another"
	require.NoError(t, f.store.UpdateUser(t.Context(), changed))
	_, err = f.VerifyProof(t.Context(), f.user, c, response)
	require.ErrorIs(t, err, provider.ErrStale, "read before the change")
	_, err = f.VerifyProof(t.Context(), changed, c, response)
	require.ErrorIs(t, err, provider.ErrStale, "read after it")
	changed.Disabled = true
	_, err = f.VerifyProof(t.Context(), changed, c, response)
	assertRefused(t, passkey.Disabled, err)
}

func TestReplayedProof(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.register(t)
	options, c, err := f.Proof(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Assert(options)
	require.NoError(t, err)
	_, err = f.VerifyProof(t.Context(), f.user, c, response)
	require.NoError(t, err)
	_, err = f.VerifyProof(t.Context(), f.user, c, response)
	assertRefused(t, passkey.Replayed, err)
}

// A security key that keeps no passkeys, and verifies nobody, is a second factor and nothing else.
func TestAnOlderSecurityKeyIsASecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Older, f.authenticator.Counts, f.authenticator.Flags = true, true, passkeytest.UserPresent
	p := f.register(t)
	assert.False(t, p.Verifies)
	methods, err := f.prove(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"pop", "user"}, methods)

	options, c, err := f.SignIn(t.Context())
	require.NoError(t, err)
	_, err = f.authenticator.Assert(options)
	require.ErrorIs(t, err, passkeytest.ErrNoKey, "the page names none")
	for _, forged := range []passkeytest.Change{
		func(r *passkeytest.Response) { r.Flags |= passkeytest.UserVerified },
		func(r *passkeytest.Response) { r.Flags, r.Handle = r.Flags|passkeytest.UserVerified, p.Handle },
	} {
		response, err := f.authenticator.AssertWith(f.authenticator.Keys[0], options, forged)
		require.NoError(t, err)
		_, _, err = f.VerifySignIn(t.Context(), c, response)
		var refused *passkey.Refused
		require.ErrorAs(t, err, &refused)
	}
}
