package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type newWebhookSecret struct {
	WebhookID
	Body struct {
		Overlap *int `json:"overlap_seconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long the old secrets go on signing, too (default 86400); 0 ends them at once"`
	}
}

type webhookSecretOutput struct {
	Body struct {
		Secret string `json:"secret" doc:"Shown this once"`
	}
}

func (a *API) webhookSecrets() {
	register(a, audit.WriteScope("webhooks"), huma.Operation{
		OperationID: "rotate-webhook-secret", Method: http.MethodPost, Path: "/webhooks/{webhook_id}/secrets", Tags: []string{"webhooks"}, DefaultStatus: http.StatusCreated,
		Summary: "Give a webhook a new secret", Description: "For overlap_seconds messages have a signature for each secret, so that a receiver may have either one.",
	}, func(ctx context.Context, in *newWebhookSecret) (*webhookSecretOutput, error) {
		id, err := in.parse()
		if err != nil {
			return nil, err
		}
		out := &webhookSecretOutput{}
		out.Body.Secret, err = a.Webhooks.RotateSecret(ctx, actor(ctx), id, seconds(in.Body.Overlap, 86400))
		return out, asWebhookFault(err)
	})
}
