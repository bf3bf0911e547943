package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/logout"
)

const logoutsPath = Path + "/logouts"

// logouts are what clients are told of the end of sessions.
type logouts interface {
	List(ctx context.Context, of logout.Filter, limit int) ([]logout.Delivery, error)
	Redeliver(ctx context.Context, actor audit.Actor, clientID string, id provider.ID) error
	RedeliverFailed(ctx context.Context, actor audit.Actor, clientID string, since time.Time) (int64, error)
}

// logoutsPage is the list of what clients are told.
type logoutsPage struct {
	shell

	Logouts []logout.Delivery
	// Names are those of the users.
	Names map[provider.ID]string
	// Client and State are the filter.
	Client, State string
	States        []logout.State
	Filtered      bool
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// OfOne: the list is not of one client alone.
func (logoutsPage) OfOne() bool { return false }

func (c *Console) serveLogouts(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := logoutsPage{shell: c.shell(w, r, v, logoutsPath), Client: trimmed(query, "client"), States: logout.States()}
	of := logout.Filter{ClientID: page.Client, Before: after(query)}
	if state := logout.State(query.Get("state")); slices.Contains(page.States, state) {
		of.State, page.State = state, string(state)
	}
	page.Filtered = page.Client != "" || page.State != ""
	var err error
	if page.Logouts, err = c.Logouts.List(r.Context(), of, listed+1); err != nil {
		return err
	}
	if len(page.Logouts) > listed {
		page.Logouts = page.Logouts[:listed]
		page.Next = wire.Path(logoutsPath, url.Values{"client": {page.Client}, "state": {page.State}, "after": {page.Logouts[listed-1].ID.String()}})
	}
	ids := make([]provider.ID, len(page.Logouts))
	for i, d := range page.Logouts {
		ids[i] = d.UserID
	}
	if page.Names, err = c.Usernames.Usernames(r.Context(), ids); err != nil {
		return err
	}
	return c.pages.For(r).Write(w, http.StatusOK, "logouts", page, r.URL.RequestURI())
}
