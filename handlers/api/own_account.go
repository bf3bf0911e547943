package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// CurrentPassword proves that a person has the account.
type CurrentPassword struct {
	Current string `json:"current_password,omitempty" writeOnly:"true" maxLength:"1024" doc:"The present password, unless the access token is of a sign-in of the user that was just now"`
}

type ownPassword struct {
	UserID
	Body struct {
		CurrentPassword
		Password string `json:"password,omitempty" writeOnly:"true" doc:"8 to 128 characters"`
	}
}

type newContact struct {
	UserID
	Language string `header:"Accept-Language" maxLength:"1000" doc:"Language of the message"`
	Body     struct {
		CurrentPassword
		Email newValue `json:"email,omitempty" doc:"This or phone_number"`
		Phone newValue `json:"phone_number,omitempty" doc:"In the form E.164"`
	}
}

// contactRequested is the id of a change that was begun, or a status without content.
type contactRequested struct {
	Status int
	Body   struct {
		ID string `json:"id" format:"uuid"`
	}
}

type contactCode struct {
	UserID
	Body struct {
		CurrentPassword
		ID   string `json:"id,omitempty" format:"uuid" doc:"That of the requested change; without it the newest one"`
		Code string `json:"code" maxLength:"64" example:"12345678" doc:"The code of the message"`
	}
}

func (a *API) ownAccounts() {
	tags := []string{"accounts"}
	const proof = " Needs the present password, or an access token of the user through a first-party application."
	limits := []string{ratelimit.VerifyPrefix, ratelimit.SignInAccount, ratelimit.SignInPrefix}
	registerOpen(a, limits, withAliases(huma.Operation{
		OperationID: "change-own-password", Method: http.MethodPatch, Path: "/users/{user_id}/password", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Change the own password", Description: "Needs the present password. Sessions, and what was issued for the user, end. A caller with the scope `gatehouse:users:write` needs no password.",
	}, passwordNames()), a.changeOwnPassword)
	registerOpen(a, limits, withAliases(huma.Operation{
		OperationID: "request-contact", Method: http.MethodPatch, Path: "/users/{user_id}/request-change-contact-info", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary: "Begin to change the own email address or phone number, or remove one",
		Description: "Sends a code to the new one: 202. Null, or an empty text, removes the one that there is, at once: 204. It gets a message with a link that undoes that for 72 hours, without the link if it was itself new within 72 hours. " +
			"The last verified contact that can recover the account cannot be removed." + proof,
		Responses: map[string]*huma.Response{"204": {Description: "The contact was removed."}},
	}, passwordNames()), a.requestContact)
	registerOpen(a, limits, withAliases(huma.Operation{
		OperationID: "confirm-contact", Method: http.MethodPatch, Path: "/users/{user_id}/contact-info", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Change the own email address or phone number", Description: "With the code that went to the new one. The former one gets a message with a link that undoes the change for 72 hours." + proof,
	}, codeNames()), a.confirmContact)
	registerOpen(a, limits, huma.Operation{
		OperationID: "change-own-profile", Method: http.MethodPut, Path: "/users/profile", Tags: tags,
		Summary: "Replace the own profile", Description: "What the body does not name is removed. Needs an access token of the user through a first-party application.",
	}, a.changeOwnProfile)
}

// ownProfile is what users say about themselves.
type ownProfile struct {
	Body struct {
		account.Profile
	}
}

func (a *API) changeOwnProfile(ctx context.Context, in *ownProfile) (*userOutput, error) {
	p := oauth.PrincipalOf(ctx)
	if p == nil || p.UserID.IsZero() || !p.Client.FirstParty {
		return nil, notOwn(nil)
	}
	u, err := a.Own.ChangeProfile(ctx, p.UserID, func(whole *account.Profile) { *whole = in.Body.Profile })
	if err != nil {
		return nil, asInvalidUser(err, User{}, "")
	}
	return shown(u), nil
}

func passwordNames() map[string]string {
	return map[string]string{
		"currentPassword": "current_password", "oldPassword": "current_password", "old_password": "current_password",
		"plainPassword": "password", "plain_password": "password", "newPassword": "password", "new_password": "password", "phoneNumber": "phone_number",
	}
}

func codeNames() map[string]string {
	return map[string]string{"currentPassword": "current_password", "token": "code", "confirmationToken": "code", "confirmation_token": "code"}
}

func (a *API) changeOwnPassword(ctx context.Context, in *ownPassword) (*struct{}, error) {
	if manages(ctx) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		_, err = a.Accounts.SetPasswordOf(ctx, actor(ctx), u.ID, in.Body.Password)
		return nil, asInvalidUser(err, User{}, in.Body.Password)
	}
	proved, err := a.proved(ctx, in.ID, in.Body.Current)
	if err != nil {
		return nil, err
	}
	_, err = a.Own.ChangePassword(ctx, proved, in.Body.Password)
	return nil, asInvalidUser(err, User{}, in.Body.Password)
}

