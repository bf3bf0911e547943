package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// selfService is what people do for their own accounts.
type selfService interface {
	Register(ctx context.Context, a account.Application, locale string) (provider.ID, error)
	Confirm(ctx context.Context, id provider.ID, code string) (*account.User, error)
	Resend(ctx context.Context, id provider.ID) error
	Accept(ctx context.Context, id provider.ID, code string, a account.Application, locale string) (*account.User, error)
}

// recovery is how people who forgot their password get another one.
type recovery interface {
	Forgot(ctx context.Context, f account.Forgotten) (provider.ID, error)
	Reset(ctx context.Context, id provider.ID, code, password string) (*account.User, error)
}

// ownAccount is what users change themselves.
type ownAccount interface {
	RequestEmail(ctx context.Context, user provider.ID, address, locale string) (provider.ID, error)
	RequestPhone(ctx context.Context, user provider.ID, number, locale string) (provider.ID, error)
	ConfirmContact(ctx context.Context, user, id provider.ID, code string) (*account.User, error)
	RemoveEmail(ctx context.Context, proved *account.User) (*account.User, error)
	RemovePhone(ctx context.Context, proved *account.User) (*account.User, error)
	ChangeProfile(ctx context.Context, user provider.ID, become func(p *account.Profile)) (*account.User, error)
	ChangePassword(ctx context.Context, proved *account.User, password string) (*account.User, error)
}

// passwordCheck verifies the password of a person who is not signed in.
type passwordCheck interface {
	Verify(ctx context.Context, a account.Attempt) (*account.User, error)
}

// openKey is where an operation that anyone may call keeps its limits.
const openKey = "limits"

// registerOpen adds an operation that needs no management scope: people act for themselves. Credentials
// may be sent.
func registerOpen[I, O any](a *API, limits []string, op huma.Operation, act func(ctx context.Context, in *I) (*O, error)) {
	metadata := map[string]any{openKey: limits}
	for name, value := range op.Metadata {
		metadata[name] = value
	}
	op.Metadata = metadata
	op.MaxBodyBytes = -1 // the route has a limit
	op.Security = []map[string][]string{{}, {"basic": {}}, {"bearer": {}}}
	also, responses := op.Errors, op.Responses
	op.Errors, op.Responses = nil, map[string]*huma.Response{}
	maps.Copy(op.Responses, responses)
	a.describeErrors(&op, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	a.describeErrors(&op, also...)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := act(ctx, in)
		if err != nil {
			return nil, fail(ctx, asRefusal(ofPeople(err)))
		}
		return out, nil
	})
	a.describe(a.table.last)
	a.table.last.Responses["400"] = a.invalidUserResponse()
}

// identified finds out who calls, if credentials were sent. A caller that may not manage users is none
// who administers: what it has as scopes does not count.
func (a *API) identified(next route.HandlerFunc) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if len(r.Header["Authorization"]) == 0 {
			return next(w, r)
		}
		admitted, err := a.Manager(r, audit.WriteScope("users"))
		var refused *refusal.Refusal
		if errors.As(err, &refused) && (refused.Code == refusal.InsufficientScope || refused.Code == refusal.AccessDenied) {
			if admitted, err = a.Caller(r, ""); err == nil {
				oauth.PrincipalOf(admitted.Context()).Scopes = nil
			}
		}
		if err != nil {
			return err
		}
		return next(w, admitted)
	}
}

// manages tells whether the caller manages users.
func manages(ctx context.Context) bool { return holds(ctx, audit.WriteScope("users")) }

// holds tells whether the caller has a scope.
func holds(ctx context.Context, scope string) bool {
	p := oauth.PrincipalOf(ctx)
	return p != nil && slices.Contains(p.Scopes, scope)
}

// localeOf is the language that the caller prefers for messages, or empty.
func localeOf(header string) string {
	const longest = 1000
	if len(header) > longest {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 || tags[0] == language.Und {
		return ""
	}
	return tags[0].String()
}

// ofPeople gives what is refused to people its code.
func ofPeople(err error) error {
	var many *notify.TooMany
	switch {
	case errors.As(err, &many):
		said := map[notify.Scope]string{
			notify.OfAddress: "The address has got too many messages. Use the code of the last one, or try again after the time in Retry-After.",
			notify.OfAccount: "The account has asked for too many codes. Use the last one, or try again after the time in Retry-After.",
			notify.OfSMS:     "Too many SMS were sent, to whomever. Use an email address, or try again after the time in Retry-After.",
		}
		r := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckMessages, said[many.Scope]).WithStatus(http.StatusTooManyRequests)
		r.RetryAfter = many.RetryAfter
		return r.Because(err)
	case errors.Is(err, verification.ErrCode):
		return refusal.New(refusal.InvalidRequest, refusal.CheckContactCode, "The code is wrong.").Because(err)
	case errors.Is(err, verification.ErrClosed):
		return refusal.New(refusal.NotFound, refusal.CheckVerification, "Nothing is open for that id: the code has expired, was used, or was tried too often. Request a new one.").Because(err)
	case errors.Is(err, account.ErrUninvited):
		return refusal.Uninvited().Because(err)
	case errors.Is(err, account.ErrSignIn): // the user was changed since the proof
		return notOwn(err)
	case errors.Is(err, account.ErrRegistrationOff):
		return refusal.RegistrationOff().Because(err)
	default:
		return err
	}
}
