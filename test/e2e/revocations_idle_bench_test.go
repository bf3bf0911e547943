package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// BenchmarkWaitingReader measures the memory that a reader who waits for revocations takes, beside that of
// its idle connection.
func BenchmarkWaitingReader(b *testing.B) {
	s := start(b, "sqlite://"+b.TempDir()+"/gatehouse.db")
	var readers []*rawReader
	for _, client := range []string{"one", "other"} {
		token := s.token(client, s.follower(client), feedToken())
		for range revocation.WaitingOfClient {
			readers = append(readers, s.rawReader(b, token))
		}
	}
	for b.Loop() {
		for _, r := range readers {
			r.ask(b, 0)
			r.answer(b)
		}
		idle := s.memoryInUse(b)
		for _, r := range readers {
			r.ask(b, 25)
		}
		s.soon(func() bool { return s.series()["gatehouse_revocation_feed_waiting"] == float64(len(readers)) }, "all wait")
		waiting := s.memoryInUse(b)
		b.ReportMetric((waiting.heap-idle.heap)/float64(len(readers)), "heap-B/poll")
		b.ReportMetric((waiting.stack-idle.stack)/float64(len(readers)), "stack-B/poll")
		b.ReportMetric((waiting.heap+waiting.stack-idle.heap-idle.stack)/float64(len(readers)), "B/poll")
		for _, r := range readers {
			r.answer(b)
		}
	}
}

// rawReader is a connection with buffers of its own size, to which it costs the server what it would cost by any client.
type rawReader struct {
	conn  net.Conn
	from  *bufio.Reader
	token string
}

func (s *server) rawReader(b *testing.B, token string) *rawReader {
	b.Helper()
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	return &rawReader{conn, bufio.NewReaderSize(conn, 4<<10), token}
}

func (r *rawReader) ask(b *testing.B, wait int) {
	b.Helper()
	_, err := fmt.Fprintf(r.conn, "GET /oauth/revocations?wait=%d HTTP/1.1\r\nHost: id.example.com\r\nAuthorization: Bearer %s\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n", wait, r.token)
	require.NoError(b, err)
}

func (r *rawReader) answer(b *testing.B) {
	b.Helper()
	got, err := http.ReadResponse(r.from, nil)
	require.NoError(b, err)
	_, err = io.Copy(io.Discard, got.Body)
	require.NoError(b, err)
	require.NoError(b, got.Body.Close())
	require.Equal(b, http.StatusOK, got.StatusCode)
}

// memory is what a process of Go has in use, in bytes.
type memory struct{ heap, stack float64 }

var inUse = regexp.MustCompile(`(?m)^# (HeapAlloc|Stack) = (\d+)`)

// memoryInUse collects the garbage before.
func (s *server) memoryInUse(b *testing.B) (m memory) {
	b.Helper()
	for range 3 { // stacks shrink by half each time
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.ops+"/debug/pprof/heap?gc=1&debug=1", nil)
		require.NoError(b, err)
		found := map[string]float64{}
		for _, line := range inUse.FindAllStringSubmatch(s.send(request).body, -1) {
			found[line[1]], err = strconv.ParseFloat(line[2], 64)
			require.NoError(b, err)
		}
		m = memory{found["HeapAlloc"], found["Stack"]}
		require.Positive(b, m.heap)
	}
	return m
}
