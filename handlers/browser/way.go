package browser

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// way is where a person is on the way to: a sealed request in progress, or a path of the own account; both
// empty: the start page.
type way struct{ flow, next string }

func wayOf(values url.Values) way {
	return way{values.Get("flow"), nextPage(values.Get("next"))}
}

// path is a page on the way. ok: the request in progress is short enough for its address.
func (to way) path(page string) (path string, ok bool) {
	return wire.Path(page, url.Values{"flow": {to.flow}, "next": {to.next}}), len(to.flow) <= maxRedirectedFlow
}

// startOver leads a person to the sign-in who has to begin again.
func (b *Browser) startOver(w http.ResponseWriter, r *http.Request, to way) error {
	b.Web.DropProof(w, r)
	canonical.From(r.Context()).Outcome("start_over")
	if to.flow != "" {
		return b.goOn(w, r, to, nil)
	}
	path, _ := to.path("/login")
	wire.SeeOther(w, path, nil)
	return nil
}

// goOn leads a person on who has a session, or none.
func (b *Browser) goOn(w http.ResponseWriter, r *http.Request, to way, s *session.Session) error {
	path, ok := b.ahead(to, s)
	if !ok {
		p, f, err := b.reopen(r, to.flow)
		if err != nil {
			return err
		}
		return b.advanceAs(w, r, p, f, s)
	}
	if s != nil && len(s.Former) > 0 {
		frames, err := b.frames(r.Context(), s.Former)
		if err != nil {
			return err
		}
		if len(frames) > 0 {
			return b.Pages.For(r).LoggedOut(w, pages.LoggedOut{Username: s.User.Username, Again: path, Next: path, Frames: shown(frames)})
		}
	}
	wire.SeeOther(w, path, nil)
	return nil
}

// ahead is where a person goes on who has a session, or none. ok: a browser can be sent there, since the request in
// progress is short enough for an address.
func (b *Browser) ahead(to way, s *session.Session) (path string, ok bool) {
	switch {
	case s != nil && s.User.DeleteAt != nil: // the account can still be kept
		return toKeep(to.flow), true
	case to.flow == "" && to.next != "":
		return to.next, true
	case to.flow == "":
		return "/", true
	}
	return b.AuthorizePath + "?flow=" + url.QueryEscape(to.flow), len(to.flow) <= maxRedirectedFlow
}

// at reads the request in progress of a page for second factors, if there is one.
func (b *Browser) at(r *http.Request, to way) (oauth.Flow, error) {
	if to.flow == "" {
		return oauth.Flow{}, nil
	}
	_, f, err := b.reopen(r, to.flow)
	if err == nil {
		canonical.From(r.Context()).Client(f.Request.Client.ID)
	}
	return f, err
}

// demanded is the class that a request in progress demands; empty: any.
func demanded(f oauth.Flow) string {
	if f.Request == nil {
		return ""
	}
	return f.Request.Demands()
}
