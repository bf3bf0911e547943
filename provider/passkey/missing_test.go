package passkey_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// What the device has made and the server refuses is named to it. A passkey that is stored never is.
func TestMissingPasskeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	missing := func(response []byte) string {
		id, err := f.Missing(t.Context(), response)
		require.NoError(t, err)
		return id
	}
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options)
	require.NoError(t, err)
	f.now = f.now.Add(passkey.CreationLifetime)
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	assertRefused(t, passkey.Expired, err)
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(f.authenticator.Keys[0].ID), missing(response))

	f.now = f.now.Add(-passkey.CreationLifetime)
	_, _, err = f.Create(t.Context(), f.user, c, response, "", provider.ID{})
	require.NoError(t, err)
	assert.Empty(t, missing(response), "it is stored")
	for _, bad := range []string{"", "null", "{}", `{"id":""}`, `{"id":"+"}`, `{"id":"YWJj","more":"` + strings.Repeat("a", 64<<10) + `"}`} {
		assert.Empty(t, missing([]byte(bad)), "%.20s", bad)
	}
}
