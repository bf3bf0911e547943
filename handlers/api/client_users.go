package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type allowedUsers struct {
	Body struct {
		Restricted bool     `json:"restricted" doc:"Whether the client is for these users, and those of its groups, only"`
		Usernames  []string `json:"usernames"`
	}
}

type clientUser struct {
	ClientID
	UserID string `path:"user_id" format:"uuid" doc:"Id of the user"`
}

func (a *API) clientUsers() {
	write, tags := audit.WriteScope("clients"), []string{"clients"}
	const path = "/oauth/clients/{client_id}/users"
	register(a, audit.ReadScope("clients"), huma.Operation{
		OperationID: "list-client-users", Method: http.MethodGet, Path: path, Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "List who may use a restricted client", Description: "Every user may use a client that is not restricted.",
	}, func(ctx context.Context, in *ClientID) (*allowedUsers, error) {
		c, err := a.Clients.Client(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		names, err := a.Clients.AllowedUsers(ctx, in.ID)
		out := &allowedUsers{}
		out.Body.Restricted, out.Body.Usernames = c.Restricted, orEmpty(names)
		return out, err
	})
	register(a, write, huma.Operation{
		OperationID: "allow-client-user", Method: http.MethodPut, Path: path + "/{user_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Restrict a client to named users and groups, of which the user is one", Description: "What other users have from it ends.",
	}, func(ctx context.Context, in *clientUser) (*struct{}, error) {
		id, err := provider.ParseID(in.UserID)
		if err != nil {
			return nil, provider.ErrNotFound
		}
		return nil, a.Registry.AllowUser(ctx, actor(ctx), in.ID, id)
	})
	register(a, write, huma.Operation{
		OperationID: "disallow-client-user", Method: http.MethodDelete, Path: path + "/{user_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Take a user from those who may use a client", Description: "What was issued to the client for the user ends, unless a group of the user may use it.",
	}, func(ctx context.Context, in *clientUser) (*struct{}, error) {
		id, err := provider.ParseID(in.UserID)
		if err != nil {
			return nil, provider.ErrNotFound
		}
		return nil, a.Registry.DisallowUser(ctx, actor(ctx), in.ID, id)
	})
}
