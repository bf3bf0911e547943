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
	List(ctx context.Context, userID provider.ID, live bool, before provider.ID, limit int) ([]*session.Session, error)
	State(ctx context.Context, s *session.Session) string
	EndID(ctx context.Context, actor audit.Actor, id provider.ID) error
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

func (a *API) sessions() {
	tags := []string{"sessions"}
	register(a, audit.ReadScope("sessions"), huma.Operation{
		OperationID: "list-sessions", Method: http.MethodGet, Path: "/oauth/sessions", Tags: tags, Summary: "List sign-in sessions", Description: "The newest first.",
	}, a.listSessions)
	register(a, audit.WriteScope("sessions"), huma.Operation{
		OperationID: "end-session", Method: http.MethodDelete, Path: "/oauth/sessions/{session_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Sign a browser out", Description: "Tokens that were issued in the session end with it, except for those with offline_access.",
	}, func(ctx context.Context, in *sessionID) (*struct{}, error) {
		id, err := provider.ParseID(in.ID)
		if err != nil {
			return nil, provider.ErrNotFound
		}
		return nil, a.Sessions.EndID(ctx, actor(ctx), id)
	})
}

func (a *API) listSessions(ctx context.Context, in *sessionQuery) (*sessionPage, error) {
	var user provider.ID
	var err error
	if in.UserID != "" {
		if user, err = provider.ParseID(in.UserID); err != nil {
			return nil, invalid("user_id", "is not an id")
		}
	}
	before, err := a.openID("sessions", in.Cursor)
	if err != nil {
		return nil, err
	}
	listed, err := a.Sessions.List(ctx, user, !in.All, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &sessionPage{}
	out.Body.Sessions = make([]signedIn, len(listed))
	for i, s := range listed {
		out.Body.Sessions[i] = signedIn{
			s.ID.String(), s.User.ID.String(), s.User.Username, a.Sessions.State(ctx, s), s.Proofs.AuthTime(), s.Proofs.AMR(), s.SeenAt, s.ExpiresAt, s.EndedAt,
		}
	}
	out.Body.NextCursor = a.next("sessions", len(listed), in.Limit, func() string { return listed[len(listed)-1].ID.String() })
	return out, nil
}
