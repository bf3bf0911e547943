package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

type forgotten struct {
	Language string `header:"Accept-Language" maxLength:"1000" doc:"Language of the message"`
	Body     struct {
		Contact  string `json:"contact,omitempty" maxLength:"254" example:"ada@example.com" doc:"Email address, phone number or user name"`
		Email    string `json:"email,omitempty" maxLength:"254" doc:"The same as contact"`
		Phone    string `json:"phone_number,omitempty" maxLength:"254" doc:"The same as contact"`
		Username string `json:"username,omitempty" maxLength:"254" doc:"The same as contact"`
	}
}

// ResetBody has the code of the message and another password.
type ResetBody struct {
	Code     string `json:"code" maxLength:"64" example:"12345678" doc:"The code of the message"`
	Password string `json:"password,omitempty" writeOnly:"true" doc:"8 to 128 characters"`
}

type reset struct {
	UserID
	Body ResetBody
}

type resetByID struct {
	Body struct {
		ID string `json:"id" format:"uuid" doc:"That of the forgotten password"`
		ResetBody
	}
}

func (a *API) recoveries() {
	tags := []string{"accounts"}
	aliases := map[string]string{"phoneNumber": "phone_number", "emailOrPhone": "contact", "login": "contact"}
	registerOpen(a, []string{ratelimit.RecoverPrefix, ratelimit.RecoverAccount}, withAliases(huma.Operation{
		OperationID: "forgot-password", Method: http.MethodPost, Path: "/users/forgot-password", Tags: tags, DefaultStatus: http.StatusOK,
		Summary: "Recover an account", Description: "Sends a code to the contact, if a user has it. The response does not tell whether one has.",
	}, aliases), func(ctx context.Context, in *forgotten) (*opened, error) {
		named := cmp.Or(in.Body.Contact, in.Body.Email, in.Body.Phone, in.Body.Username)
		if named == "" {
			return nil, invalid("/contact", "is required")
		}
		id, err := a.Recovery.Forgot(ctx, account.Forgotten{Contact: named, Locale: localeOf(in.Language), Prefix: canonical.From(ctx).AddressPrefix()})
		if err != nil {
			return nil, err
		}
		return openedAs(id), nil
	})
	registerOpen(a, []string{ratelimit.VerifyPrefix}, withAliases(huma.Operation{
		OperationID: "reset-forgotten-password", Method: http.MethodPatch, Path: "/users/{user_id}/reset-password", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Choose another password", Description: "The id is that of the forgotten password. Sessions, and what was issued for the user, end.",
	}, tokenNames()), func(ctx context.Context, in *reset) (*struct{}, error) {
		return nil, a.resetPassword(ctx, in.ID, in.Body)
	})
	registerOpen(a, []string{ratelimit.VerifyPrefix}, withAliases(huma.Operation{
		OperationID: "reset-password", Method: http.MethodPost, Path: "/users/reset-password", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Choose another password", Description: "As with PATCH at /users/{user_id}/reset-password.",
	}, tokenNames()), func(ctx context.Context, in *resetByID) (*struct{}, error) {
		return nil, a.resetPassword(ctx, in.Body.ID, in.Body.ResetBody)
	})
}

// tokenNames are other names of codes and passwords.
func tokenNames() map[string]string {
	return map[string]string{
		"token": "code", "confirmationToken": "code", "confirmation_token": "code", "plainPassword": "password", "plain_password": "password", "newPassword": "password", "new_password": "password",
	}
}

func (a *API) resetPassword(ctx context.Context, text string, body ResetBody) error {
	id, err := accountID(text)
	if err != nil {
		return err
	}
	_, err = a.Recovery.Reset(ctx, id, body.Code, body.Password)
	return asInvalidUser(err, User{}, body.Password)
}
