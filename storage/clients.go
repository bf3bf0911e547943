package storage

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

type clientRow struct {
	ID                   string
	Name                 string
	Type                 string
	AuthMethod           string
	GrantTypes           list
	RedirectURIs         list `gorm:"column:redirect_uris"`
	Scopes               list
	DefaultScopes        list
	Audience             list
	TokenFormat          string
	IDTokenAlg           string `gorm:"column:id_token_alg"`
	AccessTokenLifetime  int64  // seconds, like the other lifetimes
	IDTokenLifetime      int64  `gorm:"column:id_token_lifetime"`
	RefreshTokenIdle     int64
	RefreshTokenLifetime int64
	RefreshTokenRotation string
	JWKS                 string `gorm:"column:jwks"`
	JWKSURI              string `gorm:"column:jwks_uri"`
	AuthSigningAlg       string
	RateLimit            int
	RequirePKCE          bool `gorm:"column:require_pkce"`
	AllowPlainPKCE       bool `gorm:"column:allow_plain_pkce"`
	FirstParty           bool
	MayIntrospect        bool
	Disabled             bool
	AuthMethodPinned     bool
	AssertionIssuerOnly  bool
	AccessTokenAlg       string
	AccessTokenTyp       string
	RequiredACR          string `gorm:"column:required_acr"`
	IDTokenClaims        bool   `gorm:"column:id_token_claims"`
	AllowUndottedScheme  bool
	Restricted           bool
	Trust                string
	// Named: users are named, perhaps by the previous version, which does not know Restricted.
	Named bool `gorm:"->"`

	URI                    string `gorm:"column:uri"`
	LogoURI                string `gorm:"column:logo_uri"`
	PolicyURI              string `gorm:"column:policy_uri"`
	TOSURI                 string `gorm:"column:tos_uri"`
	PostLogoutRedirectURIs list   `gorm:"column:post_logout_redirect_uris"`
	// LogoutBack and LogoutFront: there are addresses in Metadata by which it is told of the end of sessions.
	LogoutBack, LogoutFront bool
	// Metadata is one JSON object with all that is never queried by.
	Metadata string

	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

func (clientRow) TableName() string { return "clients" }

// Client reads a client with its secrets.
func (s *Store) Client(ctx context.Context, id string) (*client.Client, error) {
	var row clientRow
	if err := s.readClients(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return nil, s.fault(err)
	}
	secrets, err := s.clientSecrets(ctx, id)
	if err != nil {
		return nil, err
	}
	return row.client(secrets[id])
}

// LockClient reads a client and locks the row until the transaction ends.
func (s *Store) LockClient(ctx context.Context, id string) (*client.Client, error) {
	if err := s.row(ctx, "SELECT id FROM clients WHERE id = ?"+s.dialect.locking("FOR NO KEY UPDATE"), id).Scan(new(string)); err != nil {
		return nil, s.fault(err)
	}
	return s.Client(ctx, id)
}

func (s *Store) readClients(ctx context.Context) *gorm.DB {
	return s.on(ctx).Select("*", "EXISTS (SELECT 1 FROM client_users n WHERE n.client_id = clients.id) AS named")
}

// Clients pages through the clients by id, starting after the given one.
func (s *Store) Clients(ctx context.Context, after string, limit int) ([]*client.Client, error) {
	var rows []clientRow
	if err := s.readClients(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	return s.clientsOf(ctx, rows)
}

// ClientsOfTrust is Clients for those of one kind.
func (s *Store) ClientsOfTrust(ctx context.Context, trust client.Trust, after string, limit int) ([]*client.Client, error) {
	var rows []clientRow
	if err := s.readClients(ctx).Where("trust = ? AND id > ?", trustText(trust), after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	return s.clientsOf(ctx, rows)
}

// clientsOf are the clients of rows, with their secrets.
func (s *Store) clientsOf(ctx context.Context, rows []clientRow) ([]*client.Client, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	secrets, err := s.clientSecrets(ctx, ids...)
	if err != nil {
		return nil, err
	}
	clients := make([]*client.Client, len(rows))
	for i, row := range rows {
		if clients[i], err = row.client(secrets[row.ID]); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// ClientIDs reads the ids of up to limit clients.
func (s *Store) ClientIDs(ctx context.Context, limit int) ([]string, error) {
	var ids []string
	return ids, s.fault(s.on(ctx).Model(&clientRow{}).Order("id").Limit(limit).Pluck("id", &ids).Error)
}

// CreateClient stores a client with its secrets.
func (s *Store) CreateClient(ctx context.Context, c *client.Client) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		if err := s.forgetFigures(ctx, c.ID); err != nil {
			return err
		}
		return s.addClient(ctx, c)
	})
}

// forgetFigures removes the figures of clients. Those of one that is added were counted while another client with the id
// was deleted.
func (s *Store) forgetFigures(ctx context.Context, ids ...string) error {
	return s.fault(s.on(ctx).Exec("DELETE FROM client_statistics WHERE client_id IN ?", ids).Error)
}

// AddClient stores a client that registers itself. Nobody can have asked for it before: it has no figures of another one, and
// other processes learn of it only where they know by it which origins are allowed.
func (s *Store) AddClient(ctx context.Context, c *client.Client) error {
	add := func(ctx context.Context) error { return s.addClient(ctx, c) }
	if len(c.Origins()) == 0 {
		return s.InTx(ctx, add)
	}
	return s.changeClients(ctx, []string{c.ID}, add)
}

func (s *Store) addClient(ctx context.Context, c *client.Client) error {
	row, err := clientRowOf(c)
	if err != nil {
		return err
	}
	if err := s.on(ctx).Create(row).Error; err != nil {
		return s.fault(err)
	}
	return s.writeClientParts(ctx, c)
}

// trustText is empty for a client of an operator's, as the column is where the previous version wrote it.
func trustText(t client.Trust) string {
	if t == client.Operator {
		return ""
	}
	return string(t)
}

// UpdateClient replaces a client's registration, secrets and origins. A client that is not
// restricted keeps no named users and groups.
func (s *Store) UpdateClient(ctx context.Context, c *client.Client) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error { return s.updateClient(ctx, c) })
}

