package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// What could end the policy of the page, or be executed by a browser, is not registered.
func TestVisitedAddresses(t *testing.T) {
	t.Parallel()
	set := map[string]func(c *client.Client, uri string){
		"backchannel_logout_uri":  func(c *client.Client, uri string) { c.BackChannelLogoutURI = uri },
		"frontchannel_logout_uri": func(c *client.Client, uri string) { c.FrontChannelLogoutURI = uri },
		"initiate_login_uri":      func(c *client.Client, uri string) { c.InitiateLoginURI = uri },
	}
	made := func() *client.Client {
		c := valid()
		c.GrantTypes = append(c.GrantTypes, client.AuthorizationCode)
		c.RedirectURIs = []string{"https://app.example/cb", "https://App.example:443/other", "http://127.0.0.1/cb"}
		return &c
	}
	for property, change := range set {
		for _, uri := range []string{"", "https://app.example/out", "https://app.example:443/out?a=%22;b", "https://APP.example/", "http://127.0.0.1/out"} {
			c := made()
			change(c, uri)
			require.NoError(t, c.Validate(), "%s %s", property, uri)
		}
		for _, uri := range []string{
			"http://app.example/out", "javascript:alert(1)", "data:text/html,x", "com.example.app:/out", "/out", "https://", "https:///out",
			"https://app.example/out#x", "https://u:p@app.example/out", "https://app.example;script-src:*/", `https://app.example"/`, "https://app.example'/",
			"https://*.example/", "https://app.example:99999/", "https://app.example/a b", "https://app.example\\@evil.example/",
		} {
			c := made()
			change(c, uri)
			require.Error(t, c.Validate(), "%s %s", property, uri)
		}
	}
	for _, uri := range []string{"https://evil.example/out", "https://app.example:8443/out", "https://app.example.evil/out", "http://127.0.0.1:81/out"} {
		c := made()
		c.FrontChannelLogoutURI = uri
		require.Error(t, c.Validate(), "%s: not the origin of a redirect URI", uri)
	}
	c := made()
	c.BackChannelLogoutSessionRequired = true
	require.Error(t, c.Validate())
	assert.Equal(t, "https://app.example/login?x=1&iss=https%3A%2F%2Fid.example", client.InitiateLogin("https://app.example/login?x=1", "https://id.example"))
	assert.Empty(t, client.InitiateLogin("", "https://id.example"))
}
