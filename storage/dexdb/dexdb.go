package dexdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver

	"github.com/gatehouse-id/gatehouse/provider/imports/dex"
)

// maxRows bounds what is read into memory.
const maxRows = 1_000_000

// Read reads the database file.
func Read(ctx context.Context, path string) (clients []dex.Client, passwords []dex.Password, err error) {
	address := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(5000)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, nil, fmt.Errorf("dexdb: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if clients, err = readClients(ctx, db); err != nil {
		return nil, nil, err
	}
	passwords, err = readPasswords(ctx, db)
	return clients, passwords, err
}

func readClients(ctx context.Context, db *sql.DB) ([]dex.Client, error) {
	columns, err := columnsOf(ctx, db, "client")
	if err != nil {
		return nil, err
	}
	//nolint:gosec // the names of the columns are ours
	query := fmt.Sprintf("SELECT id, secret, redirect_uris, trusted_peers, public, name, logo_url, %s, %s, %s FROM client ORDER BY id LIMIT ?",
		columns.or("allowed_connectors"), columns.or("mfa_chain"), columns.or("post_logout_redirect_uris"))
	rows, err := db.QueryContext(ctx, query, maxRows)
	if err != nil {
		return nil, fmt.Errorf("dexdb: read clients: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var clients []dex.Client
	for rows.Next() {
		var c dex.Client
		if err := rows.Scan(&c.ID, &c.Secret, texts{&c.RedirectURIs}, texts{&c.TrustedPeers}, &c.Public, &c.Name, &c.LogoURL,
			texts{&c.AllowedConnectors}, texts{&c.MFAChain}, texts{&c.PostLogoutRedirectURIs}); err != nil {
			return nil, fmt.Errorf("dexdb: read clients: %w", err)
		}
		clients = append(clients, c)
	}
	return clients, rows.Err()
}

func readPasswords(ctx context.Context, db *sql.DB) ([]dex.Password, error) {
	columns, err := columnsOf(ctx, db, "password")
	if err != nil {
		return nil, err
	}
	//nolint:gosec // the names of the columns are ours
	query := fmt.Sprintf("SELECT email, hash, username, user_id, %s, %s, %s, %s FROM password ORDER BY email LIMIT ?",
		columns.or("preferred_username"), columns.or("groups"), columns.or("name"), columns.or("email_verified"))
	rows, err := db.QueryContext(ctx, query, maxRows)
	if err != nil {
		return nil, fmt.Errorf("dexdb: read passwords: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var passwords []dex.Password
	for rows.Next() {
		var p dex.Password
		var preferred, name sql.NullString
		if err := rows.Scan(&p.Email, &p.Hash, &p.Username, &p.UserID, &preferred, texts{&p.Groups}, &name, &p.EmailVerified); err != nil {
			return nil, fmt.Errorf("dexdb: read passwords: %w", err)
		}
		p.PreferredUsername, p.Name = preferred.String, name.String
		passwords = append(passwords, p)
	}
	return passwords, rows.Err()
}

// columns are those of a table: versions of Dex differ.
type columns map[string]bool

func columnsOf(ctx context.Context, db *sql.DB, table string) (columns, error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, fmt.Errorf("dexdb: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := columns{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("dexdb: %w", err)
		}
		found[name] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("dexdb: %w", err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("not a database of Dex: there is no table %s", table)
	}
	return found, nil
}

// or is the column, or NULL in a version without it.
func (c columns) or(name string) string {
	if c[name] {
		return `"` + name + `"`
	}
	return "NULL"
}

// texts reads a JSON array.
type texts struct{ list *[]string }

// Scan is part of sql.Scanner.
func (t texts) Scan(source any) error {
	switch v := source.(type) {
	case nil:
		return nil
	case []byte:
		return json.Unmarshal(v, t.list)
	case string:
		return json.Unmarshal([]byte(v), t.list)
	default:
		return fmt.Errorf("%T is not a list", source)
	}
}
