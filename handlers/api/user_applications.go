package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/connected"
)

// connectedApps lists and ends what has access to the account of a user.
type connectedApps interface {
	List(ctx context.Context, userID provider.ID) ([]connected.App, error)
	EndFor(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error
}

type connectedApp struct {
	ClientID   string    `json:"client_id"`
	ClientName string    `json:"client_name"`
	Scopes     []string  `json:"scopes" doc:"Of all grants that live, and of what is remembered"`
	Since      time.Time `json:"since" doc:"When the oldest of it began"`
	UsedAt     time.Time `json:"used_at" doc:"The last sign-in or refresh"`
	SignIns    int64     `json:"sign_ins"`
	Refreshes  int64     `json:"refreshes"`
	Address    string    `json:"address" doc:"From where the last sign-in was; empty: not known"`
}

type connectedAppList struct {
	Body struct {
		Applications []connectedApp `json:"applications" doc:"By name"`
	}
}

type userApplication struct {
	UserID
	ClientID string `path:"client_id" maxLength:"200" doc:"The client whose access to end" example:"billing"`
}

func (a *API) userApplications() {
	const path = "/users/{user_id}/applications"
	tags := []string{"consents"}
	register(a, audit.ReadScope("consents"), huma.Operation{
		OperationID: "list-user-applications", Method: http.MethodGet, Path: path, Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "List the applications that have access to the account of a user", Description: "As the user sees them: with a remembered consent, or a grant that lives.",
	}, func(ctx context.Context, in *UserID) (*connectedAppList, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		apps, err := a.Apps.List(ctx, u.ID)
		out := &connectedAppList{}
		out.Body.Applications = make([]connectedApp, len(apps))
		for i, app := range apps {
			out.Body.Applications[i] = connectedApp{app.ClientID, app.Name, orEmpty(app.Scopes), app.Since, app.UsedAt, app.SignIns, app.Refreshes, app.Address}
		}
		return out, err
	})
	register(a, audit.WriteScope("consents"), huma.Operation{
		OperationID: "end-user-application", Method: http.MethodDelete, Path: path + "/{client_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "End all access of an application to the account of a user", Description: "Every grant ends with its tokens, and the consent is withdrawn.",
	}, func(ctx context.Context, in *userApplication) (*struct{}, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return nil, a.Apps.EndFor(ctx, actor(ctx), u.ID, in.ClientID)
	})
}
