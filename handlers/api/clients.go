package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// clientRegistry changes clients.
type clientRegistry interface {
	Create(ctx context.Context, actor audit.Actor, c *client.Client, secret string) (string, error)
	Update(ctx context.Context, actor audit.Actor, id string, change func(c *client.Client) error) (*client.Client, error)
	RotateSecret(ctx context.Context, actor audit.Actor, id, secret string, terms client.Terms) (client.Secret, string, error)
	EndSecret(ctx context.Context, actor audit.Actor, clientID string, id provider.ID) error
	Delete(ctx context.Context, actor audit.Actor, id string) error
	AllowUser(ctx context.Context, actor audit.Actor, clientID string, userID provider.ID) error
	DisallowUser(ctx context.Context, actor audit.Actor, clientID string, userID provider.ID) error
	AllowGroup(ctx context.Context, actor audit.Actor, clientID, group string) error
	DisallowGroup(ctx context.Context, actor audit.Actor, clientID, group string) error
}

// clientReader reads clients from the database.
type clientReader interface {
	Client(ctx context.Context, id string) (*client.Client, error)
	client.Lister
	AllowedUsers(ctx context.Context, clientID string) ([]string, error)
	AllowedGroups(ctx context.Context, clientID string) ([]string, error)
}

type clientBody struct{ Body registration }

type clientOutput struct {
	ETag string `header:"ETag"`
	Body registered
}

type clientPage struct {
	Body struct {
		Clients    []registered `json:"clients"`
		NextCursor string       `json:"next_cursor,omitempty"`
	}
}

// ClientID names a client in a path.
type ClientID struct {
	ID string `path:"client_id" maxLength:"200" doc:"Id of the client" example:"billing"`
}

type clientChange struct {
	ClientID
	Condition
	Body registration
}

func (a *API) clients() {
	read, write, tags := audit.ReadScope("clients"), audit.WriteScope("clients"), []string{"clients"}
	register(a, read, huma.Operation{
		OperationID: "list-clients", Method: http.MethodGet, Path: "/oauth/clients", Tags: tags, Summary: "List clients", Description: "By id.",
	}, a.listClients)
	register(a, write, huma.Operation{
		OperationID: "create-client", Method: http.MethodPost, Path: "/oauth/clients", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary: "Register a client", Description: "A redirect URI implies the grant authorization_code. The secret is in the response, and can never be read again.",
	}, a.createClient)
	register(a, read, huma.Operation{
		OperationID: "get-client", Method: http.MethodGet, Path: "/oauth/clients/{client_id}", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Read a client", Description: "Without its secrets.",
	}, func(ctx context.Context, in *ClientID) (*clientOutput, error) {
		c, err := a.Clients.Client(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return outputOf(c)
	})
	register(a, write, huma.Operation{
		OperationID: "replace-client", Method: http.MethodPut, Path: "/oauth/clients/{client_id}", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Replace a registration", Description: "What the body does not name gets its default. Secrets stay.",
	}, func(ctx context.Context, in *clientChange) (*clientOutput, error) {
		return a.updateClient(ctx, in, true)
	})
	register(a, write, huma.Operation{
		OperationID: "update-client", Method: http.MethodPatch, Path: "/oauth/clients/{client_id}", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Change a registration", Description: "A JSON merge patch (RFC 7396): what the body does not name stays, null takes a value away.",
	}, func(ctx context.Context, in *clientChange) (*clientOutput, error) {
		return a.updateClient(ctx, in, false)
	})
	register(a, write, huma.Operation{
		OperationID: "delete-client", Method: http.MethodDelete, Path: "/oauth/clients/{client_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Delete a client", Description: "Everything that was issued to it ends.",
	}, func(ctx context.Context, in *ClientID) (*struct{}, error) {
		return nil, a.Registry.Delete(ctx, actor(ctx), in.ID)
	})
	a.secrets()
	a.registrationTokens()
}

// clientQuery selects clients.
type clientQuery struct {
	Page
	Trust string `query:"trust" enum:"operator,unverified,verified" doc:"Only those of one kind: the operator's own, or that registered themselves and are not verified, or are"`
}

func (a *API) listClients(ctx context.Context, in *clientQuery) (*clientPage, error) {
	after, err := a.open("clients", in.Cursor)
	if err != nil {
		return nil, err
	}
	listed, err := a.Clients.Clients(ctx, client.Trust(in.Trust), after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &clientPage{}
	out.Body.Clients = make([]registered, len(listed))
	for i, c := range listed {
		if out.Body.Clients[i], err = registrationOf(c, ""); err != nil {
			return nil, err
		}
	}
	out.Body.NextCursor = a.next("clients", len(listed), in.Limit, func() string { return listed[len(listed)-1].ID })
	return out, nil
}

func (a *API) createClient(ctx context.Context, in *clientBody) (*clientOutput, error) {
	id, err := in.Body.take("client_id")
	if err != nil {
		return nil, err
	}
	secret, err := in.Body.take("client_secret")
	if err != nil {
		return nil, err
	}
	for _, name := range readOnly() {
		delete(in.Body, name)
	}
	c := &client.Client{ID: id}
	if err := c.Merge(in.Body); err != nil {
		return nil, err
	}
	c.Imply(in.Body.names, consent.StandardScopes(), consent.SignInScopes())
	given := secret != ""
	if secret, err = a.Registry.Create(ctx, actor(ctx), c, secret); err != nil {
		return nil, err
	}
	if given {
		secret = "" // the caller has it
	}
	created(ctx, "/oauth/clients", c.ID)
	body, err := registrationOf(c, secret)
	return &clientOutput{version(c.UpdatedAt), body}, err
}

// names tells whether the registration has a property of the table of fields, under any of its names.
func (r registration) names(name string) bool {
	_, named := r[name]
	if _, scope := r["scope"]; name == "scopes" {
		return named || scope
	}
	return named
}

// readOnly are what responses have: a caller may send a registration back as it was read.
func readOnly() []string { return []string{"created_at", "updated_at"} }

func (a *API) updateClient(ctx context.Context, in *clientChange, replace bool) (*clientOutput, error) {
	if id, err := in.Body.take("client_id"); err != nil {
		return nil, err
	} else if id != "" && id != in.ID {
		return nil, invalid("/client_id", "cannot be changed: it must be the one in the path")
	}
	if _, sent := in.Body["client_secret"]; sent {
		return nil, invalid("/client_secret", "cannot be changed here: send it to the secrets of the client (POST /oauth/clients/{client_id}/secrets)")
	}
	for _, name := range readOnly() {
		delete(in.Body, name)
	}
	updated, err := a.Registry.Update(ctx, actor(ctx), in.ID, func(c *client.Client) error {
		if err := in.Check(version(c.UpdatedAt)); err != nil {
			return err
		}
		if replace {
			// Trust is not made up for by what a request leaves out: a client that registered itself would be the operator's.
			*c = client.Client{ID: c.ID, Secrets: c.Secrets, CreatedAt: c.CreatedAt, AuthMethod: c.AuthMethod, Trust: c.Trust}
			c.FillDefaults()
		}
		if err := c.Merge(in.Body); err != nil {
			return err
		}
		c.ImplyGrants()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outputOf(updated)
}

func outputOf(c *client.Client) (*clientOutput, error) {
	body, err := registrationOf(c, "")
	return &clientOutput{version(c.UpdatedAt), body}, err
}
