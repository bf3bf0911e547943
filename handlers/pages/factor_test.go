package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// factorPages are those on which people give and set up second factors.
func factorPages(in pages.Localized, show func(name string, write func(http.ResponseWriter) error)) {
	to := pages.Application{Client: evil, Logo: "javascript:" + evil, PolicyURI: "javascript:" + evil, TOSURI: "javascript:" + evil}
	ceremony := &pages.Ceremony{Options: evil, State: evil}
	for name, page := range map[string]pages.Factor{
		"factor":           {Application: to, Flow: evil, Next: evil, Token: evil, Username: evil, App: true, Recovery: true, Passkey: ceremony, Remember: true, RememberFor: pages.Lasts{For: 30 * 24 * time.Hour}},
		"factor_asked":     {Application: to, Asked: pages.AskedPasskey, Flow: evil, Token: evil, Username: evil, Passkey: &pages.Ceremony{Options: evil, State: evil, Only: true}, Use: pages.UsePasskey, Problem: pages.PasskeyFailed},
		"factor_wrong":     {Token: evil, Username: evil, App: true, Recovery: true, Problem: pages.WrongCode},
		"factor_many":      {Token: evil, Username: evil, App: true, Recovery: true, Problem: pages.TooManyCodes, Wait: pages.WaitFor(time.Hour)},
		"factor_passkey":   {Token: evil, Username: evil, App: true, Passkey: ceremony, Use: pages.UsePasskey, Problem: pages.PasskeyFailed},
		"factor_mail":      {Token: evil, Username: evil, Mail: true, Recovery: true, Use: pages.UseMail, MailCode: pages.MailCode{To: evil, Focus: true}, Remember: true, RememberFor: pages.Lasts{For: time.Hour}},
		"factor_mail_sent": {Token: evil, Username: evil, App: true, Mail: true, Recovery: true, Passkey: ceremony, Use: pages.UseMail, MailCode: pages.MailCode{To: evil, Sent: true}, Problem: pages.WrongMailCode},
		"factor_mail_many": {Token: evil, Username: evil, Mail: true, Recovery: true, Use: pages.UseMail, MailCode: pages.MailCode{To: evil, Sent: true}, Problem: pages.TooManyMails, Wait: pages.WaitFor(time.Hour)},
		"factor_with_mail": {Token: evil, Username: evil, App: true, Mail: true, Recovery: true},
		"factor_recovery":  {Changing: true, Token: evil, Username: evil, App: true, Recovery: true, Use: pages.UseRecoveryCode},
		"factor_recovery2": {Token: evil, Username: evil, Recovery: true, Passkey: ceremony, Use: pages.UseRecoveryCode, Problem: pages.WrongRecovery},
	} {
		show(name, func(w http.ResponseWriter) error { return in.Factor(w, http.StatusOK, page) })
	}
	due := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, page := range map[string]pages.SetUp{
		"set_up":           {Application: to, Flow: evil, Next: evil, Token: evil, Username: evil, Passkey: ceremony, Name: evil, Proposal: evil, Secret: "GEZDGNBVGY3TQOJQ", URL: "otpauth://totp/" + evil},
		"set_up_due":       {Wanted: true, Token: evil, Username: evil, Due: due, Proposal: evil, Secret: "GEZDGNBVGY3TQOJQ", URL: "otpauth://totp/x"},
		"set_up_wrong":     {Token: evil, Username: evil, Passkey: ceremony, Proposal: evil, Secret: "GEZDGNBVGY3TQOJQ", URL: "otpauth://totp/x", Problem: pages.WrongCode},
		"set_up_mail":      {Token: evil, Username: evil, Passkey: ceremony, Mail: &pages.MailCode{To: evil}, Proposal: evil, Secret: "GEZDGNBVGY3TQOJQ", URL: "otpauth://totp/x"},
		"set_up_mail_sent": {Token: evil, Username: evil, Mail: &pages.MailCode{To: evil, Sent: true}, Problem: pages.WrongMailCode},
		"set_up_mail_many": {Token: evil, Username: evil, Mail: &pages.MailCode{To: evil, Sent: true}, Problem: pages.TooManyMails, Wait: pages.WaitFor(time.Hour)},
		"set_up_asked":     {Application: to, Asked: pages.AskedHardware, Further: true, Token: evil, Username: evil, Passkey: &pages.Ceremony{Options: evil, State: evil, Only: true}, Problem: pages.PasskeyFailed},
		"set_up_passkey":   {Further: true, Token: evil, Username: evil, Passkey: ceremony, Problem: pages.PasskeyModel, Missing: evil},
	} {
		show(name, func(w http.ResponseWriter) error { return in.SetUp(w, http.StatusOK, page) })
	}
	show("recovery_codes", func(w http.ResponseWriter) error {
		return in.RecoveryCodes(w, pages.RecoveryCodes{Flow: evil, Next: evil, Token: evil, Username: evil, Codes: []string{"abcde-fghjk", evil}, Server: evil, At: due})
	})
	show("recovery_codes_again", func(w http.ResponseWriter) error {
		return in.RecoveryCodes(w, pages.RecoveryCodes{Flow: evil, Next: evil, Token: evil, Username: evil})
	})
	show("login_passkey", func(w http.ResponseWriter) error {
		return in.Login(w, http.StatusOK, pages.Login{Flow: evil, Next: evil, Passkey: ceremony, Problem: pages.PasskeyRefused})
	})
	show("login_asked_again", func(w http.ResponseWriter) error {
		return in.Login(w, http.StatusOK, pages.Login{Application: to, Flow: evil, Username: evil, SignedInAs: evil, AskedAgain: true})
	})
	show("recovery_codes_none", func(w http.ResponseWriter) error {
		return in.RecoveryCodes(w, pages.RecoveryCodes{Flow: evil, Next: evil, Token: evil, Username: evil, None: true})
	})
	for _, problem := range []pages.LoginProblem{pages.ChangedPasskey, pages.PasskeyFirst} {
		show("login_"+string(problem), func(w http.ResponseWriter) error {
			return in.Login(w, http.StatusOK, pages.Login{Flow: evil, Next: evil, Passkey: ceremony, Problem: problem})
		})
	}
	show("login_passkey_missing", func(w http.ResponseWriter) error {
		return in.Login(w, http.StatusOK, pages.Login{Flow: evil, Next: evil, Passkey: ceremony, Problem: pages.PasskeyMissing, Missing: evil})
	})
}

