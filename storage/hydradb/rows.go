package hydradb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/imports/hydra"
)

// texts reads a JSON array. NULL and an empty text are none.
type texts struct{ list *[]string }

// Scan is part of sql.Scanner.
func (t texts) Scan(source any) error {
	var raw []byte
	switch v := source.(type) {
	case nil:
	case []byte:
		raw = v
	case string:
		raw = []byte(v)
	default:
		return fmt.Errorf("%T is not a list", source)
	}
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, t.list)
}

// words reads a list that is separated by |.
type words struct{ list *[]string }

// Scan is part of sql.Scanner.
func (w words) Scan(source any) error {
	var text sql.NullString
	if err := text.Scan(source); err != nil {
		return err
	}
	*w.list = strings.FieldsFunc(text.String, func(r rune) bool { return r == '|' })
	return nil
}

// Clients yields the clients, by id.
func (d *DB) Clients(ctx context.Context) iter.Seq2[hydra.Client, error] {
	return query(ctx, d, `SELECT id, client_name, client_secret, scope, coalesce(token_endpoint_auth_method, ''), token_endpoint_auth_signing_alg, subject_type,
			redirect_uris, grant_types, response_types, audience, contacts, post_logout_redirect_uris, allowed_cors_origins,
			client_uri, logo_uri, policy_uri, tos_uri, coalesce(jwks, ''), coalesce(jwks_uri, ''), coalesce(metadata, ''), owner, frontchannel_logout_uri, backchannel_logout_uri,
			userinfo_signed_response_alg, coalesce(access_token_strategy, ''), skip_consent, created_at,
			coalesce(authorization_code_grant_access_token_lifespan, 0), coalesce(authorization_code_grant_id_token_lifespan, 0),
			coalesce(authorization_code_grant_refresh_token_lifespan, 0), coalesce(client_credentials_grant_access_token_lifespan, 0),
			coalesce(refresh_token_grant_access_token_lifespan, 0), coalesce(refresh_token_grant_id_token_lifespan, 0), coalesce(refresh_token_grant_refresh_token_lifespan, 0)
		FROM hydra_client WHERE nid = ? ORDER BY id`,
		func(r *sql.Rows) (c hydra.Client, err error) {
			return c, r.Scan(&c.ID, &c.Name, &c.Secret, &c.Scope, &c.AuthMethod, &c.SigningAlg, &c.SubjectType,
				texts{&c.RedirectURIs}, texts{&c.GrantTypes}, texts{&c.ResponseTypes}, texts{&c.Audience}, texts{&c.Contacts}, texts{&c.PostLogoutRedirectURIs}, texts{&c.AllowedCORSOrigins},
				&c.URI, &c.LogoURI, &c.PolicyURI, &c.TOSURI, &c.JWKS, &c.JWKSURI, &c.Metadata, &c.Owner, &c.FrontChannelLogoutURI, &c.BackChannelLogoutURI,
				&c.UserinfoAlg, &c.AccessTokenStrategy, &c.SkipConsent, &c.CreatedAt,
				&c.CodeAccess, &c.CodeID, &c.CodeRefresh, &c.CredentialsAccess, &c.RefreshAccess, &c.RefreshID, &c.RefreshRefresh)
		}, d.network)
}

// live are the refresh tokens that Hydra would accept, and remembered the consents. A flow is finished
// in the states 5 and 6 (consent unused and used).
const (
	live       = " FROM hydra_oauth2_refresh WHERE nid = ? AND active = true AND subject <> '' AND (expires_at IS NULL OR expires_at > ?)"
	remembered = ` FROM hydra_oauth2_flow WHERE nid = ? AND state IN (5, 6) AND consent_remember = true AND consent_skip = false AND consent_error = '{}'`
)

// Subjects yields the users of live refresh tokens and of remembered consents.
func (d *DB) Subjects(ctx context.Context) iter.Seq2[string, error] {
	return query(ctx, d, "SELECT subject"+live+" UNION SELECT subject"+remembered+" ORDER BY subject",
		func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) }, d.network, d.now, d.network)
}

// Consents yields the remembered consents that have not expired. Of several of one user for a client the
// newest counts, as in Hydra.
func (d *DB) Consents(ctx context.Context) iter.Seq2[hydra.Consent, error] {
	rows := query(ctx, d, "SELECT client_id, subject, granted_scope, granted_at_audience, coalesce(consent_remember_for, 0), requested_at"+remembered+" ORDER BY client_id, subject, requested_at",
		func(r *sql.Rows) (c hydra.Consent, err error) {
			return c, r.Scan(&c.ClientID, &c.Subject, texts{&c.Scopes}, texts{&c.Audience}, &c.For, &c.At)
		}, d.network)
	return func(yield func(hydra.Consent, error) bool) {
		var last *hydra.Consent
		flush := func() bool {
			return last == nil || (last.For > 0 && last.At.Unix()+last.For <= d.now.Unix()) || yield(*last, nil)
		}
		for c, err := range rows {
			if err != nil {
				yield(c, err)
				return
			}
			if last != nil && (last.ClientID != c.ClientID || last.Subject != c.Subject) && !flush() {
				return
			}
			last = &c
		}
		flush()
	}
}

// Tokens yields the live refresh tokens; those of one authorization follow each other.
func (d *DB) Tokens(ctx context.Context) iter.Seq2[hydra.Token, error] {
	return query(ctx, d, "SELECT signature, request_id, client_id, subject, granted_scope, granted_audience, session_data, requested_at, expires_at"+live+" ORDER BY request_id, signature",
		func(r *sql.Rows) (t hydra.Token, err error) {
			return t, r.Scan(&t.Signature, &t.RequestID, &t.ClientID, &t.Subject, words{&t.Scopes}, words{&t.Audience}, &t.Session, &t.RequestedAt, &t.ExpiresAt)
		}, d.network, d.now)
}

// Keys yields the keys that sign ID tokens and access tokens.
func (d *DB) Keys(ctx context.Context) iter.Seq2[hydra.Key, error] {
	return func(yield func(hydra.Key, error) bool) {
		var until sql.NullTime
		// Ordered, for SQLite: an aggregate has no type of a time there.
		err := d.tx.QueryRowContext(ctx, d.bound("SELECT expires_at FROM hydra_oauth2_access WHERE nid = ? AND active = true AND expires_at IS NOT NULL ORDER BY expires_at DESC LIMIT 1"), d.network).Scan(&until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			yield(hydra.Key{}, fmt.Errorf("read the database of Hydra: %w", err))
			return
		}
		for k, err := range query(ctx, d, "SELECT sid, kid, keydata, created_at FROM hydra_jwk WHERE nid = ? AND sid IN ('hydra.openid.id-token', 'hydra.jwt.access-token') ORDER BY sid, kid",
			func(r *sql.Rows) (k hydra.Key, err error) {
				return k, r.Scan(&k.Set, &k.KID, &k.Encrypted, &k.CreatedAt)
			}, d.network) {
			if until.Valid {
				k.SignedUntil = &until.Time
			}
			if !yield(k, err) {
				return
			}
		}
	}
}