func (a *API) requestContact(ctx context.Context, in *newContact) (*contactRequested, error) {
	email, phone := in.Body.Email, in.Body.Phone
	if email.sent == phone.sent {
		return nil, invalid("", "must have either email or phone_number")
	}
	u, err := a.owner(ctx, in.ID, in.Body.Current)
	if err != nil {
		return nil, err
	}
	var id provider.ID
	out := &contactRequested{Status: http.StatusAccepted}
	switch {
	case email.text != "":
		id, err = a.Own.RequestEmail(ctx, u.ID, email.text, localeOf(in.Language))
	case phone.text != "":
		id, err = a.Own.RequestPhone(ctx, u.ID, phone.text, localeOf(in.Language))
	case email.sent:
		out.Status = http.StatusNoContent
		_, err = a.Own.RemoveEmail(ctx, u)
	default:
		out.Status = http.StatusNoContent
		_, err = a.Own.RemovePhone(ctx, u)
	}
	if err != nil {
		return nil, asInvalidUser(err, User{Email: email.text, Phone: phone.text}, "")
	}
	out.Body = openedAs(id).Body
	return out, nil
}

func (a *API) confirmContact(ctx context.Context, in *contactCode) (*struct{}, error) {
	u, err := a.owner(ctx, in.ID, in.Body.Current)
	if err != nil {
		return nil, err
	}
	var id provider.ID
	if in.Body.ID != "" {
		if id, err = accountID(in.Body.ID); err != nil {
			return nil, err
		}
	}
	_, err = a.Own.ConfirmContact(ctx, u.ID, id, in.Body.Code)
	return nil, asInvalidUser(err, User{}, "")
}

// recentSignIn is how long after a sign-in its access tokens may change what an account is recovered by: like
// the password that is asked for otherwise, it shows that it is the user who acts.
const recentSignIn = 15 * time.Minute

// owner is the user of the path, if the caller acts for that user: with an access token through a
// first-party application, soon after the sign-in, or the password. Through another application, which users
// let see who they are, nobody may take their account, nor with a token that was stolen from a log.
func (a *API) owner(ctx context.Context, id, password string) (*account.User, error) {
	p := oauth.PrincipalOf(ctx)
	if p == nil || p.UserID.IsZero() || !p.Client.FirstParty || password != "" {
		return a.proved(ctx, id, password)
	}
	u, err := a.user(ctx, id)
	if errors.Is(err, provider.ErrNotFound) || err == nil && u.ID != p.UserID {
		return nil, notOwn(nil)
	}
	if err == nil {
		err = stepUp(p, u, a.Clock.Now(ctx))
	}
	if err == nil && (p.AuthTime == nil || a.Clock.Now(ctx).Sub(*p.AuthTime) > recentSignIn) {
		return nil, refusal.New(refusal.AccessDenied, refusal.CheckOwnAccount, "The sign-in of the access token was more than 15 minutes ago. Send the present password, or an access token of a new sign-in.").
			WithStatus(http.StatusForbidden)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// proved is the user of the path, whose password the caller knows. It is counted as a sign-in is, also
// for an unknown id, and fails alike. Of a user with a second factor it is not enough; see stepUp.
func (a *API) proved(ctx context.Context, id, password string) (*account.User, error) {
	if password == "" {
		return nil, notOwn(nil)
	}
	login, known := id, (*account.User)(nil)
	switch u, err := a.user(ctx, id); {
	case err == nil:
		login, known = u.Username, u
	case !errors.Is(err, provider.ErrNotFound):
		return nil, err
	}
	u, err := a.Passwords.Verify(ctx, account.Attempt{Login: login, Password: password, Prefix: canonical.From(ctx).AddressPrefix()})
	var throttled *account.Throttled
	switch {
	case errors.As(err, &throttled):
		r := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckThrottled, "Too many wrong passwords. Try again later.").WithStatus(http.StatusTooManyRequests)
		r.RetryAfter = throttled.RetryAfter
		return nil, r
	case errors.Is(err, account.ErrSignIn):
		return nil, notOwn(err)
	case err != nil:
		return nil, err
	case known == nil || u.ID != known.ID:
		return nil, notOwn(nil)
	}
	if err := stepUp(oauth.PrincipalOf(ctx), u, a.Clock.Now(ctx)); err != nil {
		return nil, err
	}
	return u, nil
}

func notOwn(because error) error {
	return refusal.New(refusal.AccessDenied, refusal.CheckOwnAccount, "The present password is wrong or missing, and no access token of the user was sent.").
		WithStatus(http.StatusForbidden).Because(because)
}
