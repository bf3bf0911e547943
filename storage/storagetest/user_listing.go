package storagetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

func testUserListing(t *testing.T, f *fixture) {
	ctx := t.Context()
	yes, no := true, false
	add := func(name, email string, disabled bool, roles ...string) {
		f.advance(1)
		require.NoError(t, f.CreateUser(ctx, &account.User{
			ID: f.newID(), Subject: name + " subject", Username: name, Email: email, Disabled: disabled, Roles: roles, CreatedAt: f.clock(), UpdatedAt: f.clock(),
		}))
		f.advance(1e6)
	}
	add("dora", "", false, "admin")
	add("alice", "alice@example.com", false, "editor", "admin")
	add("bob", "zoe@example.com", true)
	add("al_x%", "x@example.com", false, "administrator")
	add("zoe", "bob@example.com", true, "editor")
	add("strasse", "straße@example.com", false)
	add("older", "a@xn--bcher-kva.example", false)
	Exec(t, f.url, "UPDATE users SET username = 'straße' WHERE username = 'older'") // as an older version stored it
	dora, err := f.Users(ctx, account.Filter{Username: "dora"}, 1)
	require.NoError(t, err)
	names, err := f.Usernames(ctx, []provider.ID{dora[0].ID, f.newID()})
	require.NoError(t, err)
	assert.Equal(t, map[provider.ID]string{dora[0].ID: "dora"}, names)
	for name, tc := range map[string]struct {
		of   account.Filter
		want []string
	}{
		"all":                   {account.Filter{}, []string{"al_x%", "alice", "bob", "dora", "strasse", "straße", "zoe"}},
		"the last first":        {account.Filter{Descending: true}, []string{"zoe", "straße", "strasse", "dora", "bob", "alice", "al_x%"}},
		"by creation":           {account.Filter{Order: account.ByCreation}, []string{"dora", "alice", "bob", "al_x%", "zoe", "strasse", "straße"}},
		"by creation, reversed": {account.Filter{Order: account.ByCreation, Descending: true}, []string{"straße", "strasse", "zoe", "al_x%", "bob", "alice", "dora"}},
		"name or address":       {account.Filter{Search: "ZO"}, []string{"bob", "zoe"}},
		"no pattern":            {account.Filter{Search: "al_"}, []string{"al_x%"}},
		"no pattern either":     {account.Filter{Search: "%"}, nil},
		"an address":            {account.Filter{Search: "alice@EXAMPLE"}, []string{"alice"}},
		"longer than any name":  {account.Filter{Search: strings.Repeat("a", 5000)}, nil},
		"a folded name":         {account.Filter{Search: "Straß"}, []string{"strasse", "straße"}},
		"spaces":                {account.Filter{Search: "  "}, []string{"al_x%", "alice", "bob", "dora", "strasse", "straße", "zoe"}},
		"a role":                {account.Filter{Role: "admin"}, []string{"alice", "dora"}},
		"no part of a role":     {account.Filter{Role: "edit"}, nil},
		"no list of roles":      {account.Filter{Role: "editor admin"}, nil},
		"disabled":              {account.Filter{Disabled: &yes}, []string{"bob", "zoe"}},
		"not disabled":          {account.Filter{Disabled: &no, Role: "editor"}, []string{"alice"}},
		"everything at once":    {account.Filter{Disabled: &yes, Role: "editor", Search: "bob", Order: account.ByCreation}, []string{"zoe"}},
		"a name":                {account.Filter{Username: " ALICE "}, []string{"alice"}},
		"no part of a name":     {account.Filter{Username: "ali"}, nil},
		"no address as a name":  {account.Filter{Username: "alice@example.com"}, nil},
		"no pattern of a name":  {account.Filter{Username: "al_ce"}, nil},
		"of two forms":          {account.Filter{Username: "Straße"}, []string{"straße"}},
		"of two forms, other":   {account.Filter{Username: "STRASSE"}, []string{"strasse"}},
		"by address":            {account.Filter{Email: "Alice@EXAMPLE.com."}, []string{"alice"}},
		"by domain in Unicode":  {account.Filter{Email: "A@Bücher.example"}, []string{"straße"}},
		"no part of an address": {account.Filter{Email: "alice@example"}, nil},
		"no name as an address": {account.Filter{Email: "alice"}, nil},
		"both":                  {account.Filter{Username: "bob", Email: "zoe@example.com", Order: account.ByCreation}, []string{"bob"}},
		"of two users":          {account.Filter{Username: "bob", Email: "bob@example.com"}, nil},
		"a name and a role":     {account.Filter{Username: "alice", Role: "admin"}, []string{"alice"}},
		"a name, no such role":  {account.Filter{Username: "alice", Role: "auditor"}, nil},
		"names of spaces":       {account.Filter{Username: "  "}, nil},
		"injected name":         {account.Filter{Username: "' OR 1=1 --", Email: "' OR 1=1 --"}, nil},
		"injection":             {account.Filter{Search: "' OR 1=1 --", Role: "') OR 1=1 --"}, nil},
	} {
		var got []string
		of := tc.of
		for range 10 {
			page, err := f.Users(ctx, of, 2)
			require.NoError(t, err, name)
			for _, u := range page {
				got = append(got, u.Username)
				of.After = of.Position(u)
			}
			if len(page) < 2 {
				break
			}
		}
		assert.Equal(t, tc.want, got, name)
	}
	for _, of := range []account.Filter{{Order: "password_hash"}, {Order: account.ByCreation, After: "alice"}} {
		_, err := f.Users(ctx, of, 2)
		require.Error(t, err, fmt.Sprint(of))
	}
}
