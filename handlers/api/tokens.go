package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type tokenInspector interface {
	List(ctx context.Context, of grant.Filter, before provider.ID, limit int) ([]grant.Listed, error)
	RevokeAny(ctx context.Context, actor audit.Actor, text string) error
	RevokeID(ctx context.Context, actor audit.Actor, id provider.ID) (wholeGrant bool, err error)
	RevokeAll(ctx context.Context, actor audit.Actor, of grant.Filter) (count int64, err error)
}

type issued struct {
	ID        string    `json:"id"`
	GrantID   string    `json:"grant_id"`
	ClientID  string    `json:"client_id"`
	UserID    string    `json:"user_id,omitempty"`
	Username  string    `json:"username,omitempty"`
	Scopes    []string  `json:"scopes"`
	Audience  []string  `json:"audience"`
	State     string    `json:"state" enum:"active,expired,revoked,ended"`
	IssuedAt  time.Time `json:"issued_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

type tokenQuery struct {
	Page
	ClientID string `query:"client_id" doc:"Only tokens of this client"`
	UserID   string `query:"user_id" format:"uuid" doc:"Only tokens for this user"`
}

type tokenPage struct {
	Body struct {
		Tokens     []issued `json:"tokens"`
		NextCursor string   `json:"next_cursor,omitempty"`
	}
}

type revocation struct {
	Body struct {
		Token string `json:"token,omitempty" doc:"The token itself"`
		ID    string `json:"id,omitempty" format:"uuid" doc:"Its id in the list"`
	}
}

type bulkRevocation struct {
	Body struct {
		ClientID string `json:"client_id,omitempty"`
		UserID   string `json:"user_id,omitempty" format:"uuid"`
	}
}

type revokedGrants struct {
	Body struct {
		Grants int64 `json:"grants" doc:"How many grants were ended"`
	}
}

func (a *API) tokens() {
	write, tags := audit.WriteScope("tokens"), []string{"tokens"}
	register(a, audit.ReadScope("tokens"), huma.Operation{
		OperationID: "list-tokens", Method: http.MethodGet, Path: "/oauth/tokens", Tags: tags, Summary: "List what was issued", Description: "The newest first, without the tokens themselves.",
	}, a.listTokens)
	register(a, write, huma.Operation{
		OperationID: "revoke-token", Method: http.MethodPost, Path: "/oauth/tokens/revoke", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound, http.StatusUnsupportedMediaType},
		Summary: "Revoke a token", Description: "A refresh token ends with everything that was issued under its grant. With a form as the body this path is the revocation endpoint for clients (RFC 7009).",
	}, func(ctx context.Context, in *revocation) (*struct{}, error) { return nil, a.revokeToken(ctx, in) })
	register(a, write, huma.Operation{
		OperationID: "revoke-tokens", Method: http.MethodPost, Path: "/oauth/tokens/bulk-revoke", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Revoke everything that was issued so far", Description: "To a client, for a user, or to the client for the user.",
	}, func(ctx context.Context, in *bulkRevocation) (*revokedGrants, error) {
		of, err := filterOf(in.Body.ClientID, in.Body.UserID, "/user_id")
		if err != nil {
			return nil, err
		}
		if of == (grant.Filter{}) {
			return nil, invalid("/client_id", "name a client, a user or both")
		}
		out := &revokedGrants{}
		out.Body.Grants, err = a.Tokens.RevokeAll(ctx, actor(ctx), of)
		return out, err
	})
}

func filterOf(clientID, userID, field string) (of grant.Filter, err error) {
	of.ClientID = clientID
	if userID != "" {
		if of.UserID, err = provider.ParseID(userID); err != nil {
			return of, invalid(field, "is not an id")
		}
	}
	return of, nil
}

func (a *API) revokeToken(ctx context.Context, in *revocation) (err error) {
	switch {
	case (in.Body.Token == "") == (in.Body.ID == ""):
		return invalid("/token", "give either the token or its id")
	case in.Body.Token != "":
		err = a.Tokens.RevokeAny(ctx, actor(ctx), in.Body.Token)
	default:
		var id provider.ID
		if id, err = provider.ParseID(in.Body.ID); err != nil {
			return invalid("/id", "is not an id")
		}
		_, err = a.Tokens.RevokeID(ctx, actor(ctx), id)
	}
	if errors.Is(err, grant.ErrInactive) {
		return provider.ErrNotFound
	}
	return err
}

func (a *API) listTokens(ctx context.Context, in *tokenQuery) (*tokenPage, error) {
	of, err := filterOf(in.ClientID, in.UserID, "user_id")
	if err != nil {
		return nil, err
	}
	before, err := a.openID("tokens", in.Cursor)
	if err != nil {
		return nil, err
	}
	listed, err := a.Tokens.List(ctx, of, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &tokenPage{}
	out.Body.Tokens = make([]issued, len(listed))
	now := a.Clock.Now(ctx)
	for i, l := range listed {
		t, g := l.Token, l.Grant
		out.Body.Tokens[i] = issued{
			t.ID.String(), g.ID.String(), g.ClientID, "", l.Username, orEmpty(g.Scopes), orEmpty(g.Audience), l.State(now), t.IssuedAt, t.AccessExpiresAt,
		}
		if !g.UserID.IsZero() {
			out.Body.Tokens[i].UserID = g.UserID.String()
		}
	}
	out.Body.NextCursor = a.next("tokens", len(listed), in.Limit, func() string { return listed[len(listed)-1].Token.ID.String() })
	return out, nil
}

// orEmpty makes JSON say [] and not null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