// UpdateOwnClient is UpdateClient for a client that changes itself: other processes read it again, and nothing else.
func (s *Store) UpdateOwnClient(ctx context.Context, c *client.Client) error {
	return s.changeClients(ctx, []string{c.ID}, func(ctx context.Context) error { return s.updateClient(ctx, c) })
}

func (s *Store) updateClient(ctx context.Context, c *client.Client) error {
	row, err := clientRowOf(c)
	if err != nil {
		return err
	}
	if err := s.forgetGroups(ctx, c.ID); err != nil {
		return err
	}
	if err := s.changed(s.on(ctx).Model(row).Where("id = ?", c.ID).Select("*").Omit("id", "created_at").Updates(row)); err != nil {
		return err
	}
	replaced := []string{"client_secrets", "client_origins"}
	if !c.Restricted {
		replaced = append(replaced, "client_users", "client_groups")
	}
	for _, table := range replaced {
		if err := s.exec(ctx, "DELETE FROM "+table+" WHERE client_id = ?", c.ID); err != nil {
			return err
		}
	}
	if err := s.writeClientParts(ctx, c); err != nil {
		return err
	}
	if !c.MayAsk("offline_access") {
		// The registration counts whenever a grant is used: these end with their sessions from now on.
		err := s.exec(ctx, "UPDATE grants SET offline = ? WHERE client_id = ? AND offline AND ' ' || scopes || ' ' LIKE '% offline_access %'", false, c.ID)
		if err != nil {
			return err
		}
	}
	if !c.Restricted {
		return nil
	}
	return s.endUnnamed(ctx, c.ID)
}

// DeleteClient removes a client with its grants and figures, and what it was to be told.
func (s *Store) DeleteClient(ctx context.Context, id string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error { return s.deleteClients(ctx, id) })
}

// DeleteClients is part of registration.Store. Other processes read these clients again, and nothing else.
func (s *Store) DeleteClients(ctx context.Context, ids []string) error {
	return s.changeClients(ctx, ids, func(ctx context.Context) error { return s.deleteClients(ctx, ids...) })
}

func (s *Store) deleteClients(ctx context.Context, ids ...string) error {
	removed := s.on(ctx).Exec("DELETE FROM clients WHERE id IN ?", ids)
	if removed.Error == nil && removed.RowsAffected < int64(len(ids)) {
		return provider.ErrNotFound
	}
	if removed.Error != nil {
		return s.fault(removed.Error)
	}
	// What was not delivered is not for another client with that id.
	if err := s.on(ctx).Exec("DELETE FROM logouts WHERE client_id IN ?", ids).Error; err != nil {
		return s.fault(err)
	}
	return s.forgetFigures(ctx, ids...)
}

// Origins reads the web origins of enabled public clients, for CORS.
func (s *Store) Origins(ctx context.Context) ([]string, error) {
	var origins []string
	err := s.on(ctx).Raw(`SELECT DISTINCT o.origin FROM client_origins o JOIN clients c ON c.id = o.client_id
		WHERE NOT c.disabled ORDER BY o.origin`).Scan(&origins).Error
	return origins, s.fault(err)
}

func (s *Store) writeClientParts(ctx context.Context, c *client.Client) error {
	for _, secret := range c.Secrets {
		row := secretRow{rowID(secret.ID), c.ID, secret.Hash, secret.CreatedAt, secret.ExpiresAt}
		if err := s.on(ctx).Create(&row).Error; err != nil {
			return s.fault(err)
		}
	}
	for _, origin := range c.Origins() {
		row := originRow{origin, c.ID}
		if err := s.on(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return s.fault(err)
		}
	}
	return nil
}

type originRow struct{ Origin, ClientID string }

func (originRow) TableName() string { return "client_origins" }

type secretRow struct {
	ID        rowID
	ClientID  string
	Hash      string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt *time.Time
}

func (secretRow) TableName() string { return "client_secrets" }

