package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"path"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/picture"
)

func testPictures(t *testing.T, f *fixture) {
	ctx := t.Context()
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	p := picture.Stored{UserID: alice.ID, ID: "a1", MediaType: "image/jpeg", Body: []byte{0xff, 0, 1}, CreatedAt: f.clock()}
	require.NoError(t, f.PutPicture(ctx, p))
	found, err := f.Picture(ctx, "a1")
	require.NoError(t, err)
	assert.Equal(t, p, found)
	other := p
	other.UserID = bob.ID
	require.Error(t, f.PutPicture(ctx, other), "an id is of one picture")
	p.ID = "a2"
	require.NoError(t, f.PutPicture(ctx, p))
	_, err = f.Picture(ctx, "a1")
	require.ErrorIs(t, err, provider.ErrNotFound, "replaced")
	require.NoError(t, f.RemovePicture(ctx, bob.ID))
	require.NoError(t, f.RemovePicture(ctx, alice.ID))
	_, err = f.Picture(ctx, "a2")
	require.ErrorIs(t, err, provider.ErrNotFound)
	require.NoError(t, f.PutPicture(ctx, p))
	require.NoError(t, f.DeleteUser(ctx, alice.ID, f.clock()))
	_, err = f.Picture(ctx, "a2")
	require.ErrorIs(t, err, provider.ErrNotFound, "it goes with its user")
}

// A picture is public as long as the profile shows it, whoever changes the profile and however.
func testPicturesThatAreNotShown(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	pictures := picture.NewRegistry(f.Store, "https://id.example.com", f.clock, rand.Reader)
	for name, change := range map[string]func(u *account.User) error{
		"by-an-administrator": func(u *account.User) error {
			_, err := s.registry.Change(ctx, audittest.Operator(), u.ID, func(u *account.User) error {
				u.Profile = account.Profile{Name: "Another"}
				return nil
			})
			return err
		},
		"by-another-url": func(u *account.User) error {
			_, err := s.registry.Change(ctx, audittest.Operator(), u.ID, func(u *account.User) error {
				u.Profile.Picture = "https://elsewhere.example/me.jpg"
				return nil
			})
			return err
		},
		"by-the-user": func(u *account.User) error {
			_, err := s.ChangeProfile(ctx, u.ID, replaced(account.Profile{Name: "Another"}))
			return err
		},
	} {
		u := f.user(t, name)
		u, err := s.ChangePicture(ctx, u.ID, func(ctx context.Context) (string, error) { return pictures.Put(ctx, u.ID, []byte("first")) })
		require.NoError(t, err)
		u, err = s.ChangePicture(ctx, u.ID, func(ctx context.Context) (string, error) { return pictures.Put(ctx, u.ID, []byte("second")) })
		require.NoError(t, err)
		of := path.Base(u.Profile.Picture)
		kept := u.Profile
		kept.Name = "Yet another"
		_, err = s.ChangeProfile(ctx, u.ID, replaced(kept))
		require.NoError(t, err)
		found, err := pictures.Find(ctx, of)
		require.NoError(t, err, "the profile shows it")
		assert.Equal(t, []byte("second"), found.Body)

		failed := errors.New("rolled back")
		err = f.InTx(ctx, func(ctx context.Context) error {
			u.Profile.Picture = ""
			require.NoError(t, f.UpdateUser(ctx, u))
			return failed
		})
		require.ErrorIs(t, err, failed)
		_, err = pictures.Find(ctx, of)
		require.NoError(t, err, "it stays with the profile")
		require.NoError(t, change(u))
		_, err = pictures.Find(ctx, of)
		require.ErrorIs(t, err, provider.ErrNotFound, name)
	}
}

// replaced is the whole of a profile.
func replaced(by account.Profile) func(p *account.Profile) {
	return func(p *account.Profile) { *p = by }
}

// A picture that is uploaded while the rest of the profile is saved stays, and so does the rest.
func testProfileRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := f.user(t, "alice")
	save := func(ctx context.Context) error {
		_, err := s.ChangeProfile(ctx, u.ID, func(p *account.Profile) { p.Nickname = "Al" })
		return err
	}
	upload := func(ctx context.Context) error {
		_, err := s.ChangePicture(ctx, u.ID, func(context.Context) (string, error) { return "https://id.example.com/pictures/1.jpg", nil })
		return err
	}
	require.NoError(t, f.overlap(t, upload, save))
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"Al", "https://id.example.com/pictures/1.jpg", u.Profile.Name}, []string{back.Profile.Nickname, back.Profile.Picture, back.Profile.Name})
}

const grace = 14 * 24 * time.Hour

