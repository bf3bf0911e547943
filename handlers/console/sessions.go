package console

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

const sessionsPath = Path + "/sessions"

// sessionsPage is the list of browsers that are signed in.
type sessionsPage struct {
	shell
	accessFilter

	Sessions []*session.Session
	// Own is the session of the viewer.
	Own provider.ID
	// Next is the path of the following page; empty: this is the last.
	Next string
}

func (c *Console) serveSessions(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := sessionsPage{shell: c.shell(w, r, v, sessionsPath), Own: v.session.ID}
	var err error
	if page.accessFilter, err = c.accessFilter(r); err != nil {
		return err
	}
	page.Client, page.Filtered = "", page.User != ""
	if !page.NoUser {
		live, err := c.Sessions.List(r.Context(), page.userID, true, after(r.URL.Query()), listed)
		if err != nil {
			return err
		}
		page.Sessions, page.Next = live.Sessions, page.next(sessionsPath, live.Next, url.Values{})
	}
	return c.pages.For(r).Write(w, http.StatusOK, "sessions", page, r.URL.RequestURI())
}

// sessionPage is the page about a session.
type sessionPage struct {
	shell

	Session *session.Session
	// State is live, ended or expired.
	State string
	// Own: it is the viewer's.
	Own bool
	// Tokens are the latest that were issued under what was authorized in it.
	Tokens []grant.Listed
}

// mostTokens is how many tokens the page of a session shows.
const mostTokens = 10

func (c *Console) serveSession(w http.ResponseWriter, r *http.Request, v *viewer) error {
	id, err := provider.ParseID(mux.Vars(r)["session_id"])
	if err != nil {
		return noPage(r)
	}
	s, err := c.Sessions.Get(r.Context(), id)
	if err != nil {
		return found(r, err)
	}
	page := sessionPage{shell: c.shell(w, r, v, sessionsPath), Session: s, State: c.Sessions.State(r.Context(), s), Own: id == v.session.ID}
	if v.may(audit.ReadScope("tokens")) {
		issued, err := c.Tokens.List(r.Context(), grant.Filter{SessionID: id, ActiveAt: c.now(r)}, provider.ID{}, mostTokens)
		if err != nil {
			return err
		}
		page.Tokens = issued.Tokens
	}
	return c.pages.For(r).Write(w, http.StatusOK, "session", page, r.URL.Path)
}

// serveSessionEnd signs a browser out.
func (c *Console) serveSessionEnd(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	id, err := provider.ParseID(mux.Vars(r)["session_id"])
	if err != nil {
		return noPage(r)
	}
	if err := c.Sessions.EndID(r.Context(), v.actor, id); err != nil && !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	return c.done(w, r, accessFilter{User: trimmed(form, "user")}.path(sessionsPath), said{Done: "session_ended"})
}
