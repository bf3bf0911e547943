package websession

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

type deviceFixture struct {
	*Sessions

	now    time.Time
	cookie *http.Cookie
}

func newDeviceFixture(t *testing.T) *deviceFixture {
	t.Helper()
	store := storagetest.SQLite(t, time.Now)
	ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: make([]byte, 32)}, time.Now, rand.Reader)
	require.NoError(t, err)
	h := &deviceFixture{now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	h.Sessions, err = New(Config{Issuer: "https://id.example", Devices: ring.Key(keyring.Device), Clock: func() time.Time { return h.now }, Random: rand.Reader})
	require.NoError(t, err)
	return h
}

func (h *deviceFixture) request() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/login", http.NoBody)
	if h.cookie != nil {
		r.AddCookie(h.cookie)
	}
	return r
}

func (h *deviceFixture) signsIn(t *testing.T, user byte) {
	t.Helper()
	w := httptest.NewRecorder()
	h.rememberDevice(w, h.request(), provider.ID{user})
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	h.cookie = cookies[0]
}

// knows lists the accounts in the cookie, by the first byte of their ids.
func (h *deviceFixture) knows() map[byte]string {
	known := map[byte]string{}
	for _, d := range h.Devices(h.request()) {
		known[d.UserID[0]] = d.ID
	}
	return known
}

func TestBrowserIsKnownForTheAccountsItSignedInTo(t *testing.T) {
	t.Parallel()
	h := newDeviceFixture(t)
	assert.Empty(t, h.knows())
	h.signsIn(t, 1)
	assert.Equal(t, "__Host-gatehouse_device", h.cookie.Name)
	assert.True(t, h.cookie.HttpOnly && h.cookie.Secure && h.cookie.Path == "/" && h.cookie.SameSite == http.SameSiteLaxMode)
	assert.Equal(t, int(deviceLifetime/time.Second), h.cookie.MaxAge)
	first := h.knows()[1]
	h.signsIn(t, 2)
	h.signsIn(t, 1)
	assert.Equal(t, first, h.knows()[1], "the same device, without new attempts")
	assert.NotEqual(t, first, h.knows()[2])
	h.signsIn(t, 3)
	h.signsIn(t, 4)
	known := h.knows()
	assert.Len(t, known, deviceAccounts)
	assert.NotContains(t, known, byte(2), "the least recently used account is dropped")
}

func TestBrowserIsForgottenAfterHalfAYear(t *testing.T) {
	t.Parallel()
	h := newDeviceFixture(t)
	h.signsIn(t, 1)
	h.now = h.now.Add(deviceLifetime - time.Second)
	assert.Contains(t, h.knows(), byte(1))
	h.now = h.now.Add(time.Second)
	assert.Empty(t, h.knows())
}

// The cookie opens only with this server's key, complete and unchanged.
func TestForgedDeviceCookieIsIgnored(t *testing.T) {
	t.Parallel()
	h := newDeviceFixture(t)
	h.signsIn(t, 1)
	good := h.cookie.Value
	for at := range good {
		forged := []byte(good)
		forged[at] = map[bool]byte{true: 'B', false: 'A'}[forged[at] == 'A']
		h.cookie.Value = string(forged)
		require.Empty(t, h.knows(), at)
	}
	for _, value := range []string{"", "x", good + "A", good[:len(good)-4], "AAAA"} {
		h.cookie.Value = value
		assert.Empty(t, h.knows(), value)
	}
	other := newDeviceFixture(t)
	other.cookie = &http.Cookie{Name: h.cookie.Name, Value: good}
	assert.Empty(t, other.knows(), "another server's")
}
