package breach_test

import (
	"context"
	"crypto/sha1"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/breach"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// theService responds as api.pwnedpasswords.com does, and keeps what it was told.
type theService struct {
	*httptest.Server

	mu   sync.Mutex
	told []string
}

func (s *theService) everything() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.told, "\n")
}

// newService makes a service whose connections end with the test.
func newService(t *testing.T, respond func(w http.ResponseWriter, prefix string)) *theService {
	t.Helper()
	s := &theService{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var headers strings.Builder
		_ = r.Header.Write(&headers)
		s.mu.Lock()
		s.told = append(s.told, r.Method+" "+r.RequestURI+"\n"+headers.String())
		s.mu.Unlock()
		respond(w, strings.TrimPrefix(r.URL.Path, "/range/"))
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *theService) list(t *testing.T, heard *lookups) *breach.Passwords {
	t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	fetch, err := outbound.New(outbound.Options{CA: ca, Allow: []string{"127.0.0.1"}})
	require.NoError(t, err)
	service, err := breach.NewRange(s.URL+"/range/", fetch)
	require.NoError(t, err)
	return breach.NewPasswords(service, event.NewBus(heard.hear))
}

// The service is told five digits of the hash, and nothing else of the password.
func TestRange(t *testing.T) {
	t.Parallel()
	breached := fmt.Sprintf("%X", sha1.Sum([]byte("password1")))
	padding := fmt.Sprintf("%X", sha1.Sum([]byte("password2")))
	s := newService(t, func(w http.ResponseWriter, prefix string) {
		_, _ = fmt.Fprintf(w, "%035d:17\r\n", 7)
		for hash, count := range map[string]int{breached: 2413945, padding: 0} {
			if hash[:5] == prefix {
				_, _ = fmt.Fprintf(w, "%s:%d\r\n", hash[5:], count)
			}
		}
		_, _ = fmt.Fprintf(w, "%035X:0", 9)
	})
	heard := &lookups{}
	list := s.list(t, heard)
	assert.True(t, list.Breached(t.Context(), "password1"))
	assert.False(t, list.Breached(t.Context(), "password2"), "a line with the count 0 is padding")
	assert.False(t, list.Breached(t.Context(), "correct horse battery"))
	assert.Equal(t, []event.PasswordLookedUp{{Outcome: event.Breached}, {Outcome: event.NotBreached}, {Outcome: event.NotBreached}}, heard.outcomes)

	told := s.everything()
	assert.Contains(t, told, "GET /range/"+breached[:5]+"\n")
	assert.Contains(t, told, "Add-Padding: true")
	assert.NotContains(t, strings.ToUpper(told), breached[:6])
	assert.NotContains(t, told, "password1")
	assert.Equal(t, 3, strings.Count(told, "GET /range/"))
	for line := range strings.SplitSeq(told, "\n") {
		name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		assert.Contains(t, []string{"", "Accept", "Accept-Encoding", "Add-Padding", "Connection", "User-Agent", "GET /range/" + breached[:5], "GET /range/" + padding[:5], fmt.Sprintf("GET /range/%X", sha1.Sum([]byte("correct horse battery")))[:16]}, strings.TrimSuffix(name, " HTTP/1.1"))
	}
}

// stall is longer than a person waits.
func stall() { time.Sleep(3 * time.Second) }

// A service that does not do its work keeps nobody from choosing a password, and what is said about it
// has no digit of the hash.
func TestServicesThatDoNotRespond(t *testing.T) {
	t.Parallel()
	digits := fmt.Sprintf("%X", sha1.Sum([]byte("password1")))
	for name, respond := range map[string]func(w http.ResponseWriter, prefix string){
		"an error": func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusServiceUnavailable) },
		"a redirect": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "/x")
			w.WriteHeader(http.StatusFound)
		},
		"nothing": func(http.ResponseWriter, string) {},
		"a page":  func(w http.ResponseWriter, _ string) { _, _ = w.Write([]byte("<html>Sign in to the WLAN</html>")) },
		"too much": func(w http.ResponseWriter, _ string) {
			_, _ = w.Write([]byte(strings.Repeat(digits[5:]+":1\r\n", 40_000)))
		},
		"whole hashes": func(w http.ResponseWriter, _ string) { _, _ = w.Write([]byte(digits + ":1\r\n")) },
		"no count":     func(w http.ResponseWriter, _ string) { _, _ = w.Write([]byte(digits[5:] + ":\r\n")) },
		"a hang-up":    func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) },
		"no answer":    func(http.ResponseWriter, string) { stall() },
		"an answer late": func(w http.ResponseWriter, _ string) {
			_, _ = w.Write([]byte(digits[5:20]))
			w.(http.Flusher).Flush()
			stall()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard := &lookups{}
			s := newService(t, respond)
			began := time.Now()
			assert.False(t, s.list(t, heard).Breached(t.Context(), "password1"))
			assert.Less(t, time.Since(began), 4*time.Second)
			require.Len(t, heard.outcomes, 1)
			assert.Equal(t, event.BreachUnknown, heard.outcomes[0].Outcome)
			assert.NotContains(t, strings.ToUpper(heard.outcomes[0].Fault.Error()), digits[:5])
		})
		if name == "an error" {
			s := newService(t, respond)
			heard := &lookups{}
			list := s.list(t, heard)
			s.Close()
			assert.False(t, list.Breached(t.Context(), "password1"))
			require.Len(t, heard.outcomes, 1)
			assert.NotContains(t, strings.ToUpper(heard.outcomes[0].Fault.Error()), digits[:5], "refused connections")
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	heard := &lookups{}
	assert.False(t, newService(t, func(http.ResponseWriter, string) {}).list(t, heard).Breached(gone, "password1"))
	assert.Empty(t, heard.outcomes, "a caller who hung up is no fault of the service")
}

func TestAddressesOfServices(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "http://api.pwnedpasswords.com/range/", "https://", "https:///range/", "https://user:hunter22@host/", "https://host/range/?a=b", "https://host/range/?", "https://host/#", "ftp://host/", "://", "https://ho st/"} {
		_, err := breach.NewRange(address, nil)
		assert.ErrorIs(t, err, breach.ErrAddress, address)
	}
	_, err := breach.NewRange("https://api.pwnedpasswords.com/range", nil)
	assert.NoError(t, err)
}
