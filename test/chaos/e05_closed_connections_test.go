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

// E5: clients close the connection after they sent a refresh request, and retry with the old
// token. No session is lost. After the grace period, use of the old token is a replay and
// revokes its grant (RFC 9700 section 4.14.2).
func TestE5ClosedConnections(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 2)
		chains := f.chains(t, scale(20, 1000))
		var lost, afterwards atomic.Int64
		newest := make([]response, len(chains))
		harness.Parallel(len(chains), 16, func(i int) {
			closeEarly(f.at(i), f.secret, chains[i])
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
		result(t, "grants still valid after a reuse %d of %d", afterwards.Load(), len(chains))
		assert.Zero(t, afterwards.Load())
	})
}

// closeEarly sends a refresh request and soon closes the connection without reading the response.
func closeEarly(n *node, secret, token string) {
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
