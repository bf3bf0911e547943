package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// The paths under /admin/users are those of an older API, whose callers go on working: the same users
// with some other names of their properties.

// AdminUser is a User with properties of the older API. The names that have changed are taken too
// (olderNames).
type AdminUser struct {
	User

	Enabled  *bool  `json:"enabled,omitempty" doc:"The opposite of disabled; what contradicts it is refused"`
	Password string `json:"password,omitempty" writeOnly:"true" doc:"8 to 128 characters"`
}

// olderNames are those of the older API.
func olderNames() map[string]string {
	return map[string]string{"phoneNumber": "phone_number", "plainPassword": "password", "plain_password": "password"}
}

// user is what the body says in our names.
func (v *AdminUser) user() (u User, password string) {
	u = v.User
	if v.Enabled != nil {
		u.Disabled = !*v.Enabled
	}
	return u, v.Password
}

func adminViewOf(u *account.User) AdminUser {
	enabled := !u.Disabled
	return AdminUser{User: viewOf(u), Enabled: &enabled}
}

type newAdminUser struct{ Body AdminUser }

type adminUserOutput struct {
	ETag string `header:"ETag"`
	Body AdminUser
}

type adminUserChange struct {
	UserID
	Condition
	Body adminUserPatch
}

type rolesOfUser struct {
	UserID
	Body struct {
		Roles []string `json:"roles" nullable:"false" maxItems:"100"`
	}
}

type passwordOfUser struct {
	UserID
	Body struct {
		Password string `json:"password,omitempty" writeOnly:"true" doc:"8 to 128 characters"`
	}
}

func (a *API) adminUsers() {
	tags := []string{"users"}
	const path = "/admin/users/{user_id}"
	registerUserChange(a, withPassword(withEnabled(withAliases(huma.Operation{
		OperationID: "create-user", Method: http.MethodPost, Path: "/admin/users", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary: "Create a user", Description: "Without a password the user cannot sign in by one.",
	}, olderNames()))), a.createUser)
	register(a, audit.ReadScope("users"), huma.Operation{
		OperationID: "admin-get-user", Method: http.MethodGet, Path: path, Tags: tags, Summary: "Read a user", Description: "As at /users, with the property enabled.",
	}, func(ctx context.Context, in *UserID) (*adminUserOutput, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &adminUserOutput{userVersion(u), adminViewOf(u)}, nil
	})
	registerUserChange(a, withEnabled(withAliases(huma.Operation{
		OperationID: "admin-update-user", Method: http.MethodPut, Path: path, Tags: tags, Errors: []int{http.StatusConflict},
		Summary: "Change a user", Description: "What the body does not name stays, and another email address or phone number is not verified, as with PATCH at /users.",
	}, olderNames())), a.adminUpdateUser)
	registerUserChange(a, huma.Operation{
		OperationID: "set-user-roles", Method: http.MethodPut, Path: path + "/roles", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Give a user these roles and no others", Description: "Only who has every management scope makes an administrator, or changes one; with an auditor it is every scope to read. A user cannot take the role from the last administrator; a client can.",
	}, func(ctx context.Context, in *rolesOfUser) (*struct{}, error) {
		_, sent, err := a.changeUser(ctx, in.ID, Condition{}, func(is User) (User, error) {
			is.Roles = in.Body.Roles
			return is, nil
		})
		return nil, asInvalidUser(err, sent, "")
	})
	a.switchUser("disable", "Keep a user from signing in", "Sessions and everything that was issued for the user end.", true)
	a.switchUser("enable", "Let a user sign in again", "Undoes disable.", false)
	a.setUserPassword(http.MethodPut, "set-user-password")
	a.setUserPassword(http.MethodPatch, "change-user-password")
}

// withPassword marks an operation whose body has a password.
func withPassword(op huma.Operation) huma.Operation {
	op.Metadata[passwordKey] = true
	return op
}

func (a *API) createUser(ctx context.Context, in *newAdminUser) (*adminUserOutput, error) {
	sent, password := in.Body.user()
	u := &account.User{}
	sent.fill(u)
	if err := a.Accounts.Create(ctx, actor(ctx), u, password); err != nil {
		return nil, asInvalidUser(err, sent, password)
	}
	created(ctx, "/users", u.ID.String())
	return &adminUserOutput{userVersion(u), adminViewOf(u)}, nil
}

func (a *API) adminUpdateUser(ctx context.Context, in *adminUserChange) (*adminUserOutput, error) {
	patch, err := in.Body.ours()
	if err != nil {
		return nil, err
	}
	u, sent, err := a.changeUser(ctx, in.ID, in.Condition, func(is User) (User, error) { return patchedUser(is, patch) })
	if err != nil {
		return nil, asInvalidUser(err, sent, "")
	}
	return &adminUserOutput{userVersion(u), adminViewOf(u)}, nil
}

func (a *API) switchUser(verb, summary, description string, disabled bool) {
	registerUserChange(a, huma.Operation{
		OperationID: verb + "-user", Method: http.MethodPatch, Path: "/admin/users/{user_id}/" + verb, Tags: []string{"users"}, DefaultStatus: http.StatusNoContent,
		Summary: summary, Description: description,
	}, func(ctx context.Context, in *UserID) (*struct{}, error) {
		_, sent, err := a.changeUser(ctx, in.ID, Condition{}, func(is User) (User, error) {
			is.Disabled = disabled
			return is, nil
		})
		return nil, asInvalidUser(err, sent, "")
	})
}

func (a *API) setUserPassword(method, operation string) {
	registerUserChange(a, withAliases(huma.Operation{
		OperationID: operation, Method: method, Path: "/admin/users/{user_id}/password", Tags: []string{"users"}, DefaultStatus: http.StatusNoContent,
		Summary: "Give a user another password", Description: "Sessions and everything that was issued for the user end.",
	}, olderNames()), func(ctx context.Context, in *passwordOfUser) (*struct{}, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		_, err = a.Accounts.SetPasswordOf(ctx, actor(ctx), u.ID, in.Body.Password)
		return nil, asInvalidUser(err, User{}, in.Body.Password)
	})
}
