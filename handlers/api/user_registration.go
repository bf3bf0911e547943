package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// NewAccount is what a person who registers sends. Roles and what follows are for administrators.
type NewAccount struct {
	Username string `json:"username,omitempty" example:"ada" doc:"An email address stands for the property email. Without one a user name is made of the email address"`
	Email    string `json:"email,omitempty" example:"ada@example.com"`
	Phone    string `json:"phone_number,omitempty" example:"+442071838750" doc:"In the form E.164"`
	Password string `json:"password,omitempty" writeOnly:"true" doc:"8 to 128 characters"`

	account.Profile

	Roles         []string `json:"roles,omitempty" nullable:"false" maxItems:"100" doc:"For administrators only"`
	EmailVerified *bool    `json:"email_verified,omitempty" doc:"For administrators only"`
	PhoneVerified *bool    `json:"phone_number_verified,omitempty" doc:"For administrators only"`
	Enabled       *bool    `json:"enabled,omitempty" doc:"For administrators only"`
}

type newAccount struct {
	Language string `header:"Accept-Language" maxLength:"1000" doc:"Language of the message"`
	Body     NewAccount
}

// opened is the id of what was begun.
type opened struct {
	Body struct {
		ID string `json:"id" format:"uuid"`
	}
}

func openedAs(id provider.ID) *opened {
	out := &opened{}
	out.Body.ID = id.String()
	return out
}

type confirmation struct {
	UserID
	Token string `path:"token" maxLength:"64" doc:"The code of the message"`
}

type confirmationByID struct {
	Body struct {
		ID   string `json:"id" format:"uuid" doc:"That of the registration"`
		Code string `json:"code" maxLength:"64" example:"12345678" doc:"The code of the message"`
	}
}

func (a *API) registrations() {
	tags := []string{"accounts"}
	registerOpen(a, []string{ratelimit.RegisterPrefix}, withAliases(huma.Operation{
		OperationID: "register", Method: http.MethodPost, Path: "/users", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary:     "Register an account",
		Description: "Sends a code to the email address or else the phone number; with it the account is activated. A caller with the scope `gatehouse:users:write` creates the user at once, without a code.",
	}, olderNames()), a.register)
	registerOpen(a, []string{ratelimit.VerifyPrefix}, huma.Operation{
		OperationID: "confirm-registration", Method: http.MethodPut, Path: "/users/{user_id}/confirmation-token/{token}", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Activate an account", Description: "With the code of the message. A code may be tried 5 times and is valid for a day.",
	}, func(ctx context.Context, in *confirmation) (*opened, error) {
		return a.confirm(ctx, in.ID, in.Token)
	})
	registerOpen(a, []string{ratelimit.VerifyPrefix}, withAliases(huma.Operation{
		OperationID: "verify-email", Method: http.MethodPost, Path: "/users/verify-email", Tags: tags, DefaultStatus: http.StatusOK, Errors: []int{http.StatusNotFound},
		Summary: "Activate an account", Description: "As with PUT at /users/{user_id}/confirmation-token/{token}.",
	}, codeNames()), func(ctx context.Context, in *confirmationByID) (*opened, error) {
		return a.confirm(ctx, in.Body.ID, in.Body.Code)
	})
	registerOpen(a, []string{ratelimit.RegisterPrefix}, huma.Operation{
		OperationID: "resend-confirmation", Method: http.MethodPatch, Path: "/users/{user_id}/resend-confirmation-token", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Send the code of a registration again", Description: "The same code.",
	}, func(ctx context.Context, in *UserID) (*struct{}, error) {
		id, err := accountID(in.ID)
		if err != nil {
			return nil, err
		}
		return nil, asInvalidUser(a.People.Resend(ctx, id), User{}, "")
	})
}

func (a *API) confirm(ctx context.Context, text, code string) (*opened, error) {
	id, err := accountID(text)
	if err != nil {
		return nil, err
	}
	u, err := a.People.Confirm(ctx, id, code)
	if err != nil {
		return nil, asInvalidUser(err, User{}, "")
	}
	created(ctx, "/users", u.ID.String())
	return openedAs(u.ID), nil
}

// accountID is the id in a path of something that is open for a person.
func accountID(text string) (provider.ID, error) {
	id, err := provider.ParseID(text)
	if err != nil {
		return provider.ID{}, verification.ErrClosed
	}
	return id, nil
}

func (a *API) register(ctx context.Context, in *newAccount) (*opened, error) {
	sent := User{Username: in.Body.Username, Email: in.Body.Email, Phone: in.Body.Phone, Profile: in.Body.Profile, Roles: in.Body.Roles}
	if manages(ctx) {
		return a.registerFor(ctx, in.Body, sent)
	}
	if faults := in.Body.reserved(); len(faults) > 0 {
		return nil, invalidUserData(faults, nil)
	}
	id, err := a.People.Register(ctx, account.Application{
		Username: in.Body.Username, Email: in.Body.Email, Phone: in.Body.Phone, Password: in.Body.Password, Profile: in.Body.Profile,
	}, cmp.Or(in.Body.Locale, localeOf(in.Language))) // Accept-Language may be that of a program
	if err != nil {
		return nil, asInvalidUser(err, sent, in.Body.Password)
	}
	return openedAs(id), nil
}

// reserved are the properties that a person may not say about their own account.
func (v *NewAccount) reserved() (faults []userFault) {
	for _, p := range []struct {
		pointer, property string
		sent              bool
	}{
		{"/roles", "roles", v.Roles != nil},
		{"/email_verified", "emailVerified", v.EmailVerified != nil},
		{"/phone_number_verified", "phoneNumberVerified", v.PhoneVerified != nil},
		{"/enabled", "enabled", v.Enabled != nil},
	} {
		if p.sent {
			faults = append(faults, userFault{Message: "fos_user." + p.property + ".forbidden", Property: p.property, Pointer: p.pointer, Description: "only an administrator may say that"})
		}
	}
	return faults
}

// registerFor creates a user for an administrator.
func (a *API) registerFor(ctx context.Context, body NewAccount, sent User) (*opened, error) {
	sent.EmailVerified, sent.PhoneVerified = is(body.EmailVerified), is(body.PhoneVerified)
	sent.Disabled = body.Enabled != nil && !*body.Enabled
	u := &account.User{}
	sent.fill(u)
	if err := a.Accounts.Create(ctx, actor(ctx), u, body.Password); err != nil {
		return nil, asInvalidUser(err, sent, body.Password)
	}
	created(ctx, "/users", u.ID.String())
	return openedAs(u.ID), nil
}

func is(value *bool) bool { return value != nil && *value }

// invalidUserData is a refusal of data of a user.
func invalidUserData(faults []userFault, because error) error {
	problems := make([]refusal.Problem, len(faults))
	for n, f := range faults {
		problems[n] = refusal.Problem{Pointer: f.Pointer, Message: f.Description}
	}
	r := refusal.New(refusal.InvalidRequest, refusal.CheckFields, faults[0].Property+": "+faults[0].Description+".").CompareFields(problems).Because(because)
	return &invalidUser{r, faults}
}
