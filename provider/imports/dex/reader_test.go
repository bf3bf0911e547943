package dex_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/dex"
	"github.com/gatehouse-id/gatehouse/provider/password"
)

func all(t *testing.T, r *dex.Reader) map[string]imports.Item {
	t.Helper()
	items := map[string]imports.Item{}
	for {
		item, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return items
		}
		require.NoError(t, err)
		items[string(item.Kind)+" "+item.Name] = item
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/config.yaml")
	require.NoError(t, err)
	defer file.Close()
	clients, passwords, err := dex.ReadConfig(file)
	require.NoError(t, err)
	items := all(t, dex.NewReader(clients, passwords, dex.Options{Roles: map[string]string{"staff": "editor"}}))
	require.Len(t, items, 4)

	app := items["client example-app"].Value.(*client.Imported)
	assert.Equal(t, "ZXhhbXBsZS1hcHAtc2VjcmV0LTAxMjM0NTY3ODlhYmNkZWY", app.Secret)
	assert.Equal(t, []string{"https://app.example.com/callback"}, app.RedirectURIs)
	assert.Equal(t, client.JWT, app.TokenFormat)
	cli := items["client example-cli"].Value.(*client.Imported)
	assert.True(t, cli.Public())
	assert.Equal(t, client.Native, cli.Type)
	cli.FillDefaults()
	require.NoError(t, cli.Validate())
	elsewhere := items["client from-environment"]
	require.NotNil(t, elsewhere.Fault)
	assert.Equal(t, "/client_secret", elsewhere.Fault.Field)
	assert.Contains(t, elsewhere.Fault.Reason, "EXAMPLE_SECRET")

	admin := items["user admin"]
	u := admin.Value.(*account.User)
	ok, err := password.New(rand.Reader, 1).Verify(t.Context(), u.PasswordHash, "password")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, &account.User{
		// As in the ID token that Dex issued.
		Subject: "CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs", Username: "admin", Email: "admin@example.com", EmailVerified: true,
		PasswordHash: u.PasswordHash, Roles: []string{"editor"}, Profile: account.Profile{Name: "admin"},
	}, u)
	assert.Equal(t, []string{"left out, as --role-map does not name them: the groups admins"}, admin.Notes)
}

// The first is of a token that the real Dex issued.
func TestSubject(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "CgRrai03EgVsb2NhbA", dex.Subject("kj-7"))
	assert.True(t, strings.HasPrefix(dex.Subject(strings.Repeat("a", 200)), "CsgBYWFh"), "a length of two bytes")
}

func TestHashesInBase64AndInTheEnvironment(t *testing.T) {
	t.Parallel()
	const config = `
staticPasswords:
- {email: a@example.com, hash: JDJhJDEwJDJiMmNVOENQaE9UYUdyczFIUlF1QXVlUzdKVFQ1WkhzSFN6WWlGUG0xbGVaY2s3TWM4VDRX, username: Jane Doe, userID: u1}
- {email: b@example.com, hashFromEnv: HASH, userID: u2, emailVerified: false}
`
	clients, passwords, err := dex.ReadConfig(strings.NewReader(config))
	require.NoError(t, err)
	items := all(t, dex.NewReader(clients, passwords, dex.Options{}))
	jane := items["user a_at_example.com"].Value.(*account.User)
	assert.Equal(t, "$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W", jane.PasswordHash)
	assert.Equal(t, "Jane Doe", jane.Profile.Name, "which is no user name")
	b := items["user b_at_example.com"]
	require.NotNil(t, b.Fault)
	assert.Equal(t, "/password_hash", b.Fault.Field)
	again, err := imports.NewLines(bytes.NewReader(b.Source), imports.KindUser, imports.ParseUser).Next(t.Context())
	require.NoError(t, err)
	_, err = password.Adopt(again.Value.(*account.User).PasswordHash)
	assert.ErrorIs(t, err, password.ErrForeignHash, "the line as it is does not make a user without a password")
}

func TestFilesThatAreNoConfiguration(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"empty": "", "a list": "[]", "another file": "a: b", "a wrong type": "staticClients: secret-text", "no YAML": "\x00", "nothing to import": "issuer: https://dex.example.com",
		"a bomb":    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nstaticClients: [*e,*e,*e,*e,*e,*e,*e,*e,*e]",
		"over-long": "#" + strings.Repeat("x", 9<<20),
	} {
		_, _, err := dex.ReadConfig(strings.NewReader(file))
		if assert.Error(t, err, name) {
			assert.NotContains(t, err.Error(), "secret-text", name)
		}
	}
}
