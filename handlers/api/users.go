package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// userReader reads users from the database.
type userReader interface {
	account.Lister
	User(ctx context.Context, id provider.ID) (*account.User, error)
	UserBySubject(ctx context.Context, subject string) (*account.User, error)
}

// userRegistry changes users.
type userRegistry interface {
	Create(ctx context.Context, actor audit.Actor, u *account.User, password string) error
	Prepare(ctx context.Context, password string) context.Context
	Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(u *account.User) error) (*account.User, error)
	SetPasswordOf(ctx context.Context, actor audit.Actor, id provider.ID, password string) (*account.User, error)
	FindSubject(ctx context.Context, subject string) (*account.User, error)
	Delete(ctx context.Context, actor audit.Actor, id provider.ID) error
	DeleteAfter(ctx context.Context, actor audit.Actor, id provider.ID, grace time.Duration) (*account.User, error)
	Keep(ctx context.Context, actor audit.Actor, id provider.ID) (*account.User, error)
}

type userQuery struct {
	Page
	Search   string `query:"search" maxLength:"254" doc:"Only users whose user name or email address begins with this" example:"ali"`
	Username string `query:"username" maxLength:"254" doc:"Only the user with this user name, compared as at sign-in" example:"alice"`
	Email    string `query:"email" maxLength:"254" doc:"Only the user with this email address, compared as at sign-in" example:"alice@example.com"`
	Subject  string `query:"sub" maxLength:"255" doc:"Only the user with this subject: the public one, or a pairwise one of an application that has access to the account. It is not combined with other filters" example:"5f2d1f7e-1d0b-4a53-9a6e-0b6f2b8f7c11"`
	Role     string `query:"role" maxLength:"50" doc:"Only users with this role" example:"admin"`
	Disabled string `query:"disabled" enum:"true,false" doc:"Only users who are disabled, or who are not"`
	Deleting string `query:"deleting" enum:"true,false" doc:"Only users who are to be deleted, or who are not"`
	Sort     string `query:"sort" enum:"username,-username,created_at,-created_at" default:"username" doc:"Order of the list; with - the last first"`
}

// Resolve is part of huma.Resolver. A name that is empty would be no filter, and the first user of the
// list another one than the caller looks for.
func (*userQuery) Resolve(ctx huma.Context) (faults []error) {
	target := ctx.URL()
	query := target.Query()
	for _, name := range []string{"username", "email", "sub"} {
		if query.Has(name) && strings.TrimSpace(query.Get(name)) == "" {
			faults = append(faults, &huma.ErrorDetail{Location: "query." + name, Message: "must not be empty"})
		}
	}
	return faults
}

type userPage struct {
	Body struct {
		Users      []User `json:"users"`
		NextCursor string `json:"next_cursor,omitempty"`
	}
}

// UserID names a user in a path.
type UserID struct {
	ID string `path:"user_id" format:"uuid" doc:"Id of the user, or a subject (sub) that is a UUID. By name or address users are found in the list"`
}

type userOutput struct {
	ETag string `header:"ETag"`
	Body User
}

func (a *API) users() {
	read, write, tags := audit.ReadScope("users"), audit.WriteScope("users"), []string{"users"}
	const path = "/users/{user_id}"
	register(a, read, huma.Operation{
		OperationID: "list-users", Method: http.MethodGet, Path: "/users", Tags: tags, Summary: "List users", Description: "By user name, or by sort.",
	}, a.listUsers)
	register(a, read, huma.Operation{
		OperationID: "get-user", Method: http.MethodGet, Path: path, Tags: tags, Summary: "Read a user", Description: "Without the password.",
	}, a.getUser)
	registerUserChange(a, huma.Operation{
		OperationID: "replace-user", Method: http.MethodPut, Path: path, Tags: tags, Errors: []int{http.StatusConflict},
		Summary: "Replace what is known about a user", Description: "What the body does not name is removed, such as whether the email address and the phone number are verified. The password stays.",
	}, a.replaceUser)
	registerUserChange(a, huma.Operation{
		OperationID: "update-user", Method: http.MethodPatch, Path: path, Tags: tags, Errors: []int{http.StatusConflict},
		Summary: "Change a user", Description: "A JSON merge patch (RFC 7396): what the body does not name stays, null takes a value away. Another email address or phone number is not verified unless the same body says so.",
	}, a.updateUser)
	register(a, write, huma.Operation{
		OperationID: "delete-user", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Delete a user", Description: "Sessions, consents and everything that was issued for the user end. The subject is never given to another user.",
	}, func(ctx context.Context, in *UserID) (*struct{}, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return nil, a.Accounts.Delete(ctx, actor(ctx), u.ID)
	})
	a.userDeletion()
	a.userApplications()
	a.adminUsers()
}

func (a *API) listUsers(ctx context.Context, in *userQuery) (*userPage, error) {
	name, descending := strings.CutPrefix(in.Sort, "-")
	of := account.Filter{Search: in.Search, Username: in.Username, Email: in.Email, Role: in.Role, Order: account.Order(name), Descending: descending}
	if in.Disabled != "" {
		disabled := in.Disabled == strconv.FormatBool(true)
		of.Disabled = &disabled
	}
	if in.Deleting != "" {
		deleting := in.Deleting == strconv.FormatBool(true)
		of.Deleting = &deleting
	}
	if in.Subject != "" {
		return a.userOfSubject(ctx, in.Subject)
	}
	list := "users by " + in.Sort // a cursor continues its own order only
	var err error
	if of.After, err = a.open(list, in.Cursor); err != nil {
		return nil, err
	}
	listed, err := a.Users.Users(ctx, of, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &userPage{}
	out.Body.Users, out.Body.NextCursor = paged(a, list, in.Limit, listed, viewOf, of.Position)
	return out, nil
}

// userOfSubject is a list of one user, or of none.
func (a *API) userOfSubject(ctx context.Context, subject string) (*userPage, error) {
	out := &userPage{}
	out.Body.Users = []User{}
	u, err := a.Accounts.FindSubject(ctx, subject)
	if errors.Is(err, provider.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.Body.Users = append(out.Body.Users, viewOf(u))
	return out, nil
}

func (a *API) getUser(ctx context.Context, in *UserID) (*userOutput, error) {
	u, err := a.user(ctx, in.ID)
	return shown(u), err
}

// user finds a user by id or subject, and never by name: a name that looks like the id of somebody
// else must not lead to the wrong account.
func (a *API) user(ctx context.Context, text string) (*account.User, error) {
	id, err := provider.ParseID(text)
	if err != nil {
		return nil, provider.ErrNotFound
	}
	u, err := a.Users.User(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return a.Users.UserBySubject(ctx, text)
	}
	return u, err
}

// shown is the response about a user; nil without one.
func shown(u *account.User) *userOutput {
	if u == nil {
		return nil
	}
	return &userOutput{userVersion(u), viewOf(u)}
}
