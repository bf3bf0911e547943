package storagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func testClientsFound(t *testing.T, f *fixture) {
	ctx := t.Context()
	add := func(id, name string, kind client.Type, disabled bool) {
		c := sampleClient(id, f.clock())
		c.Name, c.Type, c.Disabled = name, kind, disabled
		require.NoError(t, f.CreateClient(ctx, c))
	}
	add("shop", "Web Shop", client.Web, false)
	add("shop-2", "web shop", client.Web, true)
	add("A1", "Zebra", client.Native, false)
	add("reports", "Über alles", client.Backend, true)
	add("wiki", "a_b%", client.Web, false)
	add("b", "Web", client.Web, false)
	yes, no := true, false
	for name, tc := range map[string]struct {
		of   client.Filter
		want []string
	}{
		"all":               {client.Filter{}, []string{"wiki", "b", "shop", "shop-2", "A1", "reports"}},
		"a name":            {client.Filter{Search: " WEB s"}, []string{"shop", "shop-2"}},
		"an id":             {client.Filter{Search: "shop-"}, []string{"shop-2"}},
		"an id in capitals": {client.Filter{Search: "SHOP-2"}, []string{"shop-2"}},
		"an id, as it is":   {client.Filter{Search: "A1"}, []string{"A1"}},
		"a name or an id":   {client.Filter{Search: "w"}, []string{"wiki", "b", "shop", "shop-2"}},
		"beyond ASCII":      {client.Filter{Search: "Über"}, []string{"reports"}},
		"no pattern":        {client.Filter{Search: "%"}, nil},
		"no other pattern":  {client.Filter{Search: "a_b%"}, []string{"wiki"}},
		"spaces":            {client.Filter{Search: "  "}, []string{"wiki", "b", "shop", "shop-2", "A1", "reports"}},
		"a type":            {client.Filter{Type: client.Native}, []string{"A1"}},
		"disabled":          {client.Filter{Disabled: &yes}, []string{"shop-2", "reports"}},
		"not disabled":      {client.Filter{Disabled: &no, Search: "web"}, []string{"b", "shop"}},
		"no such type":      {client.Filter{Type: "mobile"}, nil},
		"injection":         {client.Filter{Search: "' OR 1=1 --"}, nil},
	} {
		var got []string
		of := tc.of
		for range 10 {
			page, err := f.FindClients(ctx, of, 2)
			require.NoError(t, err, name)
			for _, c := range page {
				got = append(got, c.ID)
				assert.NotNil(t, c.RedirectURIs)
				of.After = client.Position(c)
			}
			if len(page) < 2 {
				break
			}
		}
		assert.Equal(t, tc.want, got, name)
	}
}

func testNamedUsersListed(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	named := map[string]client.Named{}
	for _, name := range []string{"carol", "alice", "bob", "Zoe"} {
		u := f.user(t, name)
		named[name] = client.Named{ID: u.ID, Username: u.Username}
		require.NoError(t, f.AllowUser(ctx, "app", u.ID))
	}
	list := func(clientID, after string) []client.Named {
		page, roles, err := f.Named(ctx, clientID, after, 2)
		require.NoError(t, err)
		assert.Empty(t, roles)
		return page
	}
	assert.Equal(t, []client.Named{named["Zoe"], named["alice"]}, list("app", ""))
	assert.Equal(t, []client.Named{named["bob"], named["carol"]}, list("app", "alice"))
	assert.Empty(t, list("app", "carol"))
	assert.Empty(t, list("other", ""))
	for _, role := range []string{"staff", "admin"} {
		require.NoError(t, f.AllowGroup(ctx, "app", role))
	}
	page, roles, err := f.Named(ctx, "app", "bob", 2)
	require.NoError(t, err)
	assert.Equal(t, []client.Named{named["carol"]}, page)
	assert.Equal(t, []string{"admin", "staff"}, roles, "on every page")
}
