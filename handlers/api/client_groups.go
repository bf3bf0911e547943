package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type allowedGroups struct {
	Body struct {
		Restricted bool     `json:"restricted" doc:"Whether the client is for the users of these groups, and those who are named, only"`
		Groups     []string `json:"groups" doc:"Roles of users; everyone stands for all users"`
	}
}

type clientGroup struct {
	ClientID
	Group string `path:"group" pattern:"^[a-z0-9-]+$" patternDescription:"a role of users, which has lower-case letters, digits or -" maxLength:"50" doc:"A role of users, or everyone" example:"editor"`
}

func (a *API) clientGroups() {
	write, tags := audit.WriteScope("clients"), []string{"clients"}
	const path = "/oauth/clients/{client_id}/groups"
	register(a, audit.ReadScope("clients"), huma.Operation{
		OperationID: "list-client-groups", Method: http.MethodGet, Path: path, Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "List the groups whose users may use a restricted client", Description: "Every user may use a client that is not restricted, or that has the group everyone.",
	}, func(ctx context.Context, in *ClientID) (*allowedGroups, error) {
		c, err := a.Clients.Client(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		groups, err := a.Clients.AllowedGroups(ctx, in.ID)
		out := &allowedGroups{}
		out.Body.Restricted, out.Body.Groups = c.Restricted, orEmpty(groups)
		return out, err
	})
	register(a, write, huma.Operation{
		OperationID: "allow-client-group", Method: http.MethodPut, Path: path + "/{group}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Restrict a client to named users and groups, of which the group is one", Description: "What other users have from it ends. The group everyone lets all users use it.",
	}, func(ctx context.Context, in *clientGroup) (*struct{}, error) {
		return nil, a.Registry.AllowGroup(ctx, actor(ctx), in.ID, in.Group)
	})
	register(a, write, huma.Operation{
		OperationID: "disallow-client-group", Method: http.MethodDelete, Path: path + "/{group}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Take a group from those that may use a client", Description: "What was issued to the client for users who may not use it any more ends. When the last group or user is taken, no user may use the client.",
	}, func(ctx context.Context, in *clientGroup) (*struct{}, error) {
		return nil, a.Registry.DisallowGroup(ctx, actor(ctx), in.ID, in.Group)
	})
}
