package account

import (
	"context"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// freeName makes a user name of an email address, one that no other user has and that looks like no other
// user's. Both are asked in any case: the time must not tell which of them is taken.
func (s *SelfService) freeName(ctx context.Context, email string) (string, error) {
	name := nameFrom(canonicalEmail(email))
	if name == "" {
		return s.unlikeOthers(name), nil
	}
	_, same := s.people.UserByLogin(ctx, LoginForms(name)...)
	_, looks := s.registry.store.UserBySkeleton(ctx, lookalike.Skeleton(name))
	for _, err := range []error{same, looks} {
		if err != nil && !errors.Is(err, provider.ErrNotFound) {
			return "", err
		}
	}
	if same == nil || looks == nil {
		return s.unlikeOthers(name), nil
	}
	return name, nil
}

// unlikeOthers is a user name that nobody else gets, and that begins with another one.
func (s *SelfService) unlikeOthers(name string) string {
	return strings.ToLower(strings.Trim(name+"-"+provider.RandomID(s.registry.random).String()[:8], "-"))
}

// createNamed is create for a user whose name nobody chose. Others may have registered with the same local
// part before either confirmed: the name is made again for the one who comes later.
func (s *SelfService) createNamed(ctx context.Context, v *verification.Verification, u *User) (made *User, err error) {
	if u.Username, err = s.freeName(ctx, u.Email); err != nil {
		return nil, err
	}
	if made, err = s.create(ctx, v, u); errors.Is(err, ErrUsernameTaken) { // in this moment
		u.Username = s.unlikeOthers(nameFrom(u.Email))
		made, err = s.create(ctx, v, u)
	}
	return made, err
}
