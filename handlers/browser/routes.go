package browser

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Routes are the endpoints that browsers visit.
func (b *Browser) Routes() []route.Route {
	get, post, both, head := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodGet, http.MethodPost}, []string{http.MethodHead}
	page, authorize := []string{ratelimit.PagePrefix}, []string{ratelimit.AuthorizePrefix, ratelimit.ClientDocumentPrefix}
	signIn := []string{ratelimit.PagePrefix, ratelimit.SignInAccount, ratelimit.SignInPrefix, ratelimit.SignInDevice}
	// What a passkey signs cannot be guessed: only the number of requests is bounded.
	factors := []string{ratelimit.PagePrefix, ratelimit.FactorAccount, ratelimit.FactorAccountLong, ratelimit.FactorPrefix, ratelimit.FactorDevice, ratelimit.FactorDevicesLong, ratelimit.FactorRecoveryAccount, ratelimit.FactorRecoveryDevice}
	mails := []string{ratelimit.FactorMailPrefix}
	routes := []route.Route{
		{Name: "landing", Methods: get, Path: "/", Protection: route.Page, Handler: b.ServeLanding, Policies: page},
		{Name: "authorize", Methods: both, Path: b.AuthorizePath, Aliases: []string{"/authorize"}, Protection: route.Page, Handler: b.ServeAuthorize, Policies: authorize},
		{Name: "authorize head", Methods: head, Path: b.AuthorizePath, Protection: route.Page, Handler: route.Head, Policies: authorize},
		{Name: "login page", Methods: get, Path: "/login", Protection: route.Page, Handler: b.ServeLoginPage, Policies: page},
		{Name: "login", Methods: post, Path: "/login", Protection: route.Page, Handler: b.ServeLogin, Policies: signIn},
		{Name: "passkey sign-in", Methods: post, Path: "/login/passkey", Protection: route.Page, Handler: b.ServePasskey, Policies: page},
		{Name: "factor page", Methods: get, Path: factorPath, Protection: route.Page, Handler: b.ServeFactorPage, Policies: page},
		{Name: "factor", Methods: post, Path: factorPath, Protection: route.Page, Handler: b.ServeFactor, Policies: factors},
		{Name: "factor mail", Methods: post, Path: factorPath + mailPath, Protection: route.Page, Handler: b.ServeFactorMail, Policies: mails},
		{Name: "set-up page", Methods: get, Path: setUpPath, Protection: route.Page, Handler: b.ServeSetUpPage, Policies: page},
		{Name: "set-up", Methods: post, Path: setUpPath, Protection: route.Page, Handler: b.ServeSetUp, Policies: page},
		{Name: "set-up mail", Methods: post, Path: setUpPath + mailPath, Protection: route.Page, Handler: b.ServeSetUpMail, Policies: mails},
		{Name: "recovery codes page", Methods: get, Path: codesPath, Protection: route.Page, Handler: b.ServeRecoveryCodesPage, Policies: page},
		{Name: "language", Methods: post, Path: "/language", Protection: route.Page, Handler: b.ServeLanguage, Policies: page},
		{Name: "consent", Methods: post, Path: "/consent", Protection: route.Page, Handler: b.ServeConsent, Policies: page},
		{Name: "logout", Methods: both, Path: b.LogoutPath, Protection: route.Page, Handler: b.ServeLogout, Policies: page},
		{Name: "logout head", Methods: head, Path: b.LogoutPath, Protection: route.Page, Handler: route.Head, Policies: page},
		{Name: "logo", Methods: get, Path: "/logo/{client}/{version}", Protection: route.Page, Handler: b.ServeLogo, Policies: page},
	}
	if b.CheckSessionPath != "" {
		routes = append(routes, route.Route{Name: "check session", Methods: get, Path: b.CheckSessionPath, Protection: route.Page, Handler: b.ServeCheckSession, Policies: page})
	}
	return routes
}
