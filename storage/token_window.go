package storage

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// A page of a list costs at most so much, whatever the filter: a filter that few rows match would
// otherwise read all of them.
const (
	// fewGrants is up to how many grants are asked one by one for their newest tokens. Beyond that
	// the tokens themselves are read from the newest on: many of them match.
	fewGrants = 2000
	// tokensRead is how many tokens are read for a page in that way.
	tokensRead = 4000
	// tokensChecked is how many of the newest tokens of few grants are checked for their own state.
	tokensChecked = 2000
)

// lastID is after every id.
func lastID() (id provider.ID) {
	for i := range id {
		id[i] = 0xff
	}
	return id
}

// fragment is a part of a statement with its values.
type fragment struct {
	text string
	args []any
}

// conditions are joined by AND.
type conditions []fragment

func (c *conditions) add(text string, args ...any) { *c = append(*c, fragment{text, args}) }

func (c conditions) where() fragment {
	if len(c) == 0 {
		return fragment{text: "TRUE"}
	}
	var all fragment
	parts := make([]string, len(c))
	for i, one := range c {
		parts[i] = one.text
		all.args = append(all.args, one.args...)
	}
	all.text = strings.Join(parts, " AND ")
	return all
}

// grantColumnsOf are those by which tokens are listed, the most selective first.
func grantColumnsOf(of grant.Filter) (by conditions) {
	if !of.SessionID.IsZero() {
		by.add("session_id = ?", rowID(of.SessionID))
	}
	if !of.UserID.IsZero() {
		by.add("user_id = ?", rowID(of.UserID))
	}
	if of.ClientID != "" {
		by.add("client_id = ?", of.ClientID)
	}
	return by
}

// grantConditions select grants g, tokenConditions tokens w of them.
func (s *Store) grantConditions(of grant.Filter) conditions {
	c := grantColumnsOf(of)
	if !of.ActiveAt.IsZero() {
		c.add("g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ?)", of.ActiveAt)
	}
	if of.Scope != "" {
		c.add(s.dialect.contains("g.scopes"), of.Scope)
	}
	return c
}

func (s *Store) tokenConditions(of grant.Filter) (c conditions) {
	if !of.ActiveAt.IsZero() {
		c.add("w.revoked_at IS NULL AND w.at_expires_at > ?", of.ActiveAt)
	}
	if of.Scope != "" {
		c.add("(w.scopes IS NULL OR "+s.dialect.contains("w.scopes")+")", of.Scope)
	}
	return c
}

// window is the tokens that a page is selected from. A page that is not full continues after the
// last of them.
type window struct {
	fragment

	size int
	// also are the conditions that its tokens do not all meet.
	also conditions
}

const windowColumns = "id, grant_id, issued_at, at_expires_at, revoked_at, scopes, audience"

// tokenWindow decides how the tokens of a filter are read.
func (s *Store) tokenWindow(ctx context.Context, of grant.Filter, before provider.ID, limit int) (window, error) {
	tokens, grants := s.tokenConditions(of), s.grantConditions(of)
	by, err := s.fewGrants(ctx, grantColumnsOf(of))
	if err != nil {
		return window{}, err
	}
	if by != nil {
		w := window{size: limit, also: tokens}
		if len(tokens) > 0 {
			w.size = max(limit, tokensChecked)
		}
		which := grants.where()
		// The inner LIMIT keeps the planner from another column, by which there may be many.
		w.text = s.dialect.newestTokens("SELECT g.id FROM (SELECT id, client_id, user_id, session_id, scopes, ended_at, expires_at FROM grants WHERE " + by.text + " ORDER BY id LIMIT ?) g WHERE " + which.text)
		w.args = append(append(append(w.args, by.args...), fewGrants+1), which.args...)
		w.args = append(w.args, rowID(before), w.size, w.size)
		return w, nil
	}
	w := window{size: limit, also: tokens}
	if len(grants) > 0 {
		w.size = max(limit, tokensRead)
		which := grants.where()
		// Not a join: for that all grants of a client might be read first.
		w.also.add("(SELECT 1 FROM grants g WHERE g.id = w.grant_id AND "+which.text+") = 1", which.args...)
	}
	w.text = "SELECT " + windowColumns + " FROM tokens WHERE id < ? ORDER BY id DESC LIMIT ?"
	w.args = []any{rowID(before), w.size}
	return w, nil
}

// fewGrants is the first of the conditions that at most fewGrants grants meet, or nil.
func (s *Store) fewGrants(ctx context.Context, by conditions) (*fragment, error) {
	if len(by) == 0 {
		return nil, nil
	}
	counts := make([]int, len(by))
	parts, args, into := make([]string, len(by)), []any{}, make([]any, len(by))
	for i, c := range by {
		// Without the order Postgres may read the table until it has found so many, all of it where
		// they are the newest.
		parts[i] = "(SELECT count(*) FROM (SELECT 1 FROM grants WHERE " + c.text + " ORDER BY id LIMIT ?) c)"
		args = append(append(args, c.args...), fewGrants+1)
		into[i] = &counts[i]
	}
	if err := s.row(ctx, "SELECT "+strings.Join(parts, ", "), args...).Scan(into...); err != nil {
		return nil, s.fault(err)
	}
	for i, n := range counts {
		if n <= fewGrants {
			return &by[i], nil
		}
	}
	return nil, nil
}
