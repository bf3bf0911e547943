package api

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type bulkRevocation struct {
	Body struct {
		ClientID  string     `json:"client_id,omitempty" minLength:"1" maxLength:"200" pattern:"^[ -~]+$" doc:"What was issued to this client"`
		UserID    string     `json:"user_id,omitempty" format:"uuid" doc:"What was issued for this user"`
		SessionID string     `json:"session_id,omitempty" format:"uuid" doc:"What was authorized in this sign-in session; the session itself goes on"`
		Scope     string     `json:"scope,omitempty" minLength:"1" maxLength:"200" pattern:"^[!#-\\[\\]-~]+$" doc:"What was authorized with this scope"`
		Before    *time.Time `json:"before,omitempty" doc:"What was authorized before this time, which is not in the future"`
	}
}

type revokedGrants struct {
	Body struct {
		Grants int64 `json:"grants_ended" doc:"How many grants were ended"`
		Tokens int64 `json:"tokens_ended" doc:"How many issuances under them could still be used, by their access or refresh token"`
	}
}

func (a *API) revokeTokens(ctx context.Context, in *bulkRevocation) (*revokedGrants, error) {
	of := grant.Revocation{ClientID: in.Body.ClientID, Scope: in.Body.Scope}
	var err error
	if of.UserID, err = optionalID(in.Body.UserID, "/user_id"); err != nil {
		return nil, err
	}
	if of.SessionID, err = optionalID(in.Body.SessionID, "/session_id"); err != nil {
		return nil, err
	}
	if before := in.Body.Before; before != nil {
		// A time that is "none" to the domain would revoke all; one in the future, what is not yet issued.
		if before.IsZero() || before.After(a.Clock.Now(ctx)) {
			return nil, invalid("/before", "must be a time in the past")
		}
		of.Before = *before
	}
	if of == (grant.Revocation{}) {
		return nil, invalid("/client_id", "give at least one of client_id, user_id, session_id, scope and before")
	}
	if err := a.clientAndUser(ctx, of.ClientID, "/client_id", of.UserID, "/user_id"); err != nil {
		return nil, err
	}
	done, err := a.Tokens.RevokeAll(ctx, actor(ctx), of)
	if err != nil {
		return nil, err
	}
	out := &revokedGrants{}
	out.Body.Grants, out.Body.Tokens = done.Grants, done.Tokens
	return out, nil
}
