package console

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// tokenPage is the page about an issuance.
type tokenPage struct {
	shell

	Issued grant.Details
	// User is the name of the user; empty: the user was deleted, or it is a token of the client itself.
	User string
	Now  time.Time
}

// ByUser tells whether a user authorized it, and not the client for itself.
func (p tokenPage) ByUser() bool { return !p.Issued.Grant.UserID.IsZero() }

// InSession tells whether a sign-in session is known in which it was authorized.
func (p tokenPage) InSession() bool { return !p.Issued.Grant.SessionID.IsZero() }

// Replaced tells whether its refresh token was exchanged for a successor, NextID.
func (p tokenPage) Replaced() bool { return !p.Issued.Token.NextID.IsZero() }

// ReplacedAt is when that was.
func (p tokenPage) ReplacedAt() time.Time { return p.Local(p.Issued.Token.NextID.Time()) }

// Refresh tells whether a refresh token was issued with it.
func (p tokenPage) Refresh() bool { return len(p.Issued.Token.RefreshHash) > 0 }

// Revocable tells whether there is something to end.
func (p tokenPage) Revocable() bool {
	return p.Issued.Grant.Live(p.Now) && (p.Issued.Refreshable || p.Issued.State(p.Now) == "active")
}

func (c *Console) serveToken(w http.ResponseWriter, r *http.Request, v *viewer) error {
	id, err := provider.ParseID(mux.Vars(r)["token_id"])
	if err != nil {
		return noPage(r)
	}
	d, err := c.Tokens.Get(r.Context(), id)
	if err != nil {
		return found(r, err)
	}
	page := tokenPage{shell: c.shell(w, r, v, tokensPath), Issued: d, Now: c.now(r)}
	if page.ByUser() {
		switch u, err := c.Users.User(r.Context(), d.Grant.UserID); {
		case err == nil:
			page.User = u.Username
		case !errors.Is(err, provider.ErrNotFound):
			return err
		}
	}
	return c.pages.For(r).Write(w, http.StatusOK, "token", page, r.URL.Path)
}

// serveTokenRevocation ends a token, or all of its grant.
func (c *Console) serveTokenRevocation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	id, err := provider.ParseID(mux.Vars(r)["token_id"])
	if err != nil {
		return noPage(r)
	}
	whole, err := c.Tokens.RevokeID(r.Context(), v.actor, id)
	switch {
	case errors.Is(err, grant.ErrInactive):
		return noPage(r)
	case err != nil:
		return err
	case whole:
		return c.done(w, r, tokensPath+"/"+id.String(), said{Done: "grant_ended"})
	default:
		return c.done(w, r, tokensPath+"/"+id.String(), said{Done: "token_revoked"})
	}
}

// serveTokensRevocation ends all that was issued to a client, for a user, or to the one for the other.
func (c *Console) serveTokensRevocation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	of := grant.Revocation{ClientID: trimmed(form, "client")}
	name, user := of.ClientID, trimmed(form, "user")
	if user != "" {
		u, err := c.userNamed(r.Context(), user)
		if err != nil {
			return err
		}
		if u == nil {
			return noPage(r)
		}
		of.UserID, name = u.ID, u.Username
		if of.ClientID != "" {
			name = u.Username + " · " + of.ClientID
		}
	}
	if of == (grant.Revocation{}) {
		return c.done(w, r, tokensPath, said{Done: "nothing_chosen"})
	}
	back := (accessFilter{Client: of.ClientID, User: user}).path(tokensPath)
	yes, err := c.confirmed(w, r, v, form, confirmation{
		shell: shell{Current: tokensPath}, Kind: "revoke_tokens", Name: name, Back: back, With: url.Values{"client": {of.ClientID}, "user": {user}},
	})
	if !yes {
		return err
	}
	if _, err := c.Tokens.RevokeAll(r.Context(), v.actor, of); err != nil {
		return err
	}
	return c.done(w, r, back, said{Done: "tokens_revoked", About: name})
}
