package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage/storagetest"
	"github.com/gatehouse-id/gatehouse/test/harness"
)

// Acts go on while one of two servers is killed: the other seals all of them, each once, and the
// chain verifies. Then somebody changes the database.
func TestAuditLogIsChainedAndVerified(t *testing.T) {
	t.Parallel()
	emptyDatabases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		other := settings(t, databaseURL)
		other.run()
		harness.Parallel(12, 3, func(i int) {
			if i == 6 {
				other.kill()
			}
			s.command("client", "create", "App", fmt.Sprint("app-", i), "--grant-type", "client_credentials")
		})
		var verified struct {
			Intact               bool
			Records, First, Last int64
			Checkpoint           string
		}
		verify := func() { require.NoError(t, json.Unmarshal(s.command("audit", "verify", "--json"), &verified)) }
		records := storagetest.Count(t, databaseURL, "audit_logs")
		require.GreaterOrEqual(t, records, 12)
		require.Eventually(t, func() bool { // a lease of a server that was killed lasts ten seconds
			verify()
			if verified.Last != int64(records) || verified.Checkpoint == "" {
				return false
			}
			// One that was made in the middle is followed by another within a minute.
			jws, err := jose.ParseSignedCompact(verified.Checkpoint, []jose.SignatureAlgorithm{jose.EdDSA})
			require.NoError(t, err)
			return strings.Contains(string(jws.UnsafePayloadWithoutVerification()), fmt.Sprintf(`"seq":%d`, records))
		}, 100*time.Second, 100*time.Millisecond)
		assert.True(t, verified.Intact)
		assert.EqualValues(t, 1, verified.First)
		assert.EqualValues(t, records, verified.Records)
		assert.Len(t, strings.Split(strings.TrimSpace(string(s.command("audit", "export"))), "\n"), records)
		logged := s.log.String() + other.log.String()
		assert.Contains(t, logged, verified.Checkpoint, "to be kept elsewhere")
		s.command("audit", "verify", "--checkpoint", verified.Checkpoint)

		var set jose.JSONWebKeySet
		require.NoError(t, json.Unmarshal([]byte(s.get("/api/v1/audit-keys").body), &set))
		jws, err := jose.ParseSignedCompact(verified.Checkpoint, []jose.SignatureAlgorithm{jose.EdDSA})
		require.NoError(t, err)
		payload, err := jws.Verify(set.Key(jws.Signatures[0].Header.KeyID)[0])
		require.NoError(t, err)
		assert.Contains(t, string(payload), fmt.Sprintf(`"seq":%d`, records))

		storagetest.Exec(t, databaseURL, fmt.Sprintf("DELETE FROM audit_logs WHERE sequence = %d", records))
		said := s.refuses("audit", "verify")
		assert.Contains(t, said, fmt.Sprintf("record %d was removed", records))
		storagetest.Exec(t, databaseURL, "DELETE FROM audit_checkpoints")
		require.Eventually(t, func() bool {
			return strings.Contains(s.log.String(), "it was tampered with, or restored while the server ran")
		}, 10*time.Second, 100*time.Millisecond)
	})
}
