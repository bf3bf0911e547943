package storage

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// factorKinds selects the kinds of factors that a user has, from the table of each.
const factorKinds = `SELECT 'totp' AS kind FROM totp_factors WHERE user_id = ?
	UNION SELECT 'passkey' FROM passkeys WHERE user_id = ?
	UNION SELECT 'hardware_key' FROM passkeys WHERE user_id = ? AND hardware
	UNION SELECT 'mail' FROM mail_factors WHERE user_id = ?`

// setFactors makes the column of a user anew from the tables of factors, in the transaction that has changed
// them: it reads them when the row of the user is locked, so that of two changes at once the second one sees
// what the first one did. Codes by mail go when there is another factor. Recovery codes stand in for a factor, and go with the last one. The generation
// rises: a sign-in that was verified before the change is refused with provider.ErrStale, while sessions
// and grants go on. It returns provider.ErrNotFound when the user is gone.
func (s *Store) setFactors(ctx context.Context, userID provider.ID) error {
	id := rowID(userID)
	if err := s.lockRow(ctx, userID); err != nil {
		return err
	}
	kinds := list{}
	if err := s.on(ctx).Raw("SELECT kind FROM ("+factorKinds+") f ORDER BY kind", id, id, id, id).Scan((*[]string)(&kinds)).Error; err != nil {
		return s.fault(err)
	}
	if len(kinds) > 1 && slices.Contains(kinds, factor.Mail) {
		// Whoever reads the mailbox can choose another password as well, and must not get past what is stronger.
		if err := s.supersedeMail(ctx, userID); err != nil {
			return err
		}
		kinds = withoutMail(kinds)
	}
	if len(kinds) == 0 {
		if err := s.exec(ctx, "DELETE FROM recovery_codes WHERE user_id = ?", id); err != nil {
			return err
		}
	}
	return s.change(ctx, "UPDATE users SET factors = ?, generation = generation + 1 WHERE id = ?", kinds, id)
}

// ForgetBrowsers has every browser of a user ask for the second factor again that was remembered: another generation
// makes what they keep worthless, while sessions and grants go on.
func (s *Store) ForgetBrowsers(ctx context.Context, user provider.ID) error {
	return s.exec(ctx, "UPDATE users SET generation = generation + 1 WHERE id = ?", rowID(user))
}

// SetFactorsDue notes until when a user may sign in without a factor that is demanded, unless that was noted
// before: a later demand does not put it off.
func (s *Store) SetFactorsDue(ctx context.Context, user provider.ID, due time.Time) error {
	return s.exec(ctx, "UPDATE users SET factors_due_at = ? WHERE id = ? AND factors_due_at IS NULL", due, rowID(user))
}

// factorTable is a table of factors, and the kind that events name for a row.
type factorTable struct{ name, kind string }

func factorTables() []factorTable {
	return []factorTable{{"passkeys", "passkey"}, {"totp_factors", "totp"}, {"mail_factors", "mail"}}
}

// RemoveFactors is part of factor.Store. It empties the table of each kind, also of one that is not offered now.
func (s *Store) RemoveFactors(ctx context.Context, user provider.ID) (kinds []string, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, user); err != nil {
			return err
		}
		// Nothing comes back afterwards.
		if err := s.exec(ctx, "DELETE FROM ended_mail_factors WHERE user_id = ?", rowID(user)); err != nil {
			return err
		}
		if kinds, err = s.emptyFactors(ctx, user, time.Time{}); err != nil || len(kinds) == 0 {
			return err
		}
		return s.setFactors(ctx, user)
	})
	return kinds, err
}

// emptyFactors removes the factors of a user that were set up at a time or later, and returns the kind of each.
func (s *Store) emptyFactors(ctx context.Context, user provider.ID, since time.Time) (kinds []string, err error) {
	for _, table := range factorTables() {
		n, err := s.count(ctx, "DELETE FROM "+table.name+" WHERE user_id = ? AND created_at >= ?", rowID(user), since)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, slices.Repeat([]string{table.kind}, int(n))...)
	}
	return kinds, nil
}

// FactorsBefore is part of account.Store. The generation rises also when there is nothing to remove: a sign-in
// in progress, and what browsers keep, are of the time that is undone.
func (s *Store) FactorsBefore(ctx context.Context, user provider.ID, since time.Time) (removed, restored []string, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, user); err != nil {
			return err
		}
		restored = nil
		if removed, err = s.emptyFactors(ctx, user, since); err != nil {
			return err
		}
		switch back, err := s.restoreMail(ctx, user, since); {
		case err != nil:
			return err
		case back:
			restored = []string{factor.Mail}
		}
		if err := s.exec(ctx, "DELETE FROM recovery_codes WHERE user_id = ? AND created_at >= ?", rowID(user), since); err != nil {
			return err
		}
		return s.setFactors(ctx, user)
	})
	return removed, restored, err
}
