package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

type sessionManager interface {
	List(ctx context.Context, userID provider.ID, live bool, before provider.ID, limit int) (session.Page, error)
	Get(ctx context.Context, id provider.ID) (*session.Session, error)
	State(ctx context.Context, s *session.Session) string
	EndID(ctx context.Context, actor audit.Actor, id provider.ID) error
	EndAll(ctx context.Context, actor audit.Actor, userID provider.ID) (count int, err error)
}

type signedIn struct {
	ID        string     `json:"id"`
	UserID    string     `json:"user_id"`
	Username  string     `json:"username"`
	State     string     `json:"state" enum:"live,ended,expired"`
	AuthTime  time.Time  `json:"auth_time"`
	AMR       []string   `json:"amr" doc:"How the user authenticated (RFC 8176)"`
	SeenAt    time.Time  `json:"seen_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`

	Address     string `json:"address" doc:"From where the user signed in; empty: not known"`
	SeenAddress string `json:"seen_address" doc:"From where the session was last used"`
	Device      string `json:"device" example:"Firefox on Linux" doc:"Browser and system, as far as the user agent names them"`
	UserAgent   string `json:"user_agent" doc:"As the browser sent it at the last use, at most 200 bytes"`
}

type sessionQuery struct {
	Page
	UserID string `query:"user_id" format:"uuid" doc:"Only sessions of this user"`
	All    bool   `query:"all" doc:"Also those that ended or expired within the last day"`
}

type sessionPage struct {
	Body struct {
		Sessions   []signedIn `json:"sessions"`
		NextCursor string     `json:"next_cursor,omitempty"`
	}
}

type sessionID struct {
	ID string `path:"session_id" format:"uuid" doc:"Id of the session, as the list has it"`
}

type sessionBody struct{ Body signedIn }

type sessionsOf struct {
	UserID string `query:"user_id" format:"uuid" required:"true" doc:"Whose sessions to end"`
}

type endedSessions struct {
	Body struct {
		Ended int `json:"sessions_ended" doc:"How many sessions were ended"`
	}
}

func (a *API) sessions() {
	tags := []string{"sessions"}
	read, write := audit.ReadScope("sessions"), audit.WriteScope("sessions")
	register(a, read, huma.Operation{
		OperationID: "list-sessions", Method: http.MethodGet, Path: "/oauth/sessions", Tags: tags, Summary: "List sign-in sessions",
		Description: "The newest first. A page can have fewer than `limit`, even none, while there is a `next_cursor`: the work for each page is bounded.",
	}, a.listSessions)
	register(a, read, huma.Operation{
		OperationID: "get-session", Method: http.MethodGet, Path: "/oauth/sessions/{session_id}", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Read a sign-in session", Description: "Also one that ended or expired within the last day.",
	}, a.getSession)
	register(a, write, huma.Operation{
		OperationID: "end-session", Method: http.MethodDelete, Path: "/oauth/sessions/{session_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Sign a browser out", Description: "Tokens that were issued in the session end with it, except for those with offline_access.",
	}, func(ctx context.Context, in *sessionID) (*struct{}, error) {
		id, err := provider.ParseID(in.ID)
		if err != nil {
			return nil, provider.ErrNotFound
		}
		return nil, a.Sessions.EndID(ctx, actor(ctx), id)
	})
	register(a, write, huma.Operation{
		OperationID: "end-sessions", Method: http.MethodDelete, Path: "/oauth/sessions", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Sign a user out everywhere", Description: "Tokens that were issued in the sessions end with them, except for those with offline_access.",
	}, func(ctx context.Context, in *sessionsOf) (*endedSessions, error) {
		user, err := optionalID(in.UserID, "user_id")
		if err == nil && user.IsZero() {
			err = invalid("user_id", "is not an id")
		}
		if err == nil {
			err = a.clientAndUser(ctx, "", "", user, "user_id")
		}
		if err != nil {
			return nil, err
		}
		out := &endedSessions{}
		out.Body.Ended, err = a.Sessions.EndAll(ctx, actor(ctx), user)
		return out, err
	})
}

func (a *API) getSession(ctx context.Context, in *sessionID) (*sessionBody, error) {
	id, err := provider.ParseID(in.ID)
	if err != nil {
		return nil, provider.ErrNotFound
	}
	s, err := a.Sessions.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &sessionBody{a.signedIn(ctx, s)}, nil
}

func (a *API) listSessions(ctx context.Context, in *sessionQuery) (*sessionPage, error) {
	user, err := optionalID(in.UserID, "user_id")
	if err != nil {
		return nil, err
	}
	before, err := a.openID("sessions", in.Cursor)
	if err != nil {
		return nil, err
	}
	page, err := a.Sessions.List(ctx, user, !in.All, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &sessionPage{}
	out.Body.Sessions = make([]signedIn, len(page.Sessions))
	for i, s := range page.Sessions {
		out.Body.Sessions[i] = a.signedIn(ctx, s)
	}
	out.Body.NextCursor = a.after("sessions", page.Next)
	return out, nil
}

func (a *API) signedIn(ctx context.Context, s *session.Session) signedIn {
	return signedIn{
		s.ID.String(), s.User.ID.String(), s.User.Username, a.Sessions.State(ctx, s), s.Proofs.AuthTime(), s.Proofs.AMR(), s.SeenAt, s.ExpiresAt, s.EndedAt,
		s.Address, s.Seen.Address, s.Seen.Device(), s.Seen.UserAgent,
	}
}
