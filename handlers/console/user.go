package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// users reads users.
type users interface {
	account.Lister
	User(ctx context.Context, id provider.ID) (*account.User, error)
}

// accounts changes users.
type accounts interface {
	Find(ctx context.Context, who string) (*account.User, error)
	Create(ctx context.Context, actor audit.Actor, u *account.User, password string) error
	SetPasswordOf(ctx context.Context, actor audit.Actor, id provider.ID, password string) (*account.User, error)
	Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(u *account.User) error) (*account.User, error)
	Delete(ctx context.Context, actor audit.Actor, id provider.ID) error
	Keep(ctx context.Context, actor audit.Actor, id provider.ID) (*account.User, error)
}

// factors are second factors.
type factors interface {
	Of(ctx context.Context, user provider.ID) (factor.Factors, error)
	Reset(ctx context.Context, actor audit.Actor, user provider.ID) error
}

// passkeys are those of users.
type passkeys interface {
	Of(ctx context.Context, user provider.ID) ([]*passkey.Passkey, error)
	RemoveFor(ctx context.Context, actor audit.Actor, userID, id provider.ID) error
}

// sessions are browsers that are signed in.
type sessions interface {
	Live(ctx context.Context) (count int, more bool, err error)
	List(ctx context.Context, userID provider.ID, live bool, before provider.ID, limit int) (session.Page, error)
	Get(ctx context.Context, id provider.ID) (*session.Session, error)
	State(ctx context.Context, s *session.Session) string
	EndID(ctx context.Context, actor audit.Actor, id provider.ID) error
	EndAll(ctx context.Context, actor audit.Actor, userID provider.ID) (count int, err error)
}

// apps are the applications with access to accounts.
type apps interface {
	List(ctx context.Context, userID provider.ID) ([]connected.App, error)
	EndFor(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error
}

// userPage is the page about a user.
type userPage struct {
	shell

	User     *account.User
	Factors  factor.Factors
	Passkeys []*passkey.Passkey
	Sessions []*session.Session
	Apps     []connected.App
	Records  []namedRecord
	Now      time.Time
	// Recovers: a message can be sent by which the user chooses another password.
	Recovers bool
	// Locked are the limits that refuse the user's attempts to sign in.
	Locked []locked
}

// mostRecords is how many records of the audit log the pages of users and clients show.
const mostRecords = 10

func (c *Console) serveUser(w http.ResponseWriter, r *http.Request, v *viewer) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	page := userPage{shell: c.shell(w, r, v, usersPath), User: u, Now: c.now(r), Recovers: c.recovers(u)}
	if page.Factors, err = c.SecondFactors.Of(r.Context(), u.ID); err != nil {
		return err
	}
	if page.Passkeys, err = c.Passkeys.Of(r.Context(), u.ID); err != nil {
		return err
	}
	if v.may(audit.ReadScope("sessions")) {
		live, err := c.Sessions.List(r.Context(), u.ID, true, provider.ID{}, listed)
		if err != nil {
			return err
		}
		page.Sessions = live.Sessions
	}
	if v.may(audit.ReadScope("limits")) {
		if page.Locked, err = c.lockedOut(r.Context(), page.Now, u); err != nil {
			return err
		}
	}
	if page.Apps, err = c.Apps.List(r.Context(), u.ID); err != nil {
		return err
	}
	if page.Records, err = c.activity(r.Context(), audit.Filter{UserID: u.ID.String()}); err != nil {
		return err
	}
	return c.pages.For(r).Write(w, http.StatusOK, "user", page, r.URL.Path)
}

// userOf is the user of the path.
func (c *Console) userOf(r *http.Request) (*account.User, error) {
	id, err := provider.ParseID(mux.Vars(r)["user_id"])
	if err != nil {
		return nil, noPage(r)
	}
	u, err := c.Users.User(r.Context(), id)
	return u, found(r, err)
}

// userNamed is the user whom a text names, as accounts.Find finds users; nil: there is none.
func (c *Console) userNamed(ctx context.Context, text string) (*account.User, error) {
	u, err := c.Accounts.Find(ctx, text)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil //nolint:nilnil // documented
	}
	return u, err
}

func userPath(u *account.User) string { return usersPath + "/" + u.ID.String() }