func testDeletion(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	live := f.session(t, u)
	got, err := s.RequestDeletion(ctx, u, grace)
	require.NoError(t, err)
	due := f.clock().Add(grace)
	assert.Equal(t, &due, got.DeleteAt)
	kept, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, &due, kept.DeleteAt)
	ended, err := f.Session(ctx, live.ID)
	require.NoError(t, err)
	assert.NotNil(t, ended.EndedAt)
	assert.Equal(t, &due, ended.User.DeleteAt, "a sign-in finds out without a statement of its own")
	told, _ := s.sent(t, "alice@example.com")
	assert.Equal(t, []any{notify.DeletionRequested, due}, []any{told.Kind, told.Data.Due.UTC()})

	f.advance(time.Hour)
	_, err = s.RequestDeletion(ctx, u, grace)
	require.NoError(t, err)
	again, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, &due, again.DeleteAt, "asking again does not put it off")
	again.Profile.Name = "Another"
	require.NoError(t, f.UpdateUser(ctx, again), "a change of the user")
	f.advance(grace - time.Hour - time.Microsecond)
	n, err := s.registry.DeleteDue(ctx)
	require.NoError(t, err)
	assert.Zero(t, n, "too early")
	f.advance(time.Microsecond)
	n, err = s.registry.DeleteDue(ctx)
	require.NoError(t, err)
	assert.Equal(t, int64(1), n)
	_, err = f.User(ctx, u.ID)
	require.ErrorIs(t, err, provider.ErrNotFound)
	told, _ = s.sent(t, "alice@example.com")
	assert.Equal(t, notify.AccountDeleted, told.Kind)
	var actions []audit.Action
	records, err := f.Records(ctx, audit.Filter{UserID: u.ID.String(), Actions: []audit.Action{audit.UserRequestDeletion, audit.UserDelete}}, 10)
	require.NoError(t, err)
	for _, r := range records {
		actions = append(actions, r.Action)
	}
	assert.Equal(t, []audit.Action{audit.UserDelete, audit.UserRequestDeletion}, actions)
}

func testDeletionUndone(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	stale := *u
	stale.Generation--
	_, err := s.RequestDeletion(ctx, &stale, grace)
	require.ErrorIs(t, err, account.ErrSignIn, "a proof from before the password was changed")
	require.NoError(t, s.KeepAccount(ctx, u.ID), "nothing to keep it from")
	_, err = s.RequestDeletion(ctx, u, grace)
	require.NoError(t, err)
	assert.Empty(t, s.recipients(t, notify.AccountKept))
	require.NoError(t, s.KeepAccount(ctx, u.ID))
	require.NoError(t, s.KeepAccount(ctx, u.ID), "twice")
	assert.Equal(t, []string{"alice@example.com"}, s.recipients(t, notify.AccountKept))
	f.advance(2 * grace)
	n, err := s.registry.DeleteDue(ctx)
	require.NoError(t, err)
	assert.Zero(t, n)

	// An administrator does the like.
	_, err = s.registry.DeleteAfter(ctx, audit.Actor{}, u.ID, grace)
	require.ErrorIs(t, err, audit.ErrForbidden)
	for _, wrong := range []time.Duration{0, -time.Hour, account.MaxGrace + 1} {
		_, err = s.registry.DeleteAfter(ctx, audittest.Operator(), u.ID, wrong)
		require.Error(t, err)
	}
	got, err := s.registry.DeleteAfter(ctx, audittest.Operator(), u.ID, grace)
	require.NoError(t, err)
	assert.NotNil(t, got.DeleteAt)
	_, err = s.registry.Keep(ctx, audit.Actor{}, u.ID)
	require.ErrorIs(t, err, audit.ErrForbidden)
	got, err = s.registry.Keep(ctx, audittest.Operator(), u.ID)
	require.NoError(t, err)
	assert.Nil(t, got.DeleteAt)
	assert.Len(t, s.recipients(t, notify.AccountKept), 2, "an administrator keeps it")
	_, err = s.registry.DeleteAfter(ctx, audittest.Operator(), f.newID(), grace)
	require.ErrorIs(t, err, provider.ErrNotFound)
}

// Who keeps the account while it is being deleted either has it, or it is gone; never half of it.
func testDeletionRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	_, err := s.RequestDeletion(ctx, u, grace)
	require.NoError(t, err)
	f.advance(grace)
	err = f.overlap(t, func(ctx context.Context) error { return s.KeepAccount(ctx, u.ID) }, func(ctx context.Context) error {
		_, err := s.registry.DeleteDue(ctx)
		return err
	})
	require.NoError(t, err)
	kept, err := f.User(ctx, u.ID)
	require.NoError(t, err, "the owner was first")
	assert.Nil(t, kept.DeleteAt)
}

// Whichever of a deletion that is asked for and a grant comes first, nothing usable is left, in a session or without.
func testDeletionGrants(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.user(t, "root") // an administrator, who stays
	s := f.selfService(t, nil)
	for _, name := range []string{"approval", "password grant"} {
		for _, deletionFirst := range []bool{true, false} {
			u := f.user(t, name+map[bool]string{true: " after", false: " before"}[deletionFirst])
			g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, UserGeneration: u.Generation, CreatedAt: f.clock(), Offline: true}
			if name == "approval" {
				g.SessionID = f.session(t, u).ID
			}
			request := func(ctx context.Context) error {
				_, err := s.RequestDeletion(ctx, u, grace)
				return err
			}
			insert := func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
			if deletionFirst {
				require.ErrorIs(t, f.overlap(t, request, insert), provider.ErrStale, name)
			} else {
				require.NoError(t, f.overlap(t, insert, request), name)
			}
			require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound, "%s, deletion first: %t", name, deletionFirst)
			back := f.session(t, u) // signs in, to keep the account
			g.ID, g.SessionID = f.newID(), back.ID
			require.ErrorIs(t, f.CreateGrant(ctx, g), provider.ErrStale, "no application gets anything")
			require.NoError(t, s.KeepAccount(ctx, u.ID))
			require.NoError(t, f.CreateGrant(ctx, g), "kept")
		}
	}
}
