package browser

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ServeLogout serves the end_session_endpoint (OpenID Connect RP-Initiated Logout). A request with
// a valid ID token hint is carried out; for any other the user is asked first: otherwise any site
// could sign users out with a link.
func (b *Browser) ServeLogout(w http.ResponseWriter, r *http.Request) error {
	read := wire.Query
	if r.Method == http.MethodPost {
		read = wire.Form
	}
	form, err := read(r)
	if err != nil {
		return err
	}
	presented := b.Web.Presented(r)
	if r.Method == http.MethodPost && !presented {
		// A form of another site comes without cookies: a missing cookie does not mean that no
		// user is signed in. With the GET the cookies are sent.
		if answered, err := b.repeat(w, r, b.LogoutPath, form); answered || err != nil {
			return err
		}
	}
	s, err := b.Web.Current(r)
	if err != nil {
		return err
	}
	answer, locales := form.Get("confirm"), form.Get("ui_locales")
	confirmed := false
	if answer != "" {
		var about provider.ID
		about, form = b.openQuestion(answer)
		locales = cmp.Or(locales, form.Get("ui_locales"))
		confirmed = r.Method == http.MethodPost && s != nil && about == s.ID
	}
	in := b.Pages.For(r, pages.UILocales(locales)...)
	request, err := b.Logout.Parse(r.Context(), form, answer != "")
	if err != nil {
		return err
	}
	if s != nil && !confirmed {
		known, err := b.concerns(r.Context(), request.Hint, s)
		if err != nil {
			return err
		}
		if !known {
			return b.askLogout(w, in, s, request, locales)
		}
	}
	frames, err := b.endSessions(r.Context(), s, request.Hint)
	if err != nil {
		return err
	}
	if presented {
		b.Web.Forget(w)
	}
	if request.Unregistered != nil {
		return &stays{request.Unregistered, b, in, b.loggedOut(request.Client, frames)}
	}
	// Where this browser had no session, the person may have nothing to do with the application. If nobody verified that,
	// anybody may have made it, an ID token of a session of his own, and the link (RFC 9700 section 4.11.2).
	offered := request.RedirectURI != "" && s == nil && request.Client.Trust == client.Unverified && navigates(r)
	if request.RedirectURI == "" || len(frames) > 0 || offered {
		page := b.loggedOut(request.Client, frames)
		if page.Next = request.RedirectURI; offered {
			page.Destination = client.Destination(page.Next)
		}
		if page.Next == "" && len(frames) == 0 && r.Method == http.MethodPost { // reloaded, the answer would send the form again
			wire.SeeOther(w, withLocales(page.Again, locales), nil)
			return nil
		}
		return in.LoggedOut(w, page)
	}
	wire.SeeOther(w, request.RedirectURI, nil)
	return nil
}

// stays is the refusal of the address to go to after a sign-out that was carried out: the page
// that says that it is done answers it, for the person who stays here.
type stays struct {
	error

	browser *Browser
	in      pages.Localized
	page    pages.LoggedOut
}

// Unwrap gives the refusal.
func (e *stays) Unwrap() error { return e.error }

// RespondError writes the page, with where the error is explained.
func (e *stays) RespondError(w http.ResponseWriter, r *http.Request, _ refusal.Code, _, uri string) error {
	refused := e.browser.refused(r, e.error, uri)
	e.page.Refused = &refused
	return e.in.LoggedOut(w, e.page)
}

// concerns tells whether the hint is about the very session of the browser. ID tokens are good as
// hints for ever: one of an earlier session, that leaked, must not sign the person out of this one
// without a question (RP-Initiated Logout section 2).
func (b *Browser) concerns(ctx context.Context, hint *oauth.Hint, s *session.Session) (bool, error) {
	if hint == nil || !hint.Means(s.User) {
		return false, nil
	}
	return b.Sessions.Concerns(ctx, s, hint.SessionID, hint.Audience[0])
}

// endSessions ends the session of the browser, if any, and the one that the hint names: the browser
// may have lost its cookie, or be another one. It returns the frames by which applications learn of it.
func (b *Browser) endSessions(ctx context.Context, s *session.Session, hint *oauth.Hint) ([]oauth.Frame, error) {
	var parties []session.Party
	if s != nil {
		told, err := b.Sessions.End(ctx, s)
		if err != nil {
			return nil, err
		}
		parties = told
		canonical.From(ctx).Outcome("signed_out")
	}
	if hint != nil {
		sid, err := provider.ParseID(hint.SessionID)
		if err == nil && (s == nil || s.ID != sid) { // not every ID token was issued in a session
			ended, told, err := b.Sessions.EndNamed(ctx, sid, hint.Means)
			if err != nil {
				return nil, err
			}
			if ended {
				canonical.From(ctx).Outcome("signed_out")
			}
			for _, p := range told {
				p.Elsewhere = true
				parties = append(parties, p)
			}
		}
	}
	return b.frames(ctx, parties)
}

// frames are those by which applications learn of an end. That some were left out is in the log line of
// the request, and LeftOut is told how many.
func (b *Browser) frames(ctx context.Context, parties []session.Party) ([]oauth.Frame, error) {
	frames, leftOut, err := b.Logout.Frames(ctx, parties)
	if leftOut > 0 {
		canonical.From(ctx).Outcome("frames_left_out")
		if b.LeftOut != nil {
			b.LeftOut(leftOut)
		}
	}
	return frames, err
}

// loggedOut leads back to the application: to its home page, or else to the origin of its
// post-logout redirect URI.
func (b *Browser) loggedOut(c *client.Client, frames []oauth.Frame) pages.LoggedOut {
	told := shown(frames)
	if c == nil {
		return pages.LoggedOut{Again: b.LogoutPath, Frames: told}
	}
	page := pages.LoggedOut{Frames: told, Client: c.Name, ClientURI: c.URI, Again: b.LogoutPath + "?" + url.Values{"client_id": {c.ID}}.Encode()}
	for _, uri := range c.PostLogoutRedirectURIs {
		if origin := client.OriginOf(uri); origin != "" && page.ClientURI == "" {
			page.ClientURI = origin + "/"
		}
	}
	return page
}

func shown(frames []oauth.Frame) []pages.Frame {
	told := make([]pages.Frame, len(frames))
	for i, f := range frames {
		told[i] = pages.Frame{URL: f.URL, Origin: f.Origin}
	}
	return told
}

// withLocales is the path in the languages that were asked for, if any were.
func withLocales(path, locales string) string {
	u := ownPath(path)
	if query := u.Query(); locales != "" {
		query.Set("ui_locales", locales)
		u.RawQuery = query.Encode()
	}
	return u.String()
}
