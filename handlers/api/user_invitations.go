package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// invitations let people register whom an administrator chose.
type invitations interface {
	Invite(ctx context.Context, actor audit.Actor, inv *account.Invitation) error
	List(ctx context.Context, after provider.ID, limit int) ([]*account.Invitation, error)
	Withdraw(ctx context.Context, actor audit.Actor, id provider.ID) error
}

// Invitation is an invitation as JSON has it.
type Invitation struct {
	ID        string     `json:"id,omitempty" format:"uuid" readOnly:"true" doc:"Becomes the id of the user"`
	Email     string     `json:"email,omitempty" example:"ada@example.com" doc:"Where the invitation goes; this or phone_number"`
	Phone     string     `json:"phone_number,omitempty" example:"+442071838750" doc:"In the form E.164"`
	Roles     []string   `json:"roles" required:"false" nullable:"false" maxItems:"100" doc:"Roles that the user will have"`
	Locale    string     `json:"locale,omitempty" example:"de" doc:"Language of the message (BCP 47)"`
	CreatedAt *time.Time `json:"created_at,omitempty" readOnly:"true"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" readOnly:"true" doc:"The invitation can be accepted until then"`
	State     string     `json:"message_state,omitempty" readOnly:"true" enum:"waiting,sent,failed" doc:"How far the message is; failed: it is not tried again"`
	Fault     string     `json:"message_fault,omitempty" readOnly:"true" example:"smtp_550_5.1.1" doc:"Why the last attempt to send the message failed"`
}

func invitationOf(inv *account.Invitation) Invitation {
	return Invitation{inv.ID.String(), inv.Email, inv.Phone, orEmpty(inv.Roles), inv.Locale, &inv.CreatedAt, &inv.ExpiresAt, string(inv.Delivery.State), inv.Delivery.Fault}
}

type newInvitation struct{ Body Invitation }

type invitationOutput struct{ Body Invitation }

type invitationPage struct {
	Body struct {
		Invitations []Invitation `json:"invitations"`
		NextCursor  string       `json:"next_cursor,omitempty"`
	}
}

// InvitationID names an invitation in a path.
type InvitationID struct {
	ID string `path:"invitation_id" format:"uuid" doc:"Id of the invitation"`
}

type acceptance struct {
	InvitationID
	Language string `header:"Accept-Language" maxLength:"1000" doc:"Language of later messages"`
	Body     struct {
		Code     string `json:"code" maxLength:"64" example:"12345678" doc:"The code in the link of the message"`
		Username string `json:"username,omitempty" example:"ada" doc:"Without one a user name is made of the email address"`
		Password string `json:"password" writeOnly:"true" doc:"8 to 128 characters"`

		account.Profile
	}
}

func (a *API) invitations() {
	read, write, tags := audit.ReadScope("users"), audit.WriteScope("users"), []string{"users"}
	const path = "/users/invitations"
	register(a, read, huma.Operation{
		OperationID: "list-invitations", Method: http.MethodGet, Path: path, Tags: tags, Summary: "List invitations",
		Description: "Those that can still be accepted, in the order in which they were sent.",
	}, a.listInvitations)
	register(a, write, huma.Operation{
		OperationID: "invite-user", Method: http.MethodPost, Path: path, Tags: tags, DefaultStatus: http.StatusCreated, Summary: "Invite a person to register",
		Description: "Sends a link to an email address or a phone number. It is valid for seven days. Another invitation of the same contact is replaced; its roles and language are kept where none are given.",
	}, a.invite)
	a.table.last.Responses["400"] = a.invalidUserResponse()
	register(a, write, huma.Operation{
		OperationID: "withdraw-invitation", Method: http.MethodDelete, Path: path + "/{invitation_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Summary: "Withdraw an invitation",
		Description: "The link is worth nothing any more.",
	}, func(ctx context.Context, in *InvitationID) (*struct{}, error) {
		id, err := provider.ParseID(in.ID)
		if err != nil {
			return nil, provider.ErrNotFound
		}
		return nil, a.Invitations.Withdraw(ctx, actor(ctx), id)
	})
	registerOpen(a, []string{ratelimit.VerifyPrefix}, huma.Operation{
		OperationID: "accept-invitation", Method: http.MethodPut, Path: path + "/{invitation_id}/acceptance", Tags: []string{"accounts"}, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
		Summary: "Accept an invitation", Description: "Makes the account. The contact is that of the invitation and is verified.",
	}, a.accept)
}

func (a *API) listInvitations(ctx context.Context, in *struct{ Page }) (*invitationPage, error) {
	const name = "invitations"
	after, err := a.openID(name, in.Cursor)
	if err != nil {
		return nil, err
	}
	list, err := a.Invitations.List(ctx, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &invitationPage{}
	out.Body.Invitations, out.Body.NextCursor = paged(a, name, in.Limit, list, invitationOf, func(inv *account.Invitation) string { return inv.ID.String() })
	return out, nil
}

func (a *API) invite(ctx context.Context, in *newInvitation) (*invitationOutput, error) {
	inv := &account.Invitation{Email: in.Body.Email, Phone: in.Body.Phone, Roles: in.Body.Roles, Locale: in.Body.Locale}
	if err := a.Invitations.Invite(ctx, actor(ctx), inv); err != nil {
		return nil, ofPeople(asInvalidUser(err, User{Email: in.Body.Email, Phone: in.Body.Phone, Roles: in.Body.Roles}, ""))
	}
	return &invitationOutput{invitationOf(inv)}, nil
}

func (a *API) accept(ctx context.Context, in *acceptance) (*opened, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	u, err := a.People.Accept(ctx, id, in.Body.Code, account.Application{Username: in.Body.Username, Password: in.Body.Password, Profile: in.Body.Profile}, localeOf(in.Language))
	if err != nil {
		return nil, asInvalidUser(err, User{Username: in.Body.Username, Profile: in.Body.Profile}, in.Body.Password)
	}
	created(ctx, "/users", u.ID.String())
	return openedAs(u.ID), nil
}
