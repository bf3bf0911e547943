package ownaccount

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// actsShown is how many acts a page lists.
const actsShown = 25

func (o *OwnAccount) serveActivityPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	of := audit.Filter{UserID: s.User.ID.String()}
	if text := r.URL.Query().Get("before"); text != "" {
		before, err := provider.ParseID(text)
		if err != nil {
			return noPage(r) //nolint:nilerr // no page has this address
		}
		of.Before = before
	}
	records, err := o.Store.Records(r.Context(), of, actsShown+1)
	if err != nil {
		return err
	}
	page := pages.OwnActivity{Own: o.own(w, r, s, activityPath)}
	if len(records) > actsShown {
		records = records[:actsShown]
		page.Older = wire.Path(activityPath, url.Values{"before": {records[actsShown-1].ID.String()}})
	}
	names, err := o.Store.ClientNames(r.Context(), clientsOf(records))
	if err != nil {
		return err
	}
	for i, one := range records {
		if i+1 < len(records) && bySetUp(one, records[i+1]) {
			continue
		}
		page.Acts = append(page.Acts, act(s.User, one, names))
	}
	return o.Pages.For(r).OwnActivity(w, page)
}

func clientsOf(records []audit.Record) (ids []string) {
	for _, one := range records {
		if id := one.Target.ClientID; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// act is a record in words. Of an administrator's the user learns neither who it was nor from where.
func act(u *account.User, of audit.Record, names map[string]string) pages.OwnAct {
	shown := pages.OwnAct{At: of.At, Action: string(of.Action), Client: names[of.Target.ClientID], Factor: factorOf(of), How: howOf(of), Count: attempts(of)}
	if !slices.Contains(pages.OwnActions(), shown.Action) {
		shown.Action = "other"
	}
	if shown.Client == "" {
		shown.Client = connected.ClientName(of) // it was deleted
	}
	if connected.Receiptable(of) {
		shown.Receipt = receiptsPath + of.ID.String()
	}
	switch {
	case of.Actor.Kind == audit.UserActor && of.Actor.ID == u.ID.String():
		shown.Device, shown.Network = device(session.Browser{UserAgent: of.Actor.UserAgent}), origin.Network(of.Actor.Address)
	case of.Actor.Kind != audit.Job: // a job carries out what the user asked for, or counts
		shown.Admin = true
	}
	return shown
}
