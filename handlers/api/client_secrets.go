package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

type newSecret struct {
	ClientID
	Body struct {
		Secret  string `json:"client_secret,omitempty" doc:"The new secret; without it one is made"`
		Overlap *int   `json:"overlap_seconds,omitempty" minimum:"0" maximum:"31536000" doc:"How long the old secrets stay valid (default 86400); 0 ends them at once"`
		Expires *int   `json:"expires_in_seconds,omitempty" minimum:"60" maximum:"315360000" doc:"How long the new secret is valid; without it until it is replaced"`
	}
}

type secretOutput struct {
	Body struct {
		ID        string     `json:"id" format:"uuid" doc:"Id of the secret, by which it can be ended"`
		CreatedAt time.Time  `json:"created_at"`
		ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Absent: when it is replaced"`

		ClientID string `json:"client_id"`
		Secret   string `json:"client_secret,omitempty" doc:"Shown this once, unless it was given"`
	}
}

// secret is one of a client, without the secret itself.
type secret struct {
	ID        string     `json:"id" format:"uuid"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Absent: when it is replaced"`
}

type secretList struct {
	Body struct {
		Secrets []secret `json:"secrets"`
	}
}

type secretID struct {
	ClientID
	SecretID string `path:"secret_id" format:"uuid" doc:"Id of the secret in the list"`
}

func (a *API) secrets() {
	register(a, audit.ReadScope("clients"), huma.Operation{
		OperationID: "list-client-secrets", Method: http.MethodGet, Path: "/oauth/clients/{client_id}/secrets", Tags: []string{"clients"},
		Summary: "List the secrets of a client", Description: "Those that are valid, the oldest first, without the secrets themselves.",
	}, a.listSecrets)
	register(a, audit.WriteScope("clients"), huma.Operation{
		OperationID: "end-client-secret", Method: http.MethodDelete, Path: "/oauth/clients/{client_id}/secrets/{secret_id}", Tags: []string{"clients"},
		DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusConflict},
		Summary: "End a secret of a client at once", Description: "Not the last one, unless the client is disabled: it could not authenticate any more.",
	}, a.endSecret)
	register(a, audit.WriteScope("clients"), huma.Operation{
		OperationID: "rotate-client-secret", Method: http.MethodPost, Path: "/oauth/clients/{client_id}/secrets", Tags: []string{"clients"},
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
		Summary: "Give a client a new secret", Description: "The old ones stay valid for overlap_seconds.",
	}, func(ctx context.Context, in *newSecret) (*secretOutput, error) {
		made, text, err := a.Registry.RotateSecret(ctx, actor(ctx), in.ID, in.Body.Secret, client.Terms{Overlap: seconds(in.Body.Overlap, 86400), Lifetime: seconds(in.Body.Expires, 0)})
		if errors.Is(err, client.ErrPublic) {
			return nil, invalid("client_id", "the client has no secret")
		}
		if err != nil {
			return nil, err
		}
		out := &secretOutput{}
		out.Body.ClientID = in.ID
		out.Body.ID, out.Body.CreatedAt, out.Body.ExpiresAt = made.ID.String(), made.CreatedAt, made.ExpiresAt
		if in.Body.Secret == "" {
			out.Body.Secret = text
		}
		return out, nil
	})
}

func (a *API) listSecrets(ctx context.Context, in *ClientID) (*secretList, error) {
	c, err := a.Clients.Client(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &secretList{}
	out.Body.Secrets = []secret{}
	now := a.Clock.Now(ctx)
	for _, s := range c.Secrets {
		if s.Live(now) {
			out.Body.Secrets = append(out.Body.Secrets, secret{s.ID.String(), s.CreatedAt, s.ExpiresAt})
		}
	}
	return out, nil
}

func (a *API) endSecret(ctx context.Context, in *secretID) (*struct{}, error) {
	id, err := provider.ParseID(in.SecretID)
	if err != nil {
		return nil, provider.ErrNotFound
	}
	err = a.Registry.EndSecret(ctx, actor(ctx), in.ID, id)
	if errors.Is(err, client.ErrLastSecret) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckLastSecret, "secret_id: "+client.ErrLastSecret.Error()+".").WithStatus(http.StatusConflict)
	}
	return nil, err
}

// seconds is the duration that was given, or the default: 0 may be given.
func seconds(given *int, usual int) time.Duration {
	if given != nil {
		usual = *given
	}
	return time.Duration(usual) * time.Second
}
