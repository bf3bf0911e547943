package e2e_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// oauth2-proxy, with the settings of the example, signs people in before an application, tells it who they are, and
// signs them out of the provider too. It refuses to start with a setting that it does not know.
func TestExampleOfAnApplicationBehindOAuth2Proxy(t *testing.T) {
	t.Parallel()
	s := dev(t)
	listen, app := fmt.Sprintf("127.0.0.1:%d", services.FreePort(t)), fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	address := "http://" + listen + "/"
	secret := s.client("oauth2-proxy", "--dev", "--redirect-uri", address+"oauth2/callback", "--post-logout-redirect-uri", address,
		"--scope", "openid", "--scope", "profile", "--scope", "email", "--require-pkce")
	log := makeExample(t, "oauth2-proxy", "ISSUER="+s.url, "CLIENT_SECRET="+secret, "LISTEN="+listen, "APP_LISTEN="+app)
	answers(t, address, log)
	answers(t, "http://"+app+"/", log)

	// A header of somebody who is not signed in opens nothing.
	r, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(t, err)
	r.Header.Set("X-Forwarded-Preferred-Username", "admin")
	got := s.send(r)
	assert.Equal(t, http.StatusFound, got.status, got.body)
	assert.Contains(t, got.header.Get("Location"), s.url+"/oauth/authorize?")
	assert.Contains(t, got.header.Get("Location"), "code_challenge_method=S256")

	w := newWindow(t, s)
	w.do(chromedp.Navigate(address), login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#who"))
	assert.Equal(t, "Signed in as alice (alice@example.com).", read(w, chromedp.Text("#who")))
	assert.Equal(t, address, read(w, chromedp.Evaluate[string](`location.href`)))

	// The provider hands the browser back to the application, whose proxy asks for a sign-in: with the password.
	w.do(chromedp.Click("#sign-out"), chromedp.WaitVisible("#login-page"))
	w.do(chromedp.Navigate(address), chromedp.WaitVisible("#login-page"))

	// Who does not agree is told so by the proxy, and the application is not shown.
	w.do(chromedp.Click("#login-cancel"))
	w.shows("body", "Login Failed: The upstream identity provider returned an error: access_denied")
	assert.False(t, read(w, chromedp.Evaluate[bool](`document.querySelector('#who') !== null`)))
}
