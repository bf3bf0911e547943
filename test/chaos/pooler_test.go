package chaos_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// Two servers connect through PgBouncer in transaction pooling mode, from the first migration
// on, without any setting for it.
func TestPooler(t *testing.T) {
	t.Parallel()
	pg := services.Postgres(t)
	bouncer := services.NewBouncer(t, pg)
	f := newFleet(t, bouncer.Through(pg.EmptyDatabase(t), pg), 2)
	const many = 40
	tokens := f.chains(t, many)
	harness.Parallel(many, 16, func(i int) {
		issued := f.at(i).token(f.secret, url.Values{"grant_type": {"client_credentials"}}).text("access_token")
		assert.True(t, f.at(i+1).active(f.secret, issued))
		next := f.at(i).refresh(f.secret, tokens[i])
		assert.Equal(t, http.StatusOK, next.status)
		assert.Equal(t, next.text("refresh_token"), f.at(i+1).refresh(f.secret, tokens[i]).text("refresh_token"))
	})
	f.nodes[0].command("", "doctor")
	f.nodes[0].command("", "key", "rotate")
	f.nodes[0].command("", "keyring", "rotate", "--in", "0s")
	f.nodes[1].restart()
}
