package storagetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// The subject of a deleted user stays taken, and so does the id, which was the subject of older users.
func testEndedSubjects(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	alice, bob, old := f.user(t, "alice"), f.user(t, "bob"), f.user(t, "old")
	Exec(t, f.url, "UPDATE users SET subject = NULL WHERE username = 'old'")
	texts := []string{alice.Subject, alice.ID.String(), bob.Subject, bob.ID.String(), old.ID.String(), "app", "' OR 1=1 --", "nobody"}
	ended := func(want ...string) {
		t.Helper()
		got, err := f.EndedSubjects(ctx, texts)
		require.NoError(t, err)
		assert.ElementsMatch(t, want, got)
		taken, err := f.UserSubjects(ctx, texts)
		require.NoError(t, err)
		assert.ElementsMatch(t, texts[:5], taken, "of users who are, and who were")
	}
	ended()
	require.NoError(t, f.DeleteUser(ctx, alice.ID, f.clock()))
	Exec(t, f.url, "DELETE FROM users WHERE username = 'old'") // as another version does
	ended(alice.Subject, alice.ID.String(), old.ID.String())
	failure := errors.New("failure")
	require.ErrorIs(t, f.InTx(ctx, func(ctx context.Context) error {
		require.NoError(t, f.DeleteUser(ctx, bob.ID, f.clock()))
		return failure
	}), failure)
	ended(alice.Subject, alice.ID.String(), old.ID.String())

	clients, err := f.SubjectsOfClients(ctx, texts)
	require.NoError(t, err)
	assert.Equal(t, []string{"app"}, clients)
	for _, of := range []func(context.Context, []string) ([]string, error){f.EndedSubjects, f.UserSubjects, f.SubjectsOfClients} {
		none, err := of(ctx, nil)
		require.NoError(t, err)
		assert.Empty(t, none)
	}

	// A UUID is one subject in every spelling, whichever of them is kept.
	guid := f.newID()
	given := []string{strings.ToUpper(bob.ID.String()), strings.ReplaceAll(alice.Subject, "-", ""), guid.String(), strings.ReplaceAll(bob.ID.String(), "b", "c") + "0"}
	Exec(t, f.url, "UPDATE users SET subject = '"+strings.ToUpper(guid.String())+"' WHERE username = 'bob'")
	taken, err := f.UserSubjects(ctx, given)
	require.NoError(t, err)
	assert.Equal(t, given[:3], taken)
	gone, err := f.EndedSubjects(ctx, given)
	require.NoError(t, err)
	assert.Equal(t, given[1:2], gone)
	f.client(t, strings.ToUpper(guid.String()))
	clients, err = f.SubjectsOfClients(ctx, given)
	require.NoError(t, err)
	assert.Equal(t, given[2:3], clients)
	Exec(t, f.url, "UPDATE users SET subject = '"+bob.Subject+"' WHERE username = 'bob'")

	// Whom a version without the table deleted is known by what is left.
	f.refreshable(t, &grant.Grant{ClientID: "app", UserID: bob.ID, Subject: bob.Subject})
	carol, dave := f.newID(), f.newID()
	theirs := map[provider.ID]*grant.Grant{carol: f.grant(t, "app", nil), dave: f.grant(t, "app", nil)}
	f.rollBack(t, "ended_subjects")
	for id, subject := range map[provider.ID]string{carol: "'carol'", dave: "NULL"} {
		g := theirs[id]
		Exec(t, f.url, "UPDATE grants SET user_id = "+literal(f.url, id)+", subject = "+subject+" WHERE id = "+literal(f.url, g.ID))
	}
	_, err = f.Migrate(ctx)
	require.NoError(t, err)
	texts = []string{carol.String(), "carol", dave.String(), bob.Subject, bob.ID.String(), "app"}
	got, err := f.EndedSubjects(ctx, texts)
	require.NoError(t, err)
	assert.ElementsMatch(t, texts[:3], got)
}

// literal is an id in a statement.
func literal(url string, id provider.ID) string {
	if strings.HasPrefix(url, "sqlite://") {
		return fmt.Sprintf("x'%x'", id[:])
	}
	return "'" + id.String() + "'"
}

// Of a user and a client that take one subject at once, one gets it.
func testSubjectRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	taken := errors.New("taken")
	const rounds = 30
	var mu sync.Mutex
	won := map[string][]string{}
	var wg sync.WaitGroup
	for n := range rounds {
		name := fmt.Sprintf("name%d", n)
		claim := func(kind string, act func(ctx context.Context) error) {
			wg.Go(func() {
				err := f.InTx(ctx, act)
				if err == nil {
					mu.Lock()
					won[name] = append(won[name], kind)
					mu.Unlock()
					return
				}
				assert.ErrorIs(t, err, taken)
			})
		}
		claim("user", func(ctx context.Context) error {
			found, err := f.SubjectsOfClients(ctx, []string{name})
			if err != nil || len(found) > 0 {
				return errors.Join(err, taken)
			}
			return f.CreateUser(ctx, &account.User{ID: provider.NewID(f.clock(), rand.Reader), Subject: name, Username: name, CreatedAt: f.clock(), UpdatedAt: f.clock()})
		})
		claim("client", func(ctx context.Context) error {
			if err := f.CreateClient(ctx, sampleClient(name, f.clock())); err != nil {
				return err
			}
			found, err := f.UserSubjects(ctx, []string{name})
			if err != nil || len(found) > 0 {
				return errors.Join(err, taken)
			}
			return nil
		})
	}
	wg.Wait()
	for n := range rounds {
		assert.Len(t, won[fmt.Sprintf("name%d", n)], 1)
	}
}