func (s *Store) clientSecrets(ctx context.Context, ids ...string) (map[string][]client.Secret, error) {
	var rows []secretRow
	if err := s.on(ctx).Where("client_id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	secrets := map[string][]client.Secret{}
	for _, r := range rows {
		secrets[r.ClientID] = append(secrets[r.ClientID], client.Secret{
			ID: provider.ID(r.ID), Hash: r.Hash, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: utc(r.ExpiresAt),
		})
	}
	return secrets, nil
}

func clientRowOf(c *client.Client) (*clientRow, error) {
	metadata, err := c.Document()
	if err != nil {
		return nil, err
	}
	types := make(list, len(c.GrantTypes))
	for i, g := range c.GrantTypes {
		types[i] = string(g)
	}
	return &clientRow{
		ID: c.ID, Name: c.Name, Type: string(c.Type), AuthMethod: string(c.AuthMethod), GrantTypes: types,
		RedirectURIs: c.RedirectURIs, Scopes: c.Scopes, DefaultScopes: c.DefaultScopes, Audience: c.Audience,
		TokenFormat: string(c.TokenFormat), IDTokenAlg: c.IDTokenAlg, AccessTokenLifetime: seconds(c.AccessTokenLifetime),
		IDTokenLifetime: seconds(c.IDTokenLifetime), RefreshTokenIdle: seconds(c.RefreshTokenIdle), RefreshTokenLifetime: seconds(c.RefreshTokenLifetime),
		RefreshTokenRotation: string(c.RefreshTokenRotation), JWKS: c.JWKS, JWKSURI: c.JWKSURI, AuthSigningAlg: c.AuthSigningAlg, RateLimit: c.RateLimit,
		RequirePKCE: c.RequirePKCE, AllowPlainPKCE: c.AllowPlainPKCE, FirstParty: c.FirstParty, MayIntrospect: c.MayIntrospect,
		Disabled: c.Disabled, AuthMethodPinned: c.AuthMethodPinned, AssertionIssuerOnly: c.AssertionIssuerOnly,
		AccessTokenAlg: c.AccessTokenAlg, AccessTokenTyp: c.AccessTokenTyp, RequiredACR: c.RequiredACR, IDTokenClaims: c.IDTokenClaims,
		AllowUndottedScheme: c.AllowUndottedScheme, Restricted: c.Restricted, Trust: trustText(c.Trust),
		URI: c.URI, LogoURI: c.LogoURI, PolicyURI: c.PolicyURI, TOSURI: c.TOSURI,
		PostLogoutRedirectURIs: c.PostLogoutRedirectURIs, Metadata: string(metadata),
		LogoutBack: c.BackChannelLogoutURI != "", LogoutFront: c.FrontChannelLogoutURI != "", CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}, nil
}

func (r clientRow) client(secrets []client.Secret) (*client.Client, error) {
	types := make([]client.GrantType, len(r.GrantTypes))
	for i, g := range r.GrantTypes {
		types[i] = client.GrantType(g)
	}
	c := &client.Client{
		ID: r.ID, Name: r.Name, Type: client.Type(r.Type), AuthMethod: client.AuthMethod(r.AuthMethod), GrantTypes: types,
		RedirectURIs: r.RedirectURIs, Scopes: r.Scopes, DefaultScopes: r.DefaultScopes, Audience: r.Audience,
		TokenFormat: client.TokenFormat(r.TokenFormat), IDTokenAlg: r.IDTokenAlg, AccessTokenLifetime: duration(r.AccessTokenLifetime),
		IDTokenLifetime: duration(r.IDTokenLifetime), RefreshTokenIdle: duration(r.RefreshTokenIdle), RefreshTokenLifetime: duration(r.RefreshTokenLifetime),
		RefreshTokenRotation: client.Rotation(r.RefreshTokenRotation), JWKS: r.JWKS, JWKSURI: r.JWKSURI, AuthSigningAlg: r.AuthSigningAlg, RateLimit: r.RateLimit,
		RequirePKCE: r.RequirePKCE, AllowPlainPKCE: r.AllowPlainPKCE, FirstParty: r.FirstParty, MayIntrospect: r.MayIntrospect,
		Disabled: r.Disabled, AuthMethodPinned: r.AuthMethodPinned, AssertionIssuerOnly: r.AssertionIssuerOnly,
		AccessTokenAlg: r.AccessTokenAlg, AccessTokenTyp: r.AccessTokenTyp, RequiredACR: r.RequiredACR, IDTokenClaims: r.IDTokenClaims,
		AllowUndottedScheme: r.AllowUndottedScheme, Restricted: r.Restricted || r.Named, Trust: client.Trust(r.Trust),
		URI: r.URI, LogoURI: r.LogoURI, PolicyURI: r.PolicyURI, TOSURI: r.TOSURI,
		PostLogoutRedirectURIs: r.PostLogoutRedirectURIs, Secrets: secrets, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	return c, c.ReadDocument([]byte(r.Metadata))
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func duration(seconds int64) time.Duration { return time.Duration(seconds) * time.Second }
