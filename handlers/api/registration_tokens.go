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
	itself "github.com/gatehouse-id/gatehouse/provider/registration"
)

// registrationTokens are the initial access tokens by which clients register themselves.
type registrationTokens interface {
	Create(ctx context.Context, actor audit.Actor, t itself.InitialToken, lifetime time.Duration) (itself.InitialToken, string, error)
	List(ctx context.Context, after provider.ID, limit int) ([]itself.InitialToken, error)
	Revoke(ctx context.Context, actor audit.Actor, id provider.ID) error
}

// RegistrationToken is an initial access token as JSON has it.
type RegistrationToken struct {
	ID        string     `json:"id"`
	Label     string     `json:"label"`
	Scopes    []string   `json:"scopes" nullable:"false"`
	Hosts     []string   `json:"redirect_hosts" nullable:"false"`
	Audience  []string   `json:"audience" nullable:"false"`
	Verified  bool       `json:"verified"`
	MaxUses   int        `json:"max_uses"`
	Used      int        `json:"used"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

// NewRegistrationToken is what one is made of.
type NewRegistrationToken struct {
	Label    string   `json:"label,omitempty" doc:"Whom it is for, up to 200 bytes"`
	Scopes   []string `json:"scopes,omitempty" nullable:"false" doc:"Scopes that its clients may have; empty: those of the settings"`
	Hosts    []string `json:"redirect_hosts,omitempty" nullable:"false" doc:"Hosts that their redirect, login and logout URIs must have; empty: any"`
	Audience []string `json:"audience,omitempty" nullable:"false" doc:"Audiences of their tokens; empty: those of the settings"`
	Verified bool     `json:"verified,omitempty" doc:"Whether you vouch for its clients"`
	MaxUses  *int     `json:"max_uses,omitempty" doc:"How many clients may register, 1 unless it is given; 0: any number"`
	Lifetime int64    `json:"lifetime,omitempty" doc:"How long it is valid, in seconds; a day unless it is given"`
}

type newRegistrationToken struct{ Body NewRegistrationToken }

type createdRegistrationToken struct {
	Body struct {
		RegistrationToken

		Token string `json:"token" doc:"Shown this once"`
	}
}

type registrationTokenList struct {
	Body struct {
		Tokens     []RegistrationToken `json:"registration_tokens"`
		NextCursor string              `json:"next_cursor,omitempty" doc:"Cursor of the next page; absent on the last"`
	}
}

// RegistrationTokenID names a token in a path.
type RegistrationTokenID struct {
	ID string `path:"registration_token_id" maxLength:"100" doc:"Id of the registration token"`
}

func registrationTokenOf(t itself.InitialToken) RegistrationToken {
	some := func(list []string) []string { return append([]string{}, list...) }
	return RegistrationToken{t.ID.String(), t.Label, some(t.Scopes), some(t.Hosts), some(t.Audience), t.Vouches, t.MaxUses, t.Used, t.CreatedAt, t.ExpiresAt, t.RevokedAt}
}

func (a *API) registrationTokens() {
	read, write, tags := audit.ReadScope("clients"), audit.WriteScope("clients"), []string{"clients"}
	const path = "/oauth/registration-tokens"
	register(a, read, huma.Operation{
		OperationID: "list-registration-tokens", Method: http.MethodGet, Path: path, Tags: tags, Summary: "List the tokens by which clients register themselves", Description: "By id, the oldest first, without their text.",
	}, a.listRegistrationTokens)
	register(a, write, huma.Operation{
		OperationID: "create-registration-token", Method: http.MethodPost, Path: path, Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Make a token by which clients register themselves", Description: "An initial access token (RFC 7591). Its text is in the response, and can never be read again.",
	}, func(ctx context.Context, in *newRegistrationToken) (*createdRegistrationToken, error) {
		b := in.Body
		t := itself.InitialToken{Label: b.Label, Scopes: b.Scopes, Hosts: b.Hosts, Audience: b.Audience, Vouches: b.Verified, MaxUses: 1}
		if b.MaxUses != nil {
			t.MaxUses = *b.MaxUses
		}
		if b.Lifetime < 0 || b.Lifetime > int64(itself.MaxLifetime/time.Second) {
			return nil, invalid("/lifetime", itself.LifetimeFault().String())
		}
		made, text, err := a.RegistrationTokens.Create(ctx, actor(ctx), t, time.Duration(b.Lifetime)*time.Second)
		var wrong *client.Invalid
		if errors.As(err, &wrong) {
			return nil, invalidClient(wrong)
		}
		out := &createdRegistrationToken{}
		out.Body.RegistrationToken, out.Body.Token = registrationTokenOf(made), text
		return out, err
	})
	register(a, write, huma.Operation{
		OperationID: "revoke-registration-token", Method: http.MethodDelete, Path: path + "/{registration_token_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "End a token by which clients register themselves", Description: "Clients that registered with it stay.",
	}, func(ctx context.Context, in *RegistrationTokenID) (*struct{}, error) {
		id, err := pathID(in.ID)
		if err != nil {
			return nil, err
		}
		return nil, a.RegistrationTokens.Revoke(ctx, actor(ctx), id)
	})
}

func (a *API) listRegistrationTokens(ctx context.Context, in *Page) (*registrationTokenList, error) {
	after, err := a.openID("registration-tokens", in.Cursor)
	if err != nil {
		return nil, err
	}
	list, err := a.RegistrationTokens.List(ctx, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &registrationTokenList{}
	out.Body.Tokens, out.Body.NextCursor = paged(a, "registration-tokens", in.Limit, list, registrationTokenOf, func(t itself.InitialToken) string { return t.ID.String() })
	return out, nil
}
