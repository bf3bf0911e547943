package browser

import (
	"cmp"
	"net/http"
	"slices"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// showConsent asks the user, and names the application, the account and where the response goes:
// otherwise an attacker's request could be mistaken for one of a known application.
func (b *Browser) showConsent(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, s *session.Session) error {
	asked := f.Request.Asked()
	p.UserID, p.Shown, p.ShownOf = s.User.ID, &asked, f.Request.Client.UpdatedAt
	sealed, err := b.seal(w, r, p, f)
	if err != nil {
		return err
	}
	in := b.localized(r, f)
	described, err := b.describe(r, asked, in.Preferred())
	if err != nil {
		return err
	}
	c := f.Request.Client
	return in.Consent(w, pages.Consent{
		Flow: sealed, Client: c.Name, Logo: logoPath(c), ClientURI: c.URI, PolicyURI: c.PolicyURI, TOSURI: c.TOSURI,
		Username: s.User.Username, Destination: client.Destination(f.Request.RedirectURI), Scopes: described, Audience: f.Request.Audience,
		Lasts: b.lasts(f.Request), EachTime: f.Request.AskedEachTime(), Unverified: c.Trust == client.Unverified,
		Host: c.DocumentHost(), Local: c.FromDocument() && client.Impersonable(f.Request.RedirectURI),
	})
}

// lasts tells how long the application will have access, if it is not revoked; zero: it gets none, but an ID token.
func (b *Browser) lasts(r *oauth.AuthorizeRequest) pages.Lasts {
	code := client.Returns(r.ResponseType, client.ResponseCode)
	switch {
	case !code && !client.Returns(r.ResponseType, client.ResponseToken):
		return pages.Lasts{}
	case !code || !r.Client.MayUse(client.RefreshToken):
		return pages.Lasts{For: b.Lifetimes.AccessOf(r.Client)}
	case slices.Contains(r.Scopes, "offline_access"):
		return pages.Lasts{For: b.Lifetimes.RefreshOf(r.Client)}
	default:
		return pages.Lasts{For: b.Lifetimes.RefreshOf(r.Client), UntilSignOut: true}
	}
}

// describe describes what is requested: with the text of the catalogue, or the name of a scope
// without a description. openid needs none: signing in is the purpose of the page. Individually
// requested claims are shown as the description of their scope; a profile has many parts, so the
// page names the requested ones.
func (b *Browser) describe(r *http.Request, asked consent.Agreement, preferred []language.Tag) ([]pages.Scope, error) {
	catalogue, err := b.Scopes.List(r.Context())
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	for _, s := range catalogue {
		words[s.Name] = s.In(preferred...)
	}
	var described []pages.Scope
	for _, name := range asked.Scopes {
		if name != "openid" {
			described = append(described, scopeOf(name, words[name]))
		}
	}
	for _, claim := range asked.Claims {
		scope := consent.ScopeOf(claim)
		at := slices.IndexFunc(described, func(s pages.Scope) bool { return s.Name == scope })
		if at < 0 {
			at = len(described)
			described = append(described, scopeOf(scope, cmp.Or(words[scope], consent.StandardDescription(scope))))
		}
		if scope == "profile" {
			described[at].Claims = append(described[at].Claims, claim)
		}
	}
	return described, nil
}

// scopeOf is a scope with its description. One that the operator has not changed is in English, and
// pages have it in their own language.
func scopeOf(name, description string) pages.Scope {
	return pages.Scope{Name: name, Description: description, Standard: description != "" && description == consent.StandardDescription(name)}
}

// ServeConsent receives the user's decision.
func (b *Browser) ServeConsent(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	p, f, err := b.reopen(r, form.Get("flow"))
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Client(f.Request.Client.ID)
	s, err := b.Web.Current(r)
	if err != nil {
		return b.errorForApplication(f, err)
	}
	// The decision counts only for the user who was asked; if another user, or no user, is signed in
	// by now, the flow starts over (Keycloak CVE-2023-0264).
	if s == nil || s.User.ID != p.UserID {
		p.UserID = [16]byte{}
		return b.advance(w, r, p)
	}
	// The registration may have changed since the page was shown, and with it what is requested, or who
	// the application is and where else it gets answers: the user must not agree to something that was not shown.
	if p.Shown == nil || !p.Shown.Covers(f.Request.Asked()) || !p.ShownOf.Equal(f.Request.Client.UpdatedAt) {
		return b.advance(w, r, p)
	}
	step, err := b.Authorize.Next(r.Context(), f, s)
	if err != nil {
		return b.errorForApplication(f, err)
	}
	switch {
	case step == oauth.SignIn:
		return b.showLogin(w, r, p, f, f.Request.LoginHint)
	case step == oauth.Prove, step == oauth.SetUp: // the registration of the client has changed meanwhile
		return b.stepUp(w, r, p, f, s, step)
	case step == oauth.Keep:
		return b.keepAccount(w, r, p, f)
	case form.Get("action") == "switch":
		// Another user may sign in and be asked. The current user stays signed in until then.
		p.UserID = provider.ID{}
		return b.showLogin(w, r, p, f, "")
	case form.Get("action") != "accept":
		canonical.From(r.Context()).Outcome("denied")
		return b.errorForApplication(f, refusal.New(refusal.AccessDenied, refusal.CheckDenied, "The user did not agree.").For(f.Request.Client.ID))
	default:
		decision := oauth.AgreedOnce
		if form.Get("remember") != "" {
			decision = oauth.AgreedForLater
		}
		return b.approve(w, r, p, f, s, decision)
	}
}
