package mail_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/outbound/mail"
)

func TestURLs(t *testing.T) {
	t.Parallel()
	for text, port := range map[string]int{
		"smtp://mail.example": 587, "smtp://mail.example:2525": 2525, "smtps://u:p@mail.example": 465, "smtp://mail.example?tls=none": 25,
		"smtp://u:p@mail.example?tls=required": 587, "smtp://u:p@localhost?tls=none": 25, "smtp://u:p@[::1]:26?tls=opportunistic": 26,
	} {
		s, err := mail.Parse(text, sender)
		require.NoError(t, err, text)
		assert.Equal(t, port, s.Port, text)
	}
	for text, expected := range map[string]string{
		"mail.example:587":                                          "must be written like",
		"http://mail.example":                                       "must begin with",
		"smtp://":                                                   "must be written like",
		"smtp://mail.example/path":                                  "must be written like",
		"smtp://mail.example#secret":                                "must be written like",
		"smtp://user:sec ret%@mail.example":                         "must be written like",
		"smtp://secret@mail.example":                                "a user and a password",
		"smtp://user:secret@mail.example?tls=none":                  "without TLS",
		"smtp://user:secret@192.0.2.1?tls=opportunistic":            "without TLS",
		"smtp://mail.example?tls=maybe":                             "neither required",
		"smtps://mail.example?tls=none":                             "always TLS",
		"smtp://mail.example?tls=none&tls=required":                 "each once",
		"smtp://mail.example?password=secret":                       "each once",
		"smtp://mail.example:0":                                     "a port",
		"smtp://mail.example:70000":                                 "a port",
		"smtp://mail.example?from=nobody":                           "needs a sender",
		"smtp://mail.example?from=":                                 "needs a sender",
		"smtp://mail.example?from=a@b.example%0d%0aBcc:c@d.example": "needs a sender",
	} {
		_, err := mail.Parse(text, sender)
		require.ErrorContains(t, err, expected, text)
		assert.NotContains(t, err.Error(), "secret", "a password may be in it")
	}
	_, err := mail.Parse("smtp://mail.example", "")
	require.ErrorContains(t, err, "GATEHOUSE_MAIL_FROM")
}
