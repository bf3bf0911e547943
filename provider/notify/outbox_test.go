package notify_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/notify"
)

func TestAddressesThatAChannelReaches(t *testing.T) {
	t.Parallel()
	for to, fine := range map[string]bool{
		"alice@example.com": true, "a+b@example.co.uk": true, "zoë@bücher.example": true, `o'hara@example.com`: true,
		"": false, "alice": false, "@example.com": false, "alice@": false, "alice@example.com\r\nRCPT TO:<b@example.com>": false,
		"alice@example.com, bob@example.com": false, "Alice <alice@example.com>": false, "<alice@example.com>": false,
		"alice@example.com\x00": false, "a\tb@example.com": false, "al\xffice@example.com": false, "alice@example.com\u0085": false,
		strings.Repeat("a", 64) + "@" + strings.Repeat("b", 190) + ".example": false,
	} {
		assert.Equal(t, fine, notify.Reachable(notify.Mail, to), "%q", to)
	}
	for to, fine := range map[string]bool{
		"+4915112345678": true, "+1234567": true, "4915112345678": false, "+0123456789": false, "+49 151": false, "+49151\n": false, "+1234567890123456": false, "": false,
	} {
		assert.Equal(t, fine, notify.Reachable(notify.SMS, to), "%q", to)
	}
	assert.False(t, notify.Reachable("pigeon", "alice@example.com"))
}

func TestLocalesThatAreStored(t *testing.T) {
	t.Parallel()
	for text, expected := range map[string]string{
		"": "", "de": "de", "de-CH": "de-CH", "fr_FR": "fr-FR", "EN-gb": "en-GB", "a\x00b": "", "not a language": "", "de\r\nBcc: x": "",
		"de-x-" + strings.Repeat("abcdefgh-", 10) + "a": "",
	} {
		assert.Equal(t, expected, notify.KnownLocale(text), "%q", text)
	}
}

func TestMessagesThatCannotBeSentAreNotStored(t *testing.T) {
	t.Parallel()
	outbox := notify.NewOutbox(nil, func() time.Time { return time.Unix(0, 0) }, strings.NewReader(""))
	require.ErrorIs(t, outbox.Add(context.Background(), notify.Message{Channel: notify.Mail, To: "no address", Kind: notify.NewSignIn}), notify.ErrAddress)
	require.Error(t, outbox.Add(context.Background(), notify.Message{Channel: notify.Mail, To: "alice@example.com", Kind: "advertisement"}))
}

func TestPausesGrowUntilADayIsOver(t *testing.T) {
	t.Parallel()
	born := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now, last, tries := born, time.Duration(0), 0
	for more := true; more; {
		tries++
		require.Less(t, tries, 100)
		var at time.Time
		at, more = notify.Next(born, now, tries, 0, bytes.NewReader([]byte{0, 0}))
		assert.GreaterOrEqual(t, at.Sub(now), last)
		last, now = at.Sub(now), at
	}
	assert.Greater(t, tries, 10, "a code that is waited for is tried several times within minutes")
	assert.Greater(t, now.Sub(born), 24*time.Hour)

	most, _ := notify.Next(born, born, 1, 0, bytes.NewReader([]byte{0xff, 0xff}))
	assert.InDelta(t, 12.5, most.Sub(born).Seconds(), 0.1, "a quarter of the pause is random")
	asked, _ := notify.Next(born, born, 1, time.Hour, bytes.NewReader([]byte{0, 0}))
	assert.Equal(t, time.Hour, asked.Sub(born))
	asked, _ = notify.Next(born, born, 1, 100*time.Hour, bytes.NewReader([]byte{0, 0}))
	assert.Equal(t, 4*time.Hour, asked.Sub(born))
}
