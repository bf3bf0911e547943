package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type newDeletion struct {
	UserID
	Body struct {
		DeleteAt time.Time `json:"delete_at" doc:"When the account is to be deleted, at most a year from now"`
	}
}

func (a *API) userDeletion() {
	const path = "/users/{user_id}/deletion"
	tags := []string{"users"}
	register(a, audit.WriteScope("users"), huma.Operation{
		OperationID: "delete-user-later", Method: http.MethodPut, Path: path, Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Have a user deleted after a grace period", Description: "All sessions end, and the user gets a message. Who signs in meanwhile can keep the account. A deletion that is under way stays as it is.",
	}, func(ctx context.Context, in *newDeletion) (*userOutput, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		grace := in.Body.DeleteAt.Sub(a.Clock.Now(ctx))
		if grace <= 0 || grace > account.MaxGrace {
			return nil, invalid("/delete_at", "must be in the future, and at most a year from now")
		}
		u, err = a.Accounts.DeleteAfter(ctx, actor(ctx), u.ID, grace)
		return shown(u), err
	})
	register(a, audit.WriteScope("users"), huma.Operation{
		OperationID: "keep-user", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Keep a user who was to be deleted", Description: "Whoever asked for the deletion.",
	}, func(ctx context.Context, in *UserID) (*struct{}, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		_, err = a.Accounts.Keep(ctx, actor(ctx), u.ID)
		return nil, err
	})
}
