package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/logout"
)

// clientLogouts are what clients are told of the end of sessions.
type clientLogouts interface {
	List(ctx context.Context, of logout.Filter, limit int) ([]logout.Delivery, error)
	Redeliver(ctx context.Context, actor audit.Actor, clientID string, id provider.ID) error
	RedeliverFailed(ctx context.Context, actor audit.Actor, clientID string, since time.Time) (int64, error)
}

type toldLogout struct {
	ID        string     `json:"id" doc:"The jti of the logout token"`
	ClientID  string     `json:"client_id"`
	SessionID string     `json:"session_id,omitempty" doc:"Sign-in session that ended; the sid of the client's ID tokens, unless its subjects are pairwise. For callers with gatehouse:sessions:read"`
	UserID    string     `json:"user_id,omitempty" doc:"For callers with gatehouse:users:read"`
	State     string     `json:"state" enum:"pending,delivered,failed"`
	Tries     int        `json:"tries"`
	CreatedAt time.Time  `json:"created_at"`
	NextAt    *time.Time `json:"next_at,omitempty" doc:"When it is tried next"`
	TriedAt   *time.Time `json:"tried_at,omitempty" doc:"When it was tried last"`
	TookMS    int64      `json:"took_ms"`
	Status    int        `json:"status,omitempty" doc:"Status of the last response; absent: there was none"`
	Error     string     `json:"error,omitempty" doc:"Such as status, timeout, connection, tls, dns, refused_address, no_receiver, encryption_key"`
}

// toldLogoutOf shows the caller of ctx whose session it was, if they may read such.
func toldLogoutOf(ctx context.Context, d logout.Delivery) toldLogout {
	out := toldLogout{
		ID: d.ID.String(), ClientID: d.ClientID, State: string(d.State), Tries: d.Tries, CreatedAt: d.CreatedAt,
		TriedAt: d.TriedAt, TookMS: d.Took.Milliseconds(), Status: d.Status, Error: d.Fault,
	}
	if d.State == logout.Pending {
		out.NextAt = &d.NextAt
	}
	if holds(ctx, audit.ReadScope("sessions")) {
		out.SessionID = d.SID.String()
	}
	if holds(ctx, audit.ReadScope("users")) {
		out.UserID = d.UserID.String()
	}
	return out
}

// LogoutState selects the sign-outs of a list.
type LogoutState struct {
	State string `query:"state" enum:"pending,delivered,failed" doc:"Only those in this state"`
}

type clientLogoutQuery struct {
	ClientID
	LogoutState
	Page
}

type logoutQuery struct {
	LogoutState
	Page
}

type logoutPage struct {
	Body struct {
		Logouts    []toldLogout `json:"logouts"`
		NextCursor string       `json:"next_cursor,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

// LogoutID names a sign-out that a client is told of.
type LogoutID struct {
	ClientID
	LogoutID string `path:"logout_id" maxLength:"100" doc:"Id of the sign-out in the list"`
}

type logoutRedelivery struct {
	ClientID
	Body struct {
		Since time.Time `json:"since" doc:"What was created since then and failed is sent again"`
	}
}

type redeliveredLogouts struct {
	Body struct {
		Logouts int64 `json:"logouts" doc:"How many are sent again"`
	}
}

func (a *API) clientLogouts() {
	read, write, tags := audit.ReadScope("clients"), audit.WriteScope("clients"), []string{"clients"}
	const path = "/oauth/clients/{client_id}/logouts"
	register(a, read, huma.Operation{
		OperationID: "list-logouts", Method: http.MethodGet, Path: "/oauth/logouts", Tags: tags,
		Summary: "List the sign-outs that clients were told of", Description: "By OpenID Connect Back-Channel Logout, the newest first. They are kept for a week.",
	}, func(ctx context.Context, in *logoutQuery) (*logoutPage, error) {
		return a.logoutPage(ctx, "logouts "+in.State, logout.Filter{State: logout.State(in.State)}, in.Page)
	})
	register(a, read, huma.Operation{
		OperationID: "list-client-logouts", Method: http.MethodGet, Path: path, Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "List the sign-outs that a client was told of", Description: "By OpenID Connect Back-Channel Logout, the newest first. They are kept for a week.",
	}, func(ctx context.Context, in *clientLogoutQuery) (*logoutPage, error) {
		if _, err := a.Clients.Client(ctx, in.ID); err != nil {
			return nil, err
		}
		return a.logoutPage(ctx, "logouts "+in.State+" of "+in.ID, logout.Filter{ClientID: in.ID, State: logout.State(in.State)}, in.Page)
	})
	register(a, write, huma.Operation{
		OperationID: "redeliver-logout", Method: http.MethodPost, Path: path + "/{logout_id}/redeliver", Tags: tags, DefaultStatus: http.StatusAccepted, Errors: []int{http.StatusNotFound},
		Summary: "Tell a client of a sign-out again", Description: "One that failed. One that waits for its next attempt is sent at once.",
	}, func(ctx context.Context, in *LogoutID) (*struct{}, error) {
		id, err := pathID(in.LogoutID)
		if err != nil {
			return nil, err
		}
		return nil, a.Logouts.Redeliver(ctx, actor(ctx), in.ID, id)
	})
	register(a, write, huma.Operation{
		OperationID: "redeliver-failed-logouts", Method: http.MethodPost, Path: path + "/redeliver", Tags: tags, DefaultStatus: http.StatusAccepted, Errors: []int{http.StatusNotFound},
		Summary: "Tell a client again of what failed", Description: "All sign-outs that were created since a time.",
	}, func(ctx context.Context, in *logoutRedelivery) (*redeliveredLogouts, error) {
		if _, err := a.Clients.Client(ctx, in.ID); err != nil {
			return nil, err
		}
		n, err := a.Logouts.RedeliverFailed(ctx, actor(ctx), in.ID, in.Body.Since)
		out := &redeliveredLogouts{}
		out.Body.Logouts = n
		return out, err
	})
}

// logoutPage is a page of a list of sign-outs, under the name of its cursors.
func (a *API) logoutPage(ctx context.Context, list string, of logout.Filter, in Page) (_ *logoutPage, err error) {
	if of.Before, err = a.openID(list, in.Cursor); err != nil {
		return nil, err
	}
	found, err := a.Logouts.List(ctx, of, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &logoutPage{}
	out.Body.Logouts, out.Body.NextCursor = paged(a, list, in.Limit, found, func(d logout.Delivery) toldLogout { return toldLogoutOf(ctx, d) }, func(d logout.Delivery) string { return d.ID.String() })
	return out, nil
}
