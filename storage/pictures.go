package storage

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/picture"
)

// PutPicture stores the picture of a user in place of the one before.
func (s *Store) PutPicture(ctx context.Context, p picture.Stored) error {
	return s.exec(ctx, `INSERT INTO pictures (user_id, id, media_type, body, created_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, media_type = excluded.media_type, body = excluded.body, created_at = excluded.created_at`,
		rowID(p.UserID), p.ID, p.MediaType, p.Body, p.CreatedAt)
}

// Picture reads a picture by its id.
func (s *Store) Picture(ctx context.Context, id string) (picture.Stored, error) {
	p := picture.Stored{ID: id}
	var user rowID
	err := s.row(ctx, "SELECT user_id, media_type, body, created_at FROM pictures WHERE id = ?", id).Scan(&user, &p.MediaType, &p.Body, &p.CreatedAt)
	p.UserID, p.CreatedAt = provider.ID(user), p.CreatedAt.UTC()
	return p, s.fault(err)
}

// RemovePicture removes the picture of a user, if there is one.
func (s *Store) RemovePicture(ctx context.Context, userID provider.ID) error {
	return s.exec(ctx, "DELETE FROM pictures WHERE user_id = ?", rowID(userID))
}

// removeUnshown removes the picture of a user whose profile does not show it any more: whoever has its URL could see
// it for ever.
func (s *Store) removeUnshown(ctx context.Context, u *account.User) error {
	var id string
	err := s.fault(s.row(ctx, "SELECT id FROM pictures WHERE user_id = ?", rowID(u.ID)).Scan(&id))
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil
	case err != nil:
		return err
	case picture.Shown(u.Profile.Picture, id):
		return nil
	}
	return s.RemovePicture(ctx, u.ID)
}
