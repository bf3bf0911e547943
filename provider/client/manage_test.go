package client_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

func newRegistry(t *testing.T) (*client.Registry, *storage.Store) {
	t.Helper()
	store := storagetest.SQLite(t, time.Now)
	ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: make([]byte, 32)}, time.Now, rand.Reader)
	require.NoError(t, err)
	secrets := client.NewSecrets(password.New(rand.Reader, 2), ring.Key(keyring.ClientSecret), rand.Reader)
	return client.NewRegistry(store, audit.NewGate(store, store, (*event.Bus)(nil), time.Now, rand.Reader), secrets, time.Now, rand.Reader), store
}

// An actor can neither make nor change a client with more management scopes than it has: by another
// secret the client would be the actor's.
func TestActorsManageClientsWithinTheirScopes(t *testing.T) {
	t.Parallel()
	r, store := newRegistry(t)
	root := audit.Actor{Kind: audit.ClientActor, ID: "root", Scopes: audit.AllScopes()}
	low := audit.Actor{Kind: audit.ClientActor, ID: "low", Scopes: []string{audit.WriteScope("clients")}}
	powerful := func() *client.Client {
		return &client.Client{ID: "powerful", Scopes: []string{audit.WriteScope("keys")}, GrantTypes: []client.GrantType{client.ClientCredentials}}
	}
	_, err := r.Create(t.Context(), low, powerful(), "")
	require.ErrorIs(t, err, audit.ErrForbidden)
	_, err = r.Create(t.Context(), root, powerful(), "")
	require.NoError(t, err)
	_, err = r.Update(t.Context(), low, "powerful", func(c *client.Client) error { c.Scopes = nil; return nil })
	require.ErrorIs(t, err, audit.ErrForbidden)
	_, _, err = r.RotateSecret(t.Context(), low, "powerful", "", client.Terms{})
	require.ErrorIs(t, err, audit.ErrForbidden)
	_, _, err = r.RotateSecret(t.Context(), low, "powerful", "short", client.Terms{})
	require.ErrorIs(t, err, audit.ErrForbidden, "before anything is done about the secret")
	require.ErrorIs(t, r.Delete(t.Context(), low, "powerful"), audit.ErrForbidden)
	_, err = r.Create(t.Context(), low, &client.Client{ID: "plain", GrantTypes: []client.GrantType{client.ClientCredentials}}, "")
	require.NoError(t, err)
	_, err = r.Update(t.Context(), low, "plain", func(c *client.Client) error { c.Scopes = audit.AllScopes(); return nil })
	require.ErrorIs(t, err, audit.ErrForbidden)
	require.NoError(t, r.Delete(t.Context(), root, "powerful"))

	for _, action := range []audit.Action{audit.ClientCreate, audit.ClientDelete} {
		records, err := store.Records(t.Context(), audit.Filter{Action: action, ClientID: "powerful"}, 2)
		require.NoError(t, err)
		require.Len(t, records, 1)
		assert.Contains(t, records[0].Changes, "scopes")
		for name, change := range records[0].Changes {
			assert.NotContains(t, []any{change.Before, change.After}, false, "%s is off, and takes up a line", name)
		}
	}
}

// Administrators administer through each client of type backend that they sign in to: whoever may
// change clients, and not everything else, must not make one, nor turn its response elsewhere.
func TestClientsThatAdministratorsSignInTo(t *testing.T) {
	t.Parallel()
	r, _ := newRegistry(t)
	ctx := t.Context()
	root := audit.Actor{Kind: audit.ClientActor, ID: "root", Scopes: audit.AllScopes()}
	low := audit.Actor{Kind: audit.ClientActor, ID: "low", Scopes: []string{audit.WriteScope("clients")}}
	console := func(id string) *client.Client {
		return &client.Client{ID: id, Type: client.Backend, Scopes: []string{"openid"}, GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{"https://ops.example.com/cb"}}
	}
	_, err := r.Create(ctx, low, console("console"), "")
	require.ErrorIs(t, err, audit.ErrForbidden)
	_, err = r.Create(ctx, root, console("console"), "")
	require.NoError(t, err)
	_, err = r.Update(ctx, low, "console", func(c *client.Client) error { c.RedirectURIs = []string{"https://evil.example.com/cb"}; return nil })
	require.ErrorIs(t, err, audit.ErrForbidden)
	_, _, err = r.RotateSecret(ctx, low, "console", "", client.Terms{})
	require.ErrorIs(t, err, audit.ErrForbidden)
	require.ErrorIs(t, r.AllowUser(ctx, low, "console", provider.ID{1}), audit.ErrForbidden)
	require.ErrorIs(t, r.DisallowUser(ctx, low, "console", provider.ID{1}), audit.ErrForbidden)

	web := console("web")
	web.Type = client.Web
	_, err = r.Create(ctx, low, web, "")
	require.NoError(t, err)
	_, err = r.Update(ctx, low, "web", func(c *client.Client) error { c.Type = client.Backend; return nil })
	require.ErrorIs(t, err, audit.ErrForbidden)
	_, err = r.Create(ctx, low, &client.Client{ID: "service", Type: client.Backend, GrantTypes: []client.GrantType{client.ClientCredentials}}, "")
	require.NoError(t, err, "nobody signs in to it")

	// A token from before the client became one that administrators use must not count.
	web, err = r.Update(ctx, low, "web", func(c *client.Client) error {
		c.Type, c.GrantTypes, c.RedirectURIs = client.Backend, []client.GrantType{client.ClientCredentials}, nil
		return nil
	})
	require.NoError(t, err)
	assert.False(t, web.Administers())
	_, err = r.Update(ctx, low, "web", func(c *client.Client) error {
		c.GrantTypes, c.RedirectURIs = append(c.GrantTypes, client.AuthorizationCode), []string{"https://app.example.com/cb"}
		return nil
	})
	require.ErrorIs(t, err, audit.ErrForbidden)
}

