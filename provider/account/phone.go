package account

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// TypedPhone is a phone number as it is stored (E.164), given one as people type or paste it: with spaces,
// dashes, dots, brackets, 00 for the +, the (0) of a number at home, and the direction marks that address
// books copy. What is no number stays one that is refused.
func TypedPhone(typed string) string {
	number := strings.ReplaceAll(norm.NFKC.String(typed), "(0)", "")
	number = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Space, unicode.Cf, unicode.Pd) || strings.ContainsRune("()/.", r) {
			return -1
		}
		return r
	}, number)
	if abroad, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + abroad
	}
	return number
}

// phoneOf is a phone number as people type it; empty: that is none.
func phoneOf(typed string) string {
	if len(typed) > maxName {
		return ""
	}
	number := TypedPhone(typed)
	if !validPhone(number) {
		return ""
	}
	return number
}

// validPhone takes E.164 only, which is what the phone_number claim recommends.
func validPhone(number string) bool {
	digits, ok := strings.CutPrefix(number, "+")
	return ok && len(digits) >= 8 && len(digits) <= 15 && digits[0] != '0' &&
		!strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
}

// logins finds users by what they sign in with.
type logins interface {
	// UserByLogin reads the user who has one of the forms as user name or email address; the
	// first form that matches wins (LoginForms).
	UserByLogin(ctx context.Context, forms ...string) (*User, error)
	// UsersByPhone returns up to two users with that number, verified.
	UsersByPhone(ctx context.Context, number string) ([]*User, error)
}

// byLogin is the user who has a user name, an email address, or a phone number that is verified. It
// returns provider.ErrNotFound.
func byLogin(ctx context.Context, users logins, login string) (*User, error) {
	u, err := users.UserByLogin(ctx, LoginForms(login)...)
	number := phoneOf(login)
	if number == "" || !errors.Is(err, provider.ErrNotFound) {
		return u, err
	}
	return byNumber(ctx, users, number)
}

// byNumber is the user who has a number that is verified. Of one that several users have it is not known whose it
// is. It returns provider.ErrNotFound.
func byNumber(ctx context.Context, users logins, number string) (*User, error) {
	owners, err := users.UsersByPhone(ctx, number)
	if err != nil {
		return nil, err
	}
	if len(owners) != 1 {
		return nil, provider.ErrNotFound
	}
	return owners[0], nil
}

// countedLogin is what attempts with a login that nobody has are counted by: the spellings of a number are one.
func countedLogin(login string) string {
	if number := phoneOf(login); number != "" {
		return number
	}
	return Canonical(login)
}
