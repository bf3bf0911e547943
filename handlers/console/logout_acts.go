package console

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
)

// fromField is the page that a form about a sign-out was on: that of all, or of the client where it is empty.
const fromField = "from"

// serveLogoutRedelivery tells a client of one sign-out again, or of all that failed since a time.
func (c *Console) serveLogoutRedelivery(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	back := clientPath(registered.ID)
	if form.Get(fromField) == logoutsPath {
		back = wire.Path(logoutsPath, url.Values{"state": {form.Get("state")}})
	}
	if text := form.Get(deliveryField); text != "" {
		id, err := provider.ParseID(text)
		if err == nil {
			err = c.Logouts.Redeliver(r.Context(), v.actor, registered.ID, id)
		}
		if errors.Is(err, provider.ErrNotFound) || errors.Is(err, provider.ErrMalformedID) {
			return c.done(w, r, back, said{Done: "logout_is_gone"})
		}
		if err != nil {
			return err
		}
		return c.done(w, r, back, said{Done: "logout_redelivered", About: registered.Name})
	}
	since, ok := sentSince(v, form)
	if !ok {
		canonical.From(r.Context()).Outcome("invalid")
		return c.writeClient(w, r, v, http.StatusUnprocessableEntity, registered, func(p *clientPage) { p.Redelivery, p.LogoutsFailed = noTime(form), true })
	}
	n, err := c.Logouts.RedeliverFailed(r.Context(), v.actor, registered.ID, since)
	if err != nil {
		return err
	}
	return c.done(w, r, back, said{Done: "logouts_redelivered", About: strconv.FormatInt(n, 10)})
}
