package browser

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// showConsent asks the person: who wants what, and where the answer goes (threats 18).
func (b *Browser) showConsent(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, s *session.Session) error {
	asked := f.Request.Asked()
	p.UserID, p.Shown = s.User.ID, &asked
	sealed, err := b.seal(w, r, p)
	if err != nil {
		return err
	}
	described, err := b.describe(r, asked)
	if err != nil {
		return err
	}
	c := f.Request.Client
	u, err := url.Parse(f.Request.RedirectURI)
	if err != nil {
		return err
	}
	destination := u.Host
	if destination == "" {
		destination = u.Scheme + ":"
	}
	return b.Pages.Consent(w, pages.Consent{
		Flow: sealed, Client: c.Name, Logo: logoPath(c), ClientURI: c.URI, PolicyURI: c.PolicyURI, TOSURI: c.TOSURI,
		Username: s.User.Username, Destination: destination, Scopes: described, Audience: f.Request.Audience,
		Lasts: b.lasts(f.Request),
	})
}

// lasts says how long the application will have what it asks for, if it is not taken back.
func (b *Browser) lasts(r *oauth.AuthorizeRequest) pages.Lasts {
	switch {
	case !r.Client.MayUse(client.RefreshToken):
		return pages.Lasts{For: b.Lifetimes.AccessOf(r.Client)}
	case slices.Contains(r.Scopes, "offline_access"):
		return pages.Lasts{For: b.Lifetimes.RefreshOf(r.Client)}
	default:
		return pages.Lasts{For: b.Lifetimes.RefreshOf(r.Client), UntilSignOut: true}
	}
}

// describe puts what is asked for into words: the catalogue's, or for a scope that nobody
// described its name. openid needs none: signing in is what the page is about. Claims that
// were asked for by name stand under the words of their scope; a profile is of many parts, so
// there the page says which.
func (b *Browser) describe(r *http.Request, asked consent.Agreement) ([]pages.Scope, error) {
	catalogue, err := b.Scopes.List(r.Context())
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	for _, s := range catalogue {
		words[s.Name] = s.Description
	}
	var described []pages.Scope
	for _, name := range asked.Scopes {
		if name != "openid" {
			described = append(described, pages.Scope{Name: name, Description: words[name]})
		}
	}
	for _, claim := range asked.Claims {
		scope := consent.ScopeOf(claim)
		at := slices.IndexFunc(described, func(s pages.Scope) bool { return s.Name == scope })
		if at < 0 {
			at = len(described)
			described = append(described, pages.Scope{Name: scope, Description: cmp.Or(words[scope], consent.StandardDescription(scope))})
		}
		if scope == "profile" {
			described[at].Claims = append(described[at].Claims, claim)
		}
	}
	return described, nil
}

// ServeConsent takes the answer.
func (b *Browser) ServeConsent(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	p, err := b.open(r, form.Get("flow"))
	if err != nil {
		return err
	}
	f, err := b.request(r.Context(), p)
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Client(f.Request.Client.ID)
	s, err := b.signedIn(r)
	if err != nil {
		return b.answerError(f, err)
	}
	// The answer is that of the person who was asked; if somebody else is signed in by now,
	// or nobody, it begins anew (Keycloak CVE-2023-0264).
	if s == nil || s.User.ID != p.UserID {
		p.UserID = [16]byte{}
		return b.advance(w, r, p)
	}
	// The registration may have changed since the page was shown, and with it what the request
	// comes to: nobody agrees to what was not shown.
	if p.Shown == nil || !p.Shown.Covers(f.Request.Asked()) {
		return b.advance(w, r, p)
	}
	step, err := b.Authorize.Next(r.Context(), f, s)
	if err != nil {
		return b.answerError(f, err)
	}
	switch {
	case step == oauth.SignIn:
		return b.showLogin(w, r, p, f, f.Request.LoginHint)
	case form.Get("action") == "switch":
		// Somebody else may sign in and be asked. Whoever is signed in stays so until then.
		p.UserID = provider.ID{}
		return b.showLogin(w, r, p, f, "")
	case form.Get("action") != "accept":
		canonical.From(r.Context()).Outcome("denied")
		return b.answerError(f, refusal.New(refusal.AccessDenied, refusal.CheckDenied, "The person did not agree.").For(f.Request.Client.ID))
	default:
		return b.approve(w, r, p, f, s, form.Get("remember") != "")
	}
}
