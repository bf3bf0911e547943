package storagetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// Whoever can write to the database can remove the chain; a server then makes it anew, over whatever
// is there.
func testRemadeChain(t *testing.T, f *fixture) {
	a := f.auditor(t)
	a.acts(t, 5)
	f.advance(24 * time.Hour)
	restore := f.saved(t)
	unchain := []string{"DELETE FROM audit_checkpoints", "UPDATE audit_logs SET sequence = NULL, hash = NULL"}
	id := "'00000000-0000-7000-8000-000000000001'"
	if strings.HasPrefix(f.url, "sqlite://") {
		id = bytesOf(f.url, []byte("inserted--------"))
	}
	names := columns(t, f.url, "audit_logs")[1:]
	forge := "INSERT INTO audit_logs (id, " + strings.Join(names, ", ") + ") SELECT " + id + ", " +
		strings.NewReplacer("sequence", "NULL", "hash", "NULL").Replace(strings.Join(names, ", ")) + " FROM audit_logs WHERE target_id = 'client-3'"
	for name, attack := range map[string]struct {
		statements []string
		options    chain.Options
		missing    bool
	}{
		"a record is changed":                 {append(unchain, "UPDATE audit_logs SET actor_id = 'nobody' WHERE target_id = 'client-2'"), chain.Options{}, false},
		"a record loses its proof":            {append(unchain, "UPDATE audit_logs SET mac = NULL WHERE target_id = 'client-2'"), chain.Options{}, true},
		"the keys are removed, too":           {append(unchain, "DELETE FROM audit_keys"), chain.Options{}, false},
		"all proofs are removed":              {append(unchain, "DELETE FROM audit_keys", "UPDATE audit_logs SET mac = NULL"), chain.Options{}, true},
		"a record with the proof of another":  {[]string{forge}, chain.Options{}, false},
		"a changed one before the given time": {append(unchain, "UPDATE audit_logs SET actor_id = 'nobody' WHERE target_id = 'client-2'"), chain.Options{UnauthenticatedUntil: f.clock()}, false},
		"one that claims an older time":       {append(unchain, "UPDATE audit_logs SET mac = NULL WHERE target_id = 'client-2'"), chain.Options{UnauthenticatedUntil: f.clock().Add(-11 * time.Minute)}, true},
		"one without proof after that time":   {append(unchain, "UPDATE audit_logs SET mac = NULL WHERE target_id = 'client-2'"), chain.Options{UnauthenticatedUntil: f.clock().Add(-25 * time.Hour)}, true},
	} {
		for _, statement := range attack.statements {
			Exec(t, f.url, statement)
		}
		server := f.auditor(t) // has seen nothing
		for range 2 {          // before it seals, and after
			_, err := chain.NewVerifier(f.Store, server.keys, f.clock).Verify(t.Context(), attack.options, func(int64, int64) {})
			var fault *chain.Fault
			if assert.ErrorAs(t, err, &fault, name) {
				assert.ErrorIs(t, err, chain.ErrTampered, name)
				assert.Equal(t, chain.Unauthenticated, fault.Kind, "%s: %v", name, err)
				assert.Equal(t, attack.missing, fault.Missing, "%s: %v", name, err)
			}
			server.seal(t)
		}
		restore()
	}

	// Records that are only removed leave no trace but the time of the new signature.
	assert.Empty(t, a.intact(t).Late)
	for _, statement := range append(unchain, "DELETE FROM audit_logs WHERE target_id = 'client-2'") {
		Exec(t, f.url, statement)
	}
	server := f.auditor(t)
	server.seal(t)
	late := server.intact(t).Late
	require.Len(t, late, 1)
	assert.Equal(t, chain.Late{First: 1, Last: 4, Made: f.clock().Add(-24*time.Hour - 4*time.Minute), Signed: f.clock()}, late[0])
	restore()

	// A version before this wrote records without proof. The operator knows until when.
	Exec(t, f.url, "UPDATE audit_logs SET mac = NULL")
	report, err := chain.NewVerifier(f.Store, a.keys, f.clock).Verify(t.Context(), chain.Options{UnauthenticatedUntil: f.clock()}, func(int64, int64) {})
	require.NoError(t, err)
	assert.EqualValues(t, 5, report.Unauthenticated)
	restore()

	// What somebody inserts today is not from before the upgrade, whatever its time says.
	upgrade := f.clock().Add(-time.Hour)
	Exec(t, f.url, forge)
	Exec(t, f.url, "UPDATE audit_logs SET mac = NULL WHERE id = "+id)
	verify := func() error {
		_, err := chain.NewVerifier(f.Store, a.keys, f.clock).Verify(t.Context(), chain.Options{UnauthenticatedUntil: upgrade}, func(int64, int64) {})
		return err
	}
	var fault *chain.Fault
	for range 2 { // before a server sealed it, and after
		require.ErrorAs(t, verify(), &fault)
		assert.Equal(t, chain.Unauthenticated, fault.Kind)
		f.advance(2 * time.Second)
		f.auditor(t).seal(t)
	}
	restore()

	// Nothing is left of the log but the key.
	Exec(t, f.url, "DELETE FROM audit_logs")
	require.ErrorAs(t, verify(), &fault)
	assert.Equal(t, chain.Removed, fault.Kind)
	Exec(t, f.url, "DELETE FROM audit_checkpoints")
	require.ErrorAs(t, verify(), &fault)
	assert.Equal(t, chain.Wiped, fault.Kind)
	Exec(t, f.url, "DELETE FROM audit_keys")
	require.NoError(t, verify(), "a new database")
}
