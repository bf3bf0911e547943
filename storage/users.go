package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
)

type userRow struct {
	ID            rowID
	Subject       optionalText
	Username      string
	PasswordHash  string
	Email         optionalText
	EmailVerified bool
	Phone         string
	PhoneVerified bool
	Profile       string
	Roles         list
	Disabled      bool
	Generation    int64
	Factors       list
	FactorsDueAt  *time.Time
	DeleteAt      *time.Time
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt     time.Time `gorm:"autoUpdateTime:false"`
	// UsernameSkeleton is that of SkeletonOf, which is the user name unless the previous version changed it.
	UsernameSkeleton, SkeletonOf optionalText
}

func (userRow) TableName() string { return "users" }

// userColumns and into read a user in a statement without GORM.
const userColumns = `u.id, u.subject, u.username, u.password_hash, u.email, u.email_verified, u.phone, u.phone_verified,
	u.profile, u.roles, u.disabled, u.generation, u.factors, u.factors_due_at, u.delete_at, u.created_at, u.updated_at`

func (r *userRow) into() []any {
	return []any{
		&r.ID, &r.Subject, &r.Username, &r.PasswordHash, &r.Email, &r.EmailVerified, &r.Phone, &r.PhoneVerified,
		&r.Profile, &r.Roles, &r.Disabled, &r.Generation, &r.Factors, &r.FactorsDueAt, &r.DeleteAt, &r.CreatedAt, &r.UpdatedAt,
	}
}

// User reads a user by id.
func (s *Store) User(ctx context.Context, id provider.ID) (*account.User, error) {
	return s.user(ctx, "id = ?", rowID(id))
}

// UserBySubject reads a user by a subject that differs from the id.
func (s *Store) UserBySubject(ctx context.Context, subject string) (*account.User, error) {
	return s.user(ctx, "subject = ?", subject)
}

// UserByLogin reads the user who has one of the forms as user name or email address; the first form
// that matches wins.
func (s *Store) UserByLogin(ctx context.Context, forms ...string) (*account.User, error) {
	if len(forms) == 0 || forms[0] == "" {
		return nil, provider.ErrNotFound
	}
	if len(forms) == 1 {
		return s.user(ctx, "username = ? OR email = ?", forms[0], forms[0])
	}
	var rows []userRow
	if err := s.on(ctx).Where("username IN ? OR email IN ?", forms, forms).Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	for _, form := range forms {
		if i := slices.IndexFunc(rows, func(r userRow) bool { return r.Username == form || string(r.Email) == form }); i >= 0 {
			return s.userOf(&rows[i])
		}
	}
	return nil, provider.ErrNotFound
}

// LockUser reads a user and locks the row until the transaction ends.
func (s *Store) LockUser(ctx context.Context, id provider.ID) (*account.User, error) {
	if err := s.lockRow(ctx, id); err != nil {
		return nil, err
	}
	return s.User(ctx, id)
}

// lockRow locks the row of a user until the transaction ends. It is not FOR UPDATE: that would also wait for
// transactions that merely reference the row.
func (s *Store) lockRow(ctx context.Context, user provider.ID) error {
	return s.fault(s.row(ctx, "SELECT id FROM users WHERE id = ?"+s.dialect.locking("FOR NO KEY UPDATE"), rowID(user)).Scan(new(rowID)))
}

func (s *Store) user(ctx context.Context, where string, args ...any) (*account.User, error) {
	var row userRow
	if err := s.on(ctx).Where(where, args...).Take(&row).Error; err != nil {
		return nil, s.fault(err)
	}
	return s.userOf(&row)
}

// CreateUser stores a new user, who has no second factor yet.
func (s *Store) CreateUser(ctx context.Context, u *account.User) error {
	row, err := userRowOf(u)
	if err != nil {
		return err
	}
	return s.fault(s.on(ctx).Create(row).Error)
}

