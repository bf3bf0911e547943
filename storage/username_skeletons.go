package storage

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
)

const (
	skeletonTick = 30 * time.Second
	// skeletonBatch limits how many rows of users a transaction locks, for some hundredths of a second.
	skeletonBatch = 200
	// skeletonBatches limits how much a run writes: a million users take ten minutes.
	skeletonBatches = 250
)

// UserBySkeleton reads the user whose name looks the same as those with the skeleton.
func (s *Store) UserBySkeleton(ctx context.Context, skeleton string) (*account.User, error) {
	return s.user(ctx, "username_skeleton = ?", skeleton)
}

// Skeletons makes the skeletons of user names that the previous version stored, or that an older table
// of characters gave.
type Skeletons struct {
	store *Store
	// cursor is the position of the walk over the users without one.
	cursor provider.ID
}

// NewSkeletons makes Skeletons for a process.
func NewSkeletons(s *Store) *Skeletons { return &Skeletons{store: s} }

// Job returns the work as a background job.
func (k *Skeletons) Job() Job {
	return Job{Name: "username-skeletons", Every: skeletonTick, Lease: janitorLease, Due: k.due, Work: k.Make}
}

// dueUsers are users without a skeleton, or with that of another name; an index has them.
const dueUsers = `FROM users WHERE id > ? AND (skeleton_of IS NULL OR skeleton_of <> username) ORDER BY id LIMIT `

func (k *Skeletons) due(ctx context.Context) (bool, error) {
	var id rowID
	err := k.store.fault(k.store.row(ctx, "SELECT id "+dueUsers+"1", rowID{}).Scan(&id))
	if errors.Is(err, provider.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Make makes a bounded number of skeletons. Of users whose names look the same the one who was first
// has it. The others are tried at each walk: the first one may have got another name.
func (k *Skeletons) Make(ctx context.Context) error {
	for range skeletonBatches {
		last, err := k.batch(ctx)
		if err != nil {
			return err
		}
		if k.cursor = last; last.IsZero() {
			return nil
		}
	}
	return nil
}

// batch returns the last user of the batch; zero: it was the last batch.
func (k *Skeletons) batch(ctx context.Context) (last provider.ID, err error) {
	var rows []userRow
	if err := k.store.on(ctx).Raw("SELECT id, username "+dueUsers+"?", rowID(k.cursor), skeletonBatch).Scan(&rows).Error; err != nil {
		return last, k.store.fault(err)
	}
	err = k.store.InTx(ctx, func(ctx context.Context) error {
		for _, row := range rows {
			if err := k.set(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, provider.ErrConflict) { // somebody took such a name just now: the next walk tells who
		return last, err
	}
	if len(rows) == skeletonBatch {
		last = provider.ID(rows[len(rows)-1].ID)
	}
	return last, nil
}

// set gives a user the skeleton of the name, unless the name has changed or another user has it.
func (k *Skeletons) set(ctx context.Context, row userRow) error {
	skeleton := lookalike.Skeleton(row.Username)
	n, err := k.store.count(ctx, `UPDATE users SET username_skeleton = ?, skeleton_of = username WHERE id = ? AND username = ?
		AND NOT EXISTS (SELECT 1 FROM users o WHERE o.username_skeleton = ? AND o.id <> users.id)`, skeleton, row.ID, row.Username, skeleton)
	if err != nil || n > 0 {
		return err
	}
	// That of the name before is free again.
	return k.store.exec(ctx, "UPDATE users SET username_skeleton = NULL, skeleton_of = NULL WHERE id = ? AND username = ? AND username_skeleton IS NOT NULL", row.ID, row.Username)
}
