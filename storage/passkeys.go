package storage

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

var _ passkey.Store = (*Store)(nil)

type passkeyRow struct {
	ID             rowID
	UserID         rowID
	Name           string
	CredentialID   []byte
	PublicKey      []byte
	UserHandle     []byte
	SignCount      uint32
	Model          []byte `gorm:"column:aaguid"`
	Attested       bool
	Hardware       bool
	BackupEligible bool
	BackedUp       bool
	Verifies       bool `gorm:"column:uv_initialized"`
	Transports     list
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
	UsedAt         *time.Time
}

func (passkeyRow) TableName() string { return "passkeys" }

const authenticatorColumns = `p.id, p.user_id, p.name, p.credential_id, p.public_key, p.user_handle, p.sign_count, p.aaguid, p.attested, p.hardware,
	p.backup_eligible, p.backed_up, p.uv_initialized, p.transports, p.created_at, p.used_at`

func (r *passkeyRow) into() []any {
	return []any{
		&r.ID, &r.UserID, &r.Name, &r.CredentialID, &r.PublicKey, &r.UserHandle, &r.SignCount, &r.Model, &r.Attested, &r.Hardware,
		&r.BackupEligible, &r.BackedUp, &r.Verifies, &r.Transports, &r.CreatedAt, &r.UsedAt,
	}
}

func (r *passkeyRow) passkey() *passkey.Passkey {
	p := &passkey.Passkey{
		ID: provider.ID(r.ID), UserID: provider.ID(r.UserID), Name: r.Name, CredentialID: r.CredentialID, PublicKey: r.PublicKey, Handle: r.UserHandle,
		SignCount: r.SignCount, Attested: r.Attested, Hardware: r.Hardware, BackupEligible: r.BackupEligible, BackedUp: r.BackedUp, Verifies: r.Verifies,
		Transports: r.Transports, CreatedAt: r.CreatedAt.UTC(), UsedAt: utc(r.UsedAt),
	}
	copy(p.Model[:], r.Model)
	return p
}

// Passkeys are those of a user, the oldest first.
func (s *Store) Passkeys(ctx context.Context, userID provider.ID) ([]*passkey.Passkey, error) {
	var rows []passkeyRow
	if err := s.on(ctx).Where("user_id = ?", rowID(userID)).Order("id").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]*passkey.Passkey, len(rows))
	for i := range rows {
		list[i] = rows[i].passkey()
	}
	return list, nil
}

// PasskeyWithUser reads a passkey and its user in one statement: it is all that a sign-in reads.
func (s *Store) PasskeyWithUser(ctx context.Context, credentialID []byte) (*passkey.Passkey, *account.User, error) {
	var row passkeyRow
	var u userRow
	err := s.row(ctx, "SELECT "+authenticatorColumns+", "+userColumns+`
		FROM passkeys p JOIN users u ON u.id = p.user_id WHERE p.credential_id = ?`, credentialID).Scan(append(row.into(), u.into()...)...)
	if err != nil {
		return nil, nil, s.fault(err)
	}
	user, err := s.userOf(&u)
	return row.passkey(), user, err
}

// AddPasskey stores a passkey; its user has another generation then.
func (s *Store) AddPasskey(ctx context.Context, p *passkey.Passkey) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, p.UserID); err != nil {
			return err
		}
		err := s.on(ctx).Create(&passkeyRow{
			rowID(p.ID), rowID(p.UserID), p.Name, p.CredentialID, p.PublicKey, p.Handle, p.SignCount, p.Model[:], p.Attested, p.Hardware,
			p.BackupEligible, p.BackedUp, p.Verifies, p.Transports, p.CreatedAt, p.UsedAt,
		}).Error
		if err != nil {
			return s.fault(err)
		}
		return s.setFactors(ctx, p.UserID)
	})
}

// UsePasskey notes a use of a passkey. The counter is compared by the statement that stores it, so that of two
// copies of an authenticator that are used at once one is found out (WebAuthn section 6.1.1). It says nothing of a
// passkey that is meant to be copied: each device counts for itself.
func (s *Store) UsePasskey(ctx context.Context, id provider.ID, u passkey.Use) error {
	return s.change(ctx, `UPDATE passkeys SET sign_count = ?, backup_eligible = ?, backed_up = ?, uv_initialized = uv_initialized OR ?, used_at = ?
		WHERE id = ? AND (sign_count < ? OR (sign_count = 0 AND ?) OR (backup_eligible AND ?))`,
		int64(u.SignCount), u.BackupEligible, u.BackedUp, u.Verified, u.At, rowID(id), int64(u.SignCount), u.SignCount == 0, u.BackupEligible)
}

// RenamePasskey gives a passkey of a user another name.
func (s *Store) RenamePasskey(ctx context.Context, userID, id provider.ID, name string) error {
	return s.change(ctx, "UPDATE passkeys SET name = ? WHERE id = ? AND user_id = ?", name, rowID(id), rowID(userID))
}

// RemovePasskey removes a passkey of a user, who has another generation then: a sign-in with it that goes on is
// refused with provider.ErrStale.
func (s *Store) RemovePasskey(ctx context.Context, userID, id provider.ID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, userID); err != nil {
			return err
		}
		if err := s.change(ctx, "DELETE FROM passkeys WHERE id = ? AND user_id = ?", rowID(id), rowID(userID)); err != nil {
			return err
		}
		return s.setFactors(ctx, userID)
	})
}

// UseChallenge records the challenge of a ceremony that succeeds, in its transaction. It is one statement, so that
// of any number of concurrent replays one succeeds.
func (s *Store) UseChallenge(ctx context.Context, hash [sha256.Size]byte, until time.Time) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "INSERT INTO used_challenges (hash, expires_at) VALUES (?, ?)", hash[:], until)
	})
}
