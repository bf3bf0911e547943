package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type tokenInspector interface {
	List(ctx context.Context, of grant.Filter, before provider.ID, limit int) (grant.Page, error)
	RevokeAny(ctx context.Context, actor audit.Actor, text string) error
	RevokeID(ctx context.Context, actor audit.Actor, id provider.ID) (wholeGrant bool, err error)
	RevokeAll(ctx context.Context, actor audit.Actor, of grant.Revocation) (grant.Revoked, error)
}

type issued struct {
	ID        string    `json:"id"`
	GrantID   string    `json:"grant_id"`
	SessionID string    `json:"session_id,omitempty" doc:"Sign-in session in which it was authorized"`
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
	ClientID  string `query:"client_id" doc:"Only tokens of this client"`
	UserID    string `query:"user_id" format:"uuid" doc:"Only tokens for this user"`
	SessionID string `query:"session_id" format:"uuid" doc:"Only tokens that were authorized in this sign-in session"`
	Scope     string `query:"scope" maxLength:"200" pattern:"^[!#-\\[\\]-~]*$" doc:"Only tokens with this scope"`
	Active    bool   `query:"active" doc:"Only access tokens that are active now"`
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

func (a *API) tokens() {
	write, tags := audit.WriteScope("tokens"), []string{"tokens"}
	register(a, audit.ReadScope("tokens"), huma.Operation{
		OperationID: "list-tokens", Method: http.MethodGet, Path: "/oauth/tokens", Tags: tags, Summary: "List what was issued", Description: "The newest first, without the tokens themselves. With a filter a page can have fewer than `limit`, even none, while there is a `next_cursor`: the work for each page is bounded.",
	}, a.listTokens)
	register(a, write, huma.Operation{
		OperationID: "revoke-token", Method: http.MethodPost, Path: "/oauth/tokens/revoke", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound, http.StatusUnsupportedMediaType},
		Summary: "Revoke a token", Description: "A refresh token ends with everything that was issued under its grant. With a form as the body this path is the revocation endpoint for clients (RFC 7009).",
		Responses: map[string]*huma.Response{
			"200": {
				Description: "Of a form: the token is not valid any more, or never was.",
				Content:     map[string]*huma.MediaType{wire.JSONType: {Schema: &huma.Schema{Type: huma.TypeObject}}},
			},
		},
	}, func(ctx context.Context, in *revocation) (*struct{}, error) { return nil, a.revokeToken(ctx, in) })
	register(a, write, huma.Operation{
		OperationID: "revoke-tokens", Method: http.MethodPost, Path: "/oauth/tokens/bulk-revoke", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary:     "Revoke everything that was issued so far",
		Description: "At least one condition is needed, and all that are given must be met. Whole grants are ended, with what was issued under them after `before`, too: refreshing does not make a revoked sign-in new. The response comes when all of it has ended.",
	}, a.revokeTokens)
}

func filterOf(clientID, userID, field string) (of grant.Filter, err error) {
	of.ClientID = clientID
	of.UserID, err = optionalID(userID, field)
	return of, err
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
	of := grant.Filter{ClientID: in.ClientID, Scope: in.Scope}
	now := a.Clock.Now(ctx)
	if in.Active {
		of.ActiveAt = now
	}
	before, err := a.openID("tokens", in.Cursor)
	if err == nil {
		of.UserID, err = optionalID(in.UserID, "user_id")
	}
	if err == nil {
		of.SessionID, err = optionalID(in.SessionID, "session_id")
	}
	if err != nil {
		return nil, err
	}
	page, err := a.Tokens.List(ctx, of, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &tokenPage{}
	out.Body.Tokens = make([]issued, len(page.Tokens))
	for i, l := range page.Tokens {
		t, g := l.Token, l.Grant
		out.Body.Tokens[i] = issued{
			t.ID.String(), g.ID.String(), idOrEmpty(g.SessionID), g.ClientID, idOrEmpty(g.UserID), l.Username, orEmpty(g.Scopes), orEmpty(g.Audience), l.State(now), t.IssuedAt, t.AccessExpiresAt,
		}
	}
	out.Body.NextCursor = a.after("tokens", page.Next)
	return out, nil
}

// orEmpty makes JSON say [] and not null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
