package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

type newSecret struct {
	ClientID
	Body struct {
		Secret  string `json:"client_secret,omitempty" doc:"The new secret; without it one is made"`
		Overlap *int   `json:"overlap_seconds,omitempty" minimum:"0" maximum:"31536000" doc:"How long the old secrets stay valid (default 86400); 0 ends them at once"`
	}
}

type secretOutput struct {
	Body struct {
		ClientID string `json:"client_id"`
		Secret   string `json:"client_secret,omitempty" doc:"Shown this once, unless it was given"`
	}
}

func (a *API) secrets() {
	register(a, audit.WriteScope("clients"), huma.Operation{
		OperationID: "rotate-client-secret", Method: http.MethodPost, Path: "/oauth/clients/{client_id}/secrets", Tags: []string{"clients"},
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
		Summary: "Give a client a new secret", Description: "The old ones stay valid for overlap_seconds.",
	}, func(ctx context.Context, in *newSecret) (*secretOutput, error) {
		secret, err := a.Registry.RotateSecret(ctx, actor(ctx), in.ID, in.Body.Secret, seconds(in.Body.Overlap, 86400))
		if errors.Is(err, client.ErrPublic) {
			return nil, invalid("client_id", "the client has no secret")
		}
		if err != nil {
			return nil, err
		}
		out := &secretOutput{}
		out.Body.ClientID = in.ID
		if in.Body.Secret == "" {
			out.Body.Secret = secret
		}
		return out, nil
	})
}

// seconds is the duration that was given, or the default: 0 may be given.
func seconds(given *int, usual int) time.Duration {
	if given != nil {
		usual = *given
	}
	return time.Duration(usual) * time.Second
}
