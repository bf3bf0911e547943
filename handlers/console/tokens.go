package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

const tokensPath = Path + "/tokens"

// tokens are what was issued.
type tokens interface {
	List(ctx context.Context, of grant.Filter, before provider.ID, limit int) (grant.Page, error)
	Get(ctx context.Context, id provider.ID) (grant.Details, error)
	Identify(ctx context.Context, text string) (provider.ID, token.Kind, error)
	RevokeID(ctx context.Context, actor audit.Actor, id provider.ID) (wholeGrant bool, err error)
	RevokeAll(ctx context.Context, actor audit.Actor, of grant.Revocation) (grant.Revoked, error)
}

// tokensPage is the list of what was issued.
type tokensPage struct {
	shell
	accessFilter

	Tokens []grant.Listed
	// Active: only access tokens that are active now.
	Active bool
	Now    time.Time
	// Next is the path of the following page; empty: this is the last.
	Next string
}

func (c *Console) serveTokens(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := tokensPage{shell: c.shell(w, r, v, tokensPath), Active: query.Get("state") == "active", Now: c.now(r)}
	var err error
	if page.accessFilter, err = c.accessFilter(r); err != nil {
		return err
	}
	if !page.NoUser {
		of := grant.Filter{ClientID: page.Client, UserID: page.userID}
		if page.Active {
			of.ActiveAt = page.Now
		}
		listed, err := c.Tokens.List(r.Context(), of, after(query), listed)
		if err != nil {
			return err
		}
		page.Tokens, page.Next = listed.Tokens, page.next(tokensPath, listed.Next, url.Values{"state": {query.Get("state")}})
	}
	page.Filtered = page.Filtered || page.Active
	return c.pages.For(r).Write(w, http.StatusOK, "tokens", page, r.URL.RequestURI())
}

// accessFilter is what tokens, sessions and consents are listed by, as it was typed.
type accessFilter struct {
	Client, User string
	// NoUser: there is no such user.
	NoUser   bool
	Filtered bool
	userID   provider.ID
}

func (c *Console) accessFilter(r *http.Request) (accessFilter, error) {
	query := r.URL.Query()
	f := accessFilter{Client: trimmed(query, "client"), User: trimmed(query, "user")}
	f.Filtered = f.Client != "" || f.User != ""
	if f.User == "" {
		return f, nil
	}
	u, err := c.userNamed(r.Context(), f.User)
	if u == nil {
		f.NoUser = true
		return f, err
	}
	f.userID = u.ID
	return f, nil
}

// next is the path of the page that follows the one that ends with an id; empty for none.
func (f accessFilter) next(path string, last provider.ID, also url.Values) string {
	if last.IsZero() {
		return ""
	}
	also.Set("client", f.Client)
	also.Set("user", f.User)
	also.Set("after", last.String())
	return wire.Path(path, also)
}

// path is a list with the filter.
func (f accessFilter) path(list string) string {
	return wire.Path(list, url.Values{"client": {f.Client}, "user": {f.User}})
}

// after is the id that a page continues after; zero: it is the first.
func after(query url.Values) provider.ID {
	id, err := provider.ParseID(query.Get("after"))
	if err != nil {
		return provider.ID{}
	}
	return id
}
