package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Users pages through the users that a filter selects, in its order.
func (s *Store) Users(ctx context.Context, of account.Filter, limit int) ([]*account.User, error) {
	column, after, err := position(of)
	if err != nil {
		return nil, err
	}
	direction, beyond := "", " > ?"
	if of.Descending {
		direction, beyond = " DESC", " < ?"
	}
	query := s.on(ctx).Order(column + direction).Limit(limit)
	if after != nil {
		query = query.Where(column+beyond, after)
	}
	for column, typed := range map[string]string{"username": of.Username, "email": of.Email} {
		if typed == "" {
			continue
		}
		id, err := s.named(ctx, column, account.LoginForms(typed))
		if errors.Is(err, provider.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		query = query.Where("id = ?", id)
	}
	if of.Search != "" {
		condition, args, err := s.beginsWith(ctx, of)
		if err != nil {
			return nil, err
		}
		query = query.Where(condition, args...)
	}
	if strings.Contains(of.Role, " ") {
		return nil, nil // no role has one, but a list of roles has
	}
	if of.Role != "" {
		condition, args, err := s.withRole(ctx, of.Role)
		if err != nil {
			return nil, err
		}
		query = query.Where(condition, args...)
	}
	if of.Disabled != nil {
		condition := "disabled"
		if !*of.Disabled {
			condition = "NOT disabled"
		}
		query = query.Where(condition)
	}
	if of.Deleting != nil {
		condition := "delete_at IS NOT NULL"
		if !*of.Deleting {
			condition = "delete_at IS NULL"
		}
		query = query.Where(condition)
	}
	var rows []userRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	users := make([]*account.User, len(rows))
	for i, row := range rows {
		if users[i], err = s.userOf(&row); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// named finds the user who has one of the forms in a column; the first form that matches wins, as in
// UserByLogin.
func (s *Store) named(ctx context.Context, column string, forms []string) (id rowID, err error) {
	var rows []userRow
	if err := s.on(ctx).Select("id", "username", "email").Where(column+" IN ?", forms).Find(&rows).Error; err != nil {
		return id, s.fault(err)
	}
	for _, form := range forms {
		for _, row := range rows {
			if has := map[string]string{"username": row.Username, "email": string(row.Email)}; has[column] == form {
				return row.ID, nil
			}
		}
	}
	return id, provider.ErrNotFound
}

// fewUsers is up to how many users that a condition selects are looked up one by one.
const fewUsers = 2000

// some is the condition that a statement selects the id of a user, or otherwise where it selects many. Postgres cannot
// tell a rare role or name from a common one: left to itself it reads all users in order until it has found enough of
// them, which is right for a common one alone.
func (s *Store) some(ctx context.Context, ids string, args []any, otherwise string, otherwiseArgs ...any) (string, []any, error) {
	var n int
	counted := append(slices.Clone(args), fewUsers+1)
	if err := s.row(ctx, "SELECT count(*) FROM ("+ids+" LIMIT ?) AS few", counted...).Scan(&n); err != nil {
		return "", nil, s.fault(err)
	}
	switch {
	case n == 0:
		return "FALSE", nil, nil
	case n <= fewUsers:
		return "id IN (WITH few AS MATERIALIZED (" + ids + ") SELECT id FROM few)", args, nil
	default:
		return otherwise, otherwiseArgs, nil
	}
}

// withRole is the condition that users have a role.
func (s *Store) withRole(ctx context.Context, role string) (string, []any, error) {
	return s.some(ctx, "SELECT user_id AS id FROM user_roles WHERE role = ?", []any{role}, s.dialect.contains("roles"), role)
}

// CountWithRole is how many users have a role, up to a bound. It reads no column that an older schema lacks.
func (s *Store) CountWithRole(ctx context.Context, role string, most int) (n int, err error) {
	has := "roles <> '' AND " + s.dialect.contains("roles")
	err = s.fault(s.row(ctx, "SELECT count(*) FROM (SELECT 1 FROM users WHERE "+has+" LIMIT ?) AS of_role", role, most).Scan(&n))
	return n, err
}

// position is the column of the order, and the value of it to continue after.
func position(of account.Filter) (column string, after any, err error) {
	switch of.Order {
	case account.ByCreation:
		column = "id" // which begins with the time
	case account.ByUsername, "":
		column = "username"
	default:
		return "", nil, fmt.Errorf("storage: users are not listed by %q", of.Order)
	}
	if of.After == "" {
		return column, nil, nil
	}
	if column == "username" {
		return column, of.After, nil
	}
	id, err := provider.ParseID(of.After)
	return column, rowID(id), err
}

// lastRune sorts after every other character: what begins with a text is between the text and the
// text with it.
const lastRune = "\U0010FFFF"

// beginsWith is the condition that the name or the address of users begins with what is searched for.
func (s *Store) beginsWith(ctx context.Context, of account.Filter) (string, []any, error) {
	var either []string
	var args []any
	usernames, emails, possible := of.Prefixes()
	if !possible {
		return "FALSE", nil, nil
	}
	add := func(column string, prefixes []string) {
		for _, prefix := range prefixes {
			either = append(either, column+" BETWEEN ? AND ?")
			args = append(args, prefix, prefix+lastRune)
		}
	}
	add("username", usernames)
	add("email", emails)
	if len(either) == 0 {
		return "TRUE", nil, nil // nothing but spaces
	}
	condition := "(" + strings.Join(either, " OR ") + ")"
	return s.some(ctx, "SELECT id FROM users WHERE "+condition, args, condition, args...)
}