// A reader of QR codes takes nothing but dark on light, so that is what the image has on dark pages, too.
func TestTheQRCodeIsInThePage(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	address := "otpauth://totp/id.example:alice?" + url.Values{"secret": {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}, "issuer": {"id.example"}}.Encode()
	require.NoError(t, set.For(reader("en")).SetUp(w, http.StatusOK, pages.SetUp{Proposal: "x", Secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", URL: address}))
	body := w.Body.String()
	assert.Contains(t, body, `<svg class="qr" role="img" aria-label="QR code for the authenticator app`)
	assert.Contains(t, body, `fill="#fff"`)
	assert.Contains(t, body, `<a id="open-app" href="otpauth://totp/id.example:alice?issuer=id.example&amp;secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ">`, "for the app of the same device")
	assert.Contains(t, body, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "for people who type it")
	assert.NotContains(t, strings.ToLower(w.Header().Get("Content-Security-Policy")), "data:")
	require.Error(t, set.For(reader("en")).SetUp(httptest.NewRecorder(), http.StatusOK, pages.SetUp{Proposal: "x", Secret: "x", URL: "javascript:alert(1)"}))
}

// A page names who asks, and offers a choice only where there is one.
func TestThePageForNewFactorsSaysWhy(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	app := pages.Application{Client: "Shop"}
	passkey, only := &pages.Ceremony{Options: "{}", State: "x"}, &pages.Ceremony{Options: "{}", State: "x", Only: true}
	const secret, address = "GEZDGNBVGY3TQOJQ", "otpauth://totp/x"
	for _, tc := range []struct {
		name          string
		page          pages.SetUp
		want, without string
	}{
		{"the server, several ways", pages.SetUp{Passkey: passkey, Secret: secret, URL: address}, "needs a second step for signing in. Choose one.", "data-unsupported"},
		{"the server, one way", pages.SetUp{Secret: secret, URL: address}, "needs a second step for signing in.<", "Choose one"},
		{"a passkey, of somebody with an app", pages.SetUp{Application: app, Asked: pages.AskedPasskey, Further: true, Passkey: only}, "<strong>Shop</strong> asks for a passkey of <strong>alice</strong>.<", "for the day on which"},
		{"no passkey here", pages.SetUp{Application: app, Asked: pages.AskedPasskey, Passkey: only}, "This browser cannot use passkeys.", "Choose one"},
		{"a second step", pages.SetUp{Application: app, Asked: pages.AskedSecond, Passkey: passkey, Secret: secret, URL: address}, "<strong>Shop</strong> asks for a second step besides the password of <strong>alice</strong>.<", "data-unsupported"},
		{"refused, no other way", pages.SetUp{Passkey: only, Problem: pages.PasskeyFailed}, "That did not work. Try again.<", "choose another way"},
		{"refused, another way", pages.SetUp{Passkey: passkey, Secret: secret, URL: address, Problem: pages.PasskeyFailed}, "That did not work. Try again, or choose another way.<", "Try again.<"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.page.Username, tc.page.Proposal = "alice", "x"
			w := httptest.NewRecorder()
			require.NoError(t, set.For(reader("en")).SetUp(w, http.StatusOK, tc.page))
			assert.Contains(t, w.Body.String(), tc.want)
			assert.NotContains(t, w.Body.String(), tc.without)
		})
	}
}

// Whoever is signed in gives another factor because an application asks, and not to sign in.
func TestThePageForAFactorSaysWhoAsks(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	page := pages.Factor{Application: pages.Application{Client: "Shop"}, Username: "alice", Passkey: &pages.Ceremony{Only: true}, Use: pages.UsePasskey, Remember: true, Remembered: true}
	const signIn, asks = "To sign in as <strong>alice</strong>", "<strong>Shop</strong> asks for a passkey of <strong>alice</strong>."
	for asked, texts := range map[pages.AskedFactor][2]string{"": {signIn, asks}, pages.AskedPasskey: {asks, signIn}} {
		page.Asked = asked
		w := httptest.NewRecorder()
		require.NoError(t, set.For(reader("en")).Factor(w, http.StatusOK, page))
		assert.Contains(t, w.Body.String(), texts[0])
		assert.NotContains(t, w.Body.String(), texts[1])
		assert.Contains(t, w.Body.String(), `value="1" checked>`)
	}
}
