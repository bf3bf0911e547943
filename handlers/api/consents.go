package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type consents interface {
	List(ctx context.Context, of consent.Filter, limit int) ([]consent.ClientConsent, error)
	Get(ctx context.Context, userID provider.ID, clientID string) (consent.ClientConsent, error)
	Create(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string, agreed consent.Agreement) error
	Withdraw(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error
	History(ctx context.Context, userID provider.ID, clientID string, before provider.ID, limit int) ([]audit.Record, error)
}

// Consent is what a user agreed to for a client, as JSON has it.
type Consent struct {
	ID         string      `json:"consent_id" doc:"Stays the same when the user withdraws the consent and gives it again"`
	UserID     string      `json:"user_id" format:"uuid"`
	Username   string      `json:"username"`
	ClientID   string      `json:"client_id"`
	ClientName string      `json:"client_name"`
	Scopes     []string    `json:"scopes" doc:"Of all agreements together"`
	Agreements []agreement `json:"agreements" doc:"What was agreed to for one resource is not agreed to for another"`
	UpdatedAt  time.Time   `json:"updated_at"`
}

type agreement struct {
	Scopes   []string `json:"scopes"`
	Claims   []string `json:"claims" doc:"Claims beyond those of the scopes"`
	Audience []string `json:"audience" doc:"Resources that the access is for; empty: none in particular"`
}

func consentOf(c consent.ClientConsent) Consent {
	out := Consent{
		consent.ID(c.UserID, c.ClientID), c.UserID.String(), c.Username, c.ClientID, c.ClientName, orEmpty(c.Scopes()), []agreement{}, c.UpdatedAt,
	}
	for _, one := range c.Agreements() {
		out.Agreements = append(out.Agreements, agreement{orEmpty(one.Scopes), orEmpty(one.Claims), orEmpty(one.Audience)})
	}
	return out
}

type consentQuery struct {
	Page
	UserID   string `query:"user_id" format:"uuid" doc:"Only those of this user"`
	ClientID string `query:"client_id" maxLength:"200" doc:"Only those for this client" example:"billing"`
}

type consentPage struct {
	Body struct {
		Consents   []Consent `json:"consents"`
		NextCursor string    `json:"next_cursor,omitempty"`
	}
}

// ConsentID names a consent in a path.
type ConsentID struct {
	ID string `path:"consent_id" maxLength:"400" doc:"Id of the consent"`
}

type consentOutput struct{ Body Consent }

type newConsent struct {
	Body struct {
		UserID   string   `json:"user_id" format:"uuid"`
		ClientID string   `json:"client_id" minLength:"1" maxLength:"200"`
		Scopes   []string `json:"scopes" minItems:"1" maxItems:"100" nullable:"false" doc:"Those that the client is registered for"`
		Audience []string `json:"audience,omitempty" maxItems:"100" doc:"Resources that the access is for; without them none in particular"`
	}
}

type consentPair struct {
	UserID   string `query:"user_id" format:"uuid" required:"true" doc:"The user who agreed"`
	ClientID string `query:"client_id" required:"true" doc:"The client to whom the user agreed" example:"billing"`
}

func (a *API) consents() {
	read, write, tags := audit.ReadScope("consents"), audit.WriteScope("consents"), []string{"consents"}
	const path = "/oauth/consents/{consent_id}"
	register(a, read, huma.Operation{
		OperationID: "list-consents", Method: http.MethodGet, Path: "/oauth/consents", Tags: tags,
		Summary: "List what users agreed to and wanted remembered", Description: "By user and client.",
	}, a.listConsents)
	register(a, write, huma.Operation{
		OperationID: "create-consent", Method: http.MethodPost, Path: "/oauth/consents", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
		Summary: "Agree to something for a user", Description: "For an organization that has the agreement of its members. It is added to what the user agreed to before.",
	}, a.createConsent)
	register(a, read, huma.Operation{
		OperationID: "get-consent", Method: http.MethodGet, Path: path, Tags: tags, Summary: "Read a consent", Description: "What is remembered at present.",
	}, func(ctx context.Context, in *ConsentID) (*consentOutput, error) {
		user, client, err := consent.ParseID(in.ID)
		if err != nil {
			return nil, err
		}
		return a.shownConsent(ctx, user, client)
	})
	register(a, write, huma.Operation{
		OperationID: "delete-consent", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Withdraw a consent", Description: "Everything that was issued under it ends at once.",
	}, func(ctx context.Context, in *ConsentID) (*struct{}, error) {
		user, client, err := consent.ParseID(in.ID)
		if err != nil {
			return nil, err
		}
		return nil, a.Consents.Withdraw(ctx, actor(ctx), user, client)
	})
	register(a, write, huma.Operation{
		OperationID: "withdraw-consent", Method: http.MethodDelete, Path: "/oauth/consents", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Withdraw what a user agreed to for a client", Description: "As for a consent by its id; what was issued without a remembered consent ends, too.",
	}, func(ctx context.Context, in *consentPair) (*struct{}, error) {
		of, err := filterOf(in.ClientID, in.UserID, "user_id")
		if err != nil {
			return nil, err
		}
		return nil, a.Consents.Withdraw(ctx, actor(ctx), of.UserID, of.ClientID)
	})
	a.consentHistory()
}

func (a *API) listConsents(ctx context.Context, in *consentQuery) (*consentPage, error) {
	named, err := filterOf(in.ClientID, in.UserID, "user_id")
	if err != nil {
		return nil, err
	}
	of := consent.Filter{UserID: named.UserID, ClientID: named.ClientID}
	position, err := a.open("consents", in.Cursor)
	if err != nil {
		return nil, err
	}
	if position != "" {
		if of.AfterUser, of.AfterClient, err = consent.ParseID(position); err != nil {
			return nil, err
		}
	}
	listed, err := a.Consents.List(ctx, of, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &consentPage{}
	out.Body.Consents, out.Body.NextCursor = paged(a, "consents", in.Limit, listed, consentOf, func(c consent.ClientConsent) string { return consent.ID(c.UserID, c.ClientID) })
	return out, nil
}

func (a *API) createConsent(ctx context.Context, in *newConsent) (*consentOutput, error) {
	of, err := filterOf(in.Body.ClientID, in.Body.UserID, "/user_id")
	if err != nil {
		return nil, err
	}
	if err := a.clientAndUser(ctx, of.ClientID, "/client_id", of.UserID, "/user_id"); err != nil {
		return nil, err
	}
	err = a.Consents.Create(ctx, actor(ctx), of.UserID, of.ClientID, consent.Agreement{Scopes: in.Body.Scopes, Audience: in.Body.Audience})
	if errors.Is(err, consent.ErrBeyondClient) {
		return nil, invalid("/scopes", consent.ErrBeyondClient.Error())
	}
	if err != nil {
		return nil, err
	}
	created(ctx, "/oauth/consents", consent.ID(of.UserID, of.ClientID))
	return a.shownConsent(ctx, of.UserID, of.ClientID)
}

func (a *API) shownConsent(ctx context.Context, user provider.ID, client string) (*consentOutput, error) {
	c, err := a.Consents.Get(ctx, user, client)
	if err != nil {
		return nil, err
	}
	return &consentOutput{consentOf(c)}, nil
}
