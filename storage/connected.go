package storage

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Bounds of what is read for a user: of more grants the newest count, and who agreed to so many clients sees the
// first ones.
const (
	connectedGrants   = 5000
	connectedConsents = 1000
)

// ConnectedApps reads the applications with access to the account of a user, by name, in three statements.
func (s *Store) ConnectedApps(ctx context.Context, of connected.Filter) ([]connected.App, error) {
	apps := map[string]*connected.App{}
	if err := s.addGrants(ctx, of, apps); err != nil {
		return nil, err
	}
	agreed, err := s.Consents(ctx, consent.Filter{UserID: of.UserID, ClientID: of.ClientID}, connectedConsents)
	if err != nil {
		return nil, err
	}
	for _, c := range agreed {
		addAccess(apps, c.ClientID, c.Scopes(), c.UpdatedAt)
	}
	if len(apps) == 0 {
		return nil, nil
	}
	if err := s.addUses(ctx, of.UserID, apps); err != nil {
		return nil, err
	}
	list := make([]connected.App, 0, len(apps))
	for _, app := range apps {
		slices.Sort(app.Scopes)
		list = append(list, *app)
	}
	slices.SortFunc(list, func(a, b connected.App) int {
		return strings.Compare(strings.ToLower(a.Name)+"\x00"+a.ClientID, strings.ToLower(b.Name)+"\x00"+b.ClientID)
	})
	return list, nil
}

// addGrants adds what live grants open, with the time of their newest token.
func (s *Store) addGrants(ctx context.Context, of connected.Filter, apps map[string]*connected.App) error {
	var which conditions
	which.add("g.user_id = ?", rowID(of.UserID))
	which.add("g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ?)", of.Now)
	if of.ClientID != "" {
		which.add("g.client_id = ?", of.ClientID)
	}
	where := which.where()
	var rows []struct {
		ClientID  string
		Scopes    list
		CreatedAt time.Time
		IssuedAt  *time.Time
	}
	err := s.on(ctx).Raw(`SELECT g.client_id, g.scopes, g.created_at, t.issued_at FROM grants g
		LEFT JOIN tokens t ON t.id = (SELECT n.id FROM tokens n WHERE n.grant_id = g.id ORDER BY n.id DESC LIMIT 1)
		WHERE `+where.text+" ORDER BY g.id DESC LIMIT ?", append(append([]any{}, where.args...), connectedGrants)...).Scan(&rows).Error
	if err != nil {
		return s.fault(err)
	}
	for _, r := range rows {
		app := addAccess(apps, r.ClientID, r.Scopes, r.CreatedAt.UTC())
		if r.IssuedAt != nil && r.IssuedAt.After(app.UsedAt) {
			app.UsedAt = r.IssuedAt.UTC()
		}
	}
	return nil
}

func addAccess(apps map[string]*connected.App, clientID string, scopes []string, since time.Time) *connected.App {
	app := apps[clientID]
	if app == nil {
		app = &connected.App{ClientID: clientID, Since: since, UsedAt: since}
		apps[clientID] = app
	}
	for _, scope := range scopes {
		if !slices.Contains(app.Scopes, scope) {
			app.Scopes = append(app.Scopes, scope)
		}
	}
	if since.Before(app.Since) {
		app.Since = since
	}
	return app
}

// ClientNames are the names of clients; those that were deleted have none.
func (s *Store) ClientNames(ctx context.Context, ids []string) (map[string]string, error) {
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct{ ID, Name string }
	err := s.on(ctx).Raw("SELECT id, name FROM clients WHERE id IN ?", ids).Scan(&rows).Error
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, s.fault(err)
}

// addUses adds what the clients are called, and what was counted.
func (s *Store) addUses(ctx context.Context, userID provider.ID, apps map[string]*connected.App) error {
	var rows []struct {
		ID, Name           string
		Trust, LogoURI     string
		Metadata           string
		RedirectURIs       list `gorm:"column:redirect_uris"`
		SignIns, Refreshes int64
		SignedInAt         *time.Time
		Address            optionalText
	}
	err := s.on(ctx).Raw(`SELECT k.id, k.name, k.trust, k.logo_uri, k.metadata, COALESCE(c.sign_ins, 0) AS sign_ins, COALESCE(c.refreshes, 0) AS refreshes, c.signed_in_at, c.address, k.redirect_uris
		FROM clients k LEFT JOIN client_uses c ON c.client_id = k.id AND c.user_id = ? WHERE k.id IN ?`,
		rowID(userID), slices.Collect(maps.Keys(apps))).Scan(&rows).Error
	if err != nil {
		return s.fault(err)
	}
	for _, r := range rows {
		app := apps[r.ID]
		app.Name, app.SignIns, app.Refreshes, app.Address = r.Name, r.SignIns, r.Refreshes, string(r.Address)
		c := client.Client{ID: r.ID, Trust: client.Trust(r.Trust), LogoURI: r.LogoURI, RedirectURIs: r.RedirectURIs}
		app.LogoURI = c.ShownLogo()
		if err := c.ReadDocument([]byte(r.Metadata)); err != nil {
			return err
		}
		if app.InitiateLoginURI = c.InitiateLoginURI; c.Pairwise() {
			app.Sector = c.Sector()
		}
		if app.Unverified = c.Trust == client.Unverified; app.Unverified {
			app.Hosts = c.Hosts()
		}
		if r.SignedInAt != nil && r.SignedInAt.After(app.UsedAt) {
			app.UsedAt = r.SignedInAt.UTC()
		}
	}
	return nil
}
