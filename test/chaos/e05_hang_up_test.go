package chaos_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/test/harness"
)

// E5: clients hang up after they sent a refresh, and come back with the old token. Nobody is
// signed out. Long after, the old token is a theft: everything of its grant ends.
func TestE5HangUps(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 2)
		chains := f.chains(t, scale(20, 1000))
		var lost, afterwards atomic.Int64
		newest := make([]answer, len(chains))
		harness.Parallel(len(chains), 16, func(i int) {
			hangUp(f.at(i), f.secret, chains[i])
			newest[i] = f.at(i+1).refresh(f.secret, chains[i])
			if newest[i].status != http.StatusOK {
				lost.Add(1)
			}
		})
		result(t, "sessions lost %d of %d", lost.Load(), len(chains))
		assert.Zero(t, lost.Load())

		time.Sleep(grant.Grace + time.Second)
		harness.Parallel(len(chains), 16, func(i int) {
			reused := f.at(i).refresh(f.secret, chains[i])
			if reused.status != http.StatusBadRequest || f.at(i).active(f.secret, newest[i].text("access_token")) ||
				f.at(i).refresh(f.secret, newest[i].text("refresh_token")).status != http.StatusBadRequest {
				afterwards.Add(1)
			}
		})
		result(t, "grants that outlived a reuse %d of %d", afterwards.Load(), len(chains))
		assert.Zero(t, afterwards.Load())
	})
}

// hangUp sends a refresh and closes the connection a moment later, without reading.
func hangUp(n *node, secret, token string) {
	connection, err := net.Dial("tcp", strings.TrimPrefix(n.url, "http://"))
	if err != nil {
		return
	}
	body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}.Encode()
	_, _ = fmt.Fprintf(connection, "POST /oauth/token HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		base64.StdEncoding.EncodeToString([]byte("app:"+secret)), len(body), body)
	time.Sleep(time.Duration(rand.IntN(4000)) * time.Microsecond)
	_ = connection.Close()
}
