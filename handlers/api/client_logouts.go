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

type toldLogout struct {
	ID        string     `json:"id" doc:"The jti of the logout token"`
	SessionID string     `json:"session_id" doc:"The sid of the client's ID tokens"`
	UserID    string     `json:"user_id"`
	State     string     `json:"state" enum:"pending,delivered,failed"`
	Tries     int        `json:"tries"`
	CreatedAt time.Time  `json:"created_at"`
	NextAt    *time.Time `json:"next_at,omitempty" doc:"When it is tried next"`
	TriedAt   *time.Time `json:"tried_at,omitempty" doc:"When it was tried last"`
	TookMS    int64      `json:"took_ms"`
	Status    int        `json:"status,omitempty" doc:"Status of the last response; absent: there was none"`
	Error     string     `json:"error,omitempty" doc:"Such as status, timeout, connection, tls, dns, refused_address, no_receiver, encryption_key"`
}

func toldLogoutOf(d logout.Delivery) toldLogout {
	out := toldLogout{
		ID: d.ID.String(), SessionID: d.SID.String(), UserID: d.UserID.String(), State: string(d.State), Tries: d.Tries, CreatedAt: d.CreatedAt,
		TriedAt: d.TriedAt, TookMS: d.Took.Milliseconds(), Status: d.Status, Error: d.Fault,
	}
	if d.State == logout.Pending {
		out.NextAt = &d.NextAt
	}
	return out
}

type clientLogoutQuery struct {
	ClientID
	Page
}

type clientLogoutPage struct {
	Body struct {
		Logouts    []toldLogout `json:"logouts"`
		NextCursor string       `json:"next_cursor,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

func (a *API) clientLogouts() {
	register(a, audit.ReadScope("clients"), huma.Operation{
		OperationID: "list-client-logouts", Method: http.MethodGet, Path: "/oauth/clients/{client_id}/logouts", Tags: []string{"clients"}, Errors: []int{http.StatusNotFound},
		Summary: "List the sign-outs that a client was told of", Description: "By OpenID Connect Back-Channel Logout, the newest first. They are kept for a week.",
	}, func(ctx context.Context, in *clientLogoutQuery) (*clientLogoutPage, error) {
		list := "logouts of " + in.ID
		before, err := a.openID(list, in.Cursor)
		if err != nil {
			return nil, err
		}
		if _, err := a.Clients.Client(ctx, in.ID); err != nil {
			return nil, err
		}
		found, err := a.Clients.Logouts(ctx, in.ID, before, in.Limit)
		if err != nil {
			return nil, err
		}
		out := &clientLogoutPage{}
		out.Body.Logouts = make([]toldLogout, len(found))
		for i, d := range found {
			out.Body.Logouts[i] = toldLogoutOf(d)
		}
		out.Body.NextCursor = a.next(list, len(found), in.Limit, func() string { return found[len(found)-1].ID.String() })
		return out, nil
	})
}

// clientLogoutLister lists what clients were told.
type clientLogoutLister interface {
	Logouts(ctx context.Context, clientID string, before provider.ID, limit int) ([]logout.Delivery, error)
}
