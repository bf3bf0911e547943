package browser

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ServeCheckSession serves check_session_iframe (OpenID Connect Session Management section 3.2). It is the
// one page that others may frame: it shows nothing, has no form, and its script tells a page no more than
// whether its own session_state is still that of the browser.
func (b *Browser) ServeCheckSession(w http.ResponseWriter, _ *http.Request) error {
	return b.Pages.CheckSession(w)
}

// addSessionState adds session_state to a response, where that is turned on.
func (b *Browser) addSessionState(w http.ResponseWriter, r *http.Request, request *oauth.AuthorizeRequest, s *session.Session, into map[string][]string) {
	if b.CheckSessionPath == "" {
		return
	}
	if state := oauth.SessionState(request, b.Web.BrowserState(w, r, s), b.Random); state != "" {
		into["session_state"] = []string{state}
	}
}

// forgetState has the browser forget the state of a session that is over, wherever it ended. A browser that has sent no
// cookie of a session may have kept it from a frame, and its session go on.
func (b *Browser) forgetState(w http.ResponseWriter, r *http.Request, s *session.Session) {
	if s == nil && b.CheckSessionPath != "" && b.Web.Presented(r) {
		b.Web.DropBrowserState(w, r)
	}
}
