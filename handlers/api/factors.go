package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// factors are the second factors of users.
type factors interface {
	Of(ctx context.Context, user provider.ID) (factor.Factors, error)
	Reset(ctx context.Context, actor audit.Actor, user provider.ID) error
}

type userFactors struct {
	Body struct {
		Kinds         []string           `json:"kinds" doc:"Which kinds of second factors the user has, such as totp" example:"[\"totp\"]"`
		TOTP          *authenticatorApp  `json:"totp,omitempty" doc:"The authenticator app (RFC 6238), where there is one"`
		Mail          *codesByMail       `json:"mail,omitempty" doc:"Codes by mail, where the user has them and the server offers them"`
		RecoveryCodes *userRecoveryCodes `json:"recovery_codes,omitempty" doc:"The codes that stand in for a lost factor, where they were made"`
		Passkeys      []userPasskey      `json:"passkeys,omitempty" doc:"The passkeys (Web Authentication), the oldest first"`
		DueAt         *time.Time         `json:"due_at,omitempty" doc:"Until when the user may sign in without having set up a factor that is demanded"`
	}
}

type authenticatorApp struct {
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty" doc:"When a code was last accepted, after the set-up"`
}

type codesByMail struct {
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty" doc:"When a code was last accepted, after the set-up"`
}

type userRecoveryCodes struct {
	Left      int       `json:"left" doc:"How many are not used yet"`
	CreatedAt time.Time `json:"created_at"`
}

func (a *API) factors() {
	const path = "/users/{user_id}/factors"
	register(a, audit.ReadScope("users"), huma.Operation{
		OperationID: "get-user-factors", Method: http.MethodGet, Path: path, Tags: []string{"users"},
		Summary: "Read the second factors of a user", Description: "What there is, since when and when it was last used. Nothing of it proves anything: secrets and codes are shown to nobody.",
	}, a.getFactors)
	register(a, audit.WriteScope("users"), huma.Operation{
		OperationID: "reset-user-factors", Method: http.MethodDelete, Path: path, Tags: []string{"users"}, DefaultStatus: http.StatusNoContent,
		Summary:     "Remove all second factors of a user",
		Description: "For a user who has lost them: make sure that it is the user who asks. Recovery codes and all sessions end with them, and the user is told. A user without factors stays as they are.",
	}, func(ctx context.Context, in *UserID) (*struct{}, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return nil, a.Factors.Reset(ctx, actor(ctx), u.ID)
	})
}

func (a *API) getFactors(ctx context.Context, in *UserID) (*userFactors, error) {
	u, err := a.user(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	of, err := a.Factors.Of(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	list, err := a.Passkeys.Of(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	out := &userFactors{}
	out.Body.Passkeys = passkeysOf(list)
	out.Body.Kinds, out.Body.DueAt = append([]string{}, u.Factors...), u.FactorsDueAt
	if of.TOTP != nil {
		out.Body.TOTP = &authenticatorApp{of.TOTP.CreatedAt, of.TOTP.UsedAt}
	}
	if of.Mail != nil {
		out.Body.Mail = &codesByMail{of.Mail.CreatedAt, of.Mail.UsedAt}
	}
	if !of.RecoveryCodesMade.IsZero() {
		out.Body.RecoveryCodes = &userRecoveryCodes{of.RecoveryCodes, of.RecoveryCodesMade}
	}
	return out, nil
}
