package hydra_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/hydra"
)

// clients is a database with clients alone.
type clients struct {
	hydra.Source

	rows []hydra.Client
}

func (c clients) Clients(context.Context) iter.Seq2[hydra.Client, error] {
	return func(yield func(hydra.Client, error) bool) {
		for _, row := range c.rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func read(t *testing.T, rows ...hydra.Client) map[string]imports.Item {
	t.Helper()
	r := hydra.NewReader(clients{rows: rows}, hydra.Secrets{}, hydra.Options{Kinds: map[imports.Kind]bool{imports.KindClient: true}})
	defer r.Close()
	items := map[string]imports.Item{}
	for {
		item, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return items
		}
		require.NoError(t, err)
		items[item.Name] = item
	}
}

// What is refused stays refused until its line is mended.
func TestRefusedClientsStayRefused(t *testing.T) {
	t.Parallel()
	uris := []string{"https://a.example.com/cb"}
	items := read(t,
		hydra.Client{ID: "pairwise", AuthMethod: "none", SubjectType: "pairwise", GrantTypes: []string{"authorization_code"}, RedirectURIs: uris},
		hydra.Client{ID: "implicit", AuthMethod: "none", GrantTypes: []string{"implicit"}, RedirectURIs: uris},
	)
	for name, property := range map[string]string{"pairwise": `"subject_type":"pairwise at Hydra"`, "implicit": `"grant_types":["implicit"]`} {
		item := items[name]
		require.NotNil(t, item.Fault, name)
		assert.Contains(t, string(item.Source), property)
		again, err := imports.NewLines(bytes.NewReader(item.Source), imports.KindClient, imports.ParseClient).Next(t.Context())
		require.NoError(t, err)
		if again.Fault == nil {
			c := again.Value.(*client.Imported).Client
			c.FillDefaults()
			assert.Error(t, c.Validate(), name)
		}
	}
}

// Redirect URIs imply the code flow where a person registers a client; at Hydra they do not.
func TestNoFlowIsAdded(t *testing.T) {
	t.Parallel()
	item := read(t, hydra.Client{ID: "batch", Secret: "h", GrantTypes: []string{"client_credentials"}, RedirectURIs: []string{"https://a.example.com/cb"}})["batch"]
	require.Nil(t, item.Fault)
	assert.Equal(t, []client.GrantType{client.ClientCredentials}, item.Value.(*client.Imported).GrantTypes)
	assert.Contains(t, item.Notes, "left out: the redirect URIs, as the client has no flow that uses them")
}

// Where a client is told of sign-outs, and how its UserInfo is signed, goes on as far as this server can.
func TestAnswersGoOn(t *testing.T) {
	t.Parallel()
	grants, uris := []string{"authorization_code"}, []string{"https://a.example.com/cb"}
	items := read(t,
		hydra.Client{ID: "told", AuthMethod: "none", GrantTypes: grants, RedirectURIs: uris, BackChannelLogoutURI: "https://a.example.com/out", UserinfoAlg: "RS256"},
		hydra.Client{ID: "plain", AuthMethod: "none", GrantTypes: grants, RedirectURIs: uris, UserinfoAlg: "none"},
		hydra.Client{ID: "other", AuthMethod: "none", GrantTypes: grants, RedirectURIs: uris, BackChannelLogoutURI: "http://a.internal/out", FrontChannelLogoutURI: "https://a.example.com/frame", UserinfoAlg: "HS256"},
	)
	for id, want := range map[string][]string{
		"told": {"https://a.example.com/out", "RS256"}, "plain": {"", ""}, "other": {"", ""},
	} {
		require.Nil(t, items[id].Fault, id)
		c := items[id].Value.(*client.Imported)
		assert.Equal(t, want, []string{c.BackChannelLogoutURI, c.UserInfoSigningAlg}, id)
	}
	assert.Empty(t, items["told"].Notes)
	assert.Empty(t, items["plain"].Notes)
	assert.Equal(t, []string{
		"left out, as it is no https URL: backchannel_logout_uri", "left out, as this server does not sign by it: userinfo_signed_response_alg", "left out: frontchannel_logout_uri",
	}, items["other"].Notes)
}