// A name from before such names were refused stays, so that the client can be disabled; it cannot be
// given again.
func TestOldNamesDoNotKeepAClientFromBeingChanged(t *testing.T) {
	t.Parallel()
	r, store := newRegistry(t)
	const name = "kcabllac\u202e"
	old := &client.Client{
		ID: "old", Name: name, Contacts: []string{"\x1b[2J"}, GrantTypes: []client.GrantType{client.ClientCredentials},
		Type: client.Web, AuthMethod: client.SecretBasic, TokenFormat: client.Opaque, RefreshTokenRotation: client.Rotate,
	}
	require.NoError(t, store.CreateClient(t.Context(), old))
	update := func(change func(c *client.Client)) error {
		_, err := r.Update(t.Context(), audittest.Operator(), "old", func(c *client.Client) error {
			change(c)
			return nil
		})
		return err
	}
	require.NoError(t, update(func(c *client.Client) { c.Disabled = true }))
	require.ErrorContains(t, update(func(c *client.Client) { c.Name = "a " + name }), "client_name: must not have U+202E, which changes the direction of text")
	require.ErrorContains(t, update(func(c *client.Client) { c.Contacts[0] = "\x1b[3J" }), "contacts: must not have the control character U+001B")
	require.ErrorContains(t, update(func(c *client.Client) { c.Contacts = append(c.Contacts, name) }), "contacts: ", "it was the name")
	require.NoError(t, update(func(c *client.Client) { c.Name, c.Contacts = "Callback", nil }))
	require.Error(t, update(func(c *client.Client) { c.Name = name }))
}

// What this process changes it knows at once, and nothing of what was rolled back.
func TestDirectoryBesideTheRegistryKnowsItsChanges(t *testing.T) {
	t.Parallel()
	plain, store := newRegistry(t)
	d := client.NewDirectory(store, nil)
	r := plain.Beside(d)
	ctx, operator := t.Context(), audittest.Operator()
	_, err := r.Create(ctx, operator, &client.Client{ID: "app", GrantTypes: []client.GrantType{client.ClientCredentials}}, "")
	require.NoError(t, err)
	known := func() *client.Client {
		t.Helper()
		c, err := d.Client(ctx, "app")
		require.NoError(t, err)
		return c
	}
	disable := func(c *client.Client) error { c.Disabled = true; return nil }

	require.False(t, known().Disabled)
	rolledBack := errors.New("rolled back")
	require.ErrorIs(t, store.InTx(ctx, func(ctx context.Context) error {
		_, err := r.Update(ctx, operator, "app", disable)
		require.NoError(t, err)
		return rolledBack
	}), rolledBack)
	assert.False(t, known().Disabled)

	_, err = r.Update(ctx, operator, "app", disable)
	require.NoError(t, err)
	assert.True(t, known().Disabled)
	made, _, err := r.RotateSecret(ctx, operator, "app", "", client.Terms{Overlap: time.Hour})
	require.NoError(t, err)
	assert.Len(t, known().Secrets, 2)
	require.NoError(t, r.EndSecret(ctx, operator, "app", made.ID))
	assert.Len(t, known().Secrets, 1)
	require.NoError(t, r.AllowGroup(ctx, operator, "app", "staff"))
	assert.True(t, known().Restricted)
	require.NoError(t, r.Delete(ctx, operator, "app"))
	_, err = d.Client(ctx, "app")
	require.ErrorIs(t, err, provider.ErrNotFound)
}
