package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// UsersByPhone returns up to two users with a number that is verified: another one is anybody's to say.
func (s *Store) UsersByPhone(ctx context.Context, number string) ([]*account.User, error) {
	var rows []userRow
	if err := s.on(ctx).Where("phone = ? AND phone <> '' AND phone_verified", number).Order("id").Limit(2).Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	users := make([]*account.User, len(rows))
	for i, row := range rows {
		u, err := s.userOf(&row)
		if err != nil {
			return nil, err
		}
		users[i] = u
	}
	return users, nil
}

// ProvePhone notes that a user proved to control the number that is verified. Of two users who prove the
// same one at once the second gets provider.ErrConflict: the index lets the second wait for the first. It
// comes after CreateUser or UpdateUser.
func (s *Store) ProvePhone(ctx context.Context, user provider.ID) error {
	return s.change(ctx, "UPDATE users SET phone_proved = phone WHERE id = ? AND phone <> '' AND phone_verified", rowID(user))
}