// UpdateUser replaces a user. Disabling a user or changing the password ends every session and
// grant, so that a thief of the old password has no access. Taking a role ends what clients have that
// the role opened. Codes by mail end with the verified address. A picture that the profile does not show any more is removed. The row of the user is updated first:
// either insertIfVerified waits for it and finds another generation, or it waits for
// insertIfVerified and then ends what was inserted.
func (s *Store) UpdateUser(ctx context.Context, u *account.User) error {
	row, err := userRowOf(u)
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		before, err := s.LockUser(ctx, u.ID)
		if err != nil {
			return err
		}
		changed := before.PasswordHash != u.PasswordHash
		row.Generation = before.Generation
		if changed || (u.Disabled && !before.Disabled) {
			row.Generation++
		}
		// Those of factors and of the deletion have statements of their own.
		kept := []string{"id", "subject", "created_at", "factors", "factors_due_at", "delete_at"}
		if before.Username == u.Username { // it may look like an older one, which is no reason to refuse another change
			kept = append(kept, "username_skeleton", "skeleton_of")
		}
		if before.Phone != u.Phone || before.PhoneVerified != u.PhoneVerified { // what was proved is another one, or in doubt
			if err := s.exec(ctx, "UPDATE users SET phone_proved = NULL WHERE id = ?", row.ID); err != nil {
				return err
			}
		}
		if err := s.changed(s.on(ctx).Model(row).Where("id = ?", row.ID).Select("*").Omit(kept...).Updates(row)); err != nil {
			return err
		}
		u.Generation = row.Generation
		if before.EmailVerified && (u.Email == "" || !u.EmailVerified) {
			if err := s.endMailFactor(ctx, u); err != nil {
				return err
			}
		}
		if before.Profile.Picture != u.Profile.Picture {
			if err := s.removeUnshown(ctx, u); err != nil {
				return err
			}
		}
		if lost := lostRoles(before, u); len(lost) > 0 {
			if err := s.endOfRoles(ctx, u.ID, lost, u.UpdatedAt); err != nil {
				return err
			}
		}
		if !u.Disabled && !changed {
			return nil
		}
		ended, err := s.count(ctx, "UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", u.UpdatedAt, row.ID)
		if err != nil {
			return err
		}
		if err := s.tellEnds(ctx, u.ID, ended, u.UpdatedAt); err != nil {
			return err
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", u.UpdatedAt, row.ID)
	})
}

// DeleteUser removes a user with sessions and consents; grants are ended, not removed, so that an
// operator can see what existed. A trigger keeps id and subject, so that nobody gets them again. The row
// of the user comes first, as in UpdateUser.
func (s *Store) DeleteUser(ctx context.Context, id provider.ID, at time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.LockUser(ctx, id); err != nil {
			return err
		}
		if err := s.change(ctx, "DELETE FROM users WHERE id = ?", rowID(id)); err != nil {
			return err
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", at, rowID(id))
	})
}

func userRowOf(u *account.User) (*userRow, error) {
	profile, err := json.Marshal(u.Profile)
	if err != nil {
		return nil, fmt.Errorf("storage: marshal profile: %w", err)
	}
	subject := optionalText(u.Subject)
	if u.Subject == u.ID.String() {
		subject = ""
	}
	return &userRow{
		rowID(u.ID), subject, u.Username, u.PasswordHash, optionalText(u.Email), u.EmailVerified, u.Phone, u.PhoneVerified,
		string(profile), u.Roles, u.Disabled, u.Generation, nil, nil, nil, u.CreatedAt, u.UpdatedAt,
		optionalText(lookalike.Skeleton(u.Username)), optionalText(u.Username),
	}, nil
}

// userOf is the user of a row.
func (s *Store) userOf(r *userRow) (*account.User, error) {
	u := &account.User{
		ID: provider.ID(r.ID), Subject: string(r.Subject), Username: r.Username, PasswordHash: r.PasswordHash, Email: string(r.Email), EmailVerified: r.EmailVerified,
		Phone: r.Phone, PhoneVerified: r.PhoneVerified, Roles: r.Roles, Disabled: r.Disabled,
		Generation: r.Generation, FactorsDueAt: utc(r.FactorsDueAt), DeleteAt: utc(r.DeleteAt), CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	if u.Subject == "" {
		u.Subject = u.ID.String()
	}
	if len(r.Factors) > 0 {
		u.Factors = r.Factors
	}
	if !s.mailFactors {
		u.Factors = withoutMail(u.Factors)
	}
	if err := json.Unmarshal([]byte(r.Profile), &u.Profile); err != nil {
		return nil, fmt.Errorf("storage: profile of user %s: %w", u.ID, err)
	}
	return u, nil
}
