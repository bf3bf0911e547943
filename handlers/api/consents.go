package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type consents interface {
	List(ctx context.Context, userID provider.ID) ([]consent.ClientConsent, error)
	Withdraw(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error
}

type agreed struct {
	ClientID   string    `json:"client_id"`
	ClientName string    `json:"client_name"`
	Scopes     []string  `json:"scopes"`
	Claims     []string  `json:"claims" doc:"Claims that were requested individually"`
	Audience   []string  `json:"audience" doc:"Resources that the access is for; empty: none in particular"`
	UpdatedAt  time.Time `json:"updated_at"`
}

type consentQuery struct {
	UserID string `query:"user_id" format:"uuid" required:"true" doc:"The user who agreed"`
}

type consentList struct {
	Body struct {
		Consents []agreed `json:"consents"`
	}
}

type consentID struct {
	UserID   string `query:"user_id" format:"uuid" required:"true" doc:"The user who agreed"`
	ClientID string `query:"client_id" required:"true" doc:"The client to whom the user agreed"`
}

func (a *API) consents() {
	tags := []string{"consents"}
	register(a, audit.ReadScope("consents"), huma.Operation{
		OperationID: "list-consents", Method: http.MethodGet, Path: "/oauth/consents", Tags: tags,
		Summary: "List what a user agreed to and wanted remembered", Description: "By client; resources with the same scopes are one entry.",
	}, func(ctx context.Context, in *consentQuery) (*consentList, error) {
		of, err := filterOf("", in.UserID, "user_id")
		if err != nil {
			return nil, err
		}
		list, err := a.Consents.List(ctx, of.UserID)
		out := &consentList{}
		out.Body.Consents = []agreed{}
		for _, c := range list {
			for _, one := range c.Agreements() {
				out.Body.Consents = append(out.Body.Consents, agreed{c.ClientID, c.ClientName, orEmpty(one.Scopes), orEmpty(one.Claims), orEmpty(one.Audience), c.UpdatedAt})
			}
		}
		return out, err
	})
	register(a, audit.WriteScope("consents"), huma.Operation{
		OperationID: "withdraw-consent", Method: http.MethodDelete, Path: "/oauth/consents", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Withdraw what a user agreed to for a client", Description: "Everything that was issued under it ends at once.",
	}, func(ctx context.Context, in *consentID) (*struct{}, error) {
		of, err := filterOf(in.ClientID, in.UserID, "user_id")
		if err != nil {
			return nil, err
		}
		return nil, a.Consents.Withdraw(ctx, actor(ctx), of.UserID, of.ClientID)
	})
}
