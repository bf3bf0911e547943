package curl_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
)

func TestCommandsAreReadable(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `curl 'http://localhost:8080/x'`, curl.Request{URL: "http://localhost:8080/x"}.Command())
	assert.Equal(t, "curl -u 'app:secret' \\\n     -H 'Accept: application/json' \\\n     --data-urlencode 'token=a b' \\\n     'http://localhost:8080/x'", curl.Request{
		URL: "http://localhost:8080/x", User: "app:secret",
		Headers: []curl.Pair{{Name: "Accept", Value: "application/json"}}, Form: []curl.Pair{{Name: "token", Value: "a b"}},
	}.Command())
}

// A shell runs nothing that a value contains, and shows nothing else than it runs.
func TestValuesAreQuotedForTheShell(t *testing.T) {
	t.Parallel()
	request := curl.Request{URL: "$(id)`id`", User: "a';id;'", Headers: []curl.Pair{{Name: "X", Value: "\"\\ !"}}, Form: []curl.Pair{{Name: "n", Value: "'\n;id\u202e#"}}}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '<%s>' "+request.Command()).Output()
	require.NoError(t, err)
	assert.Equal(t, "<curl><-u><a';id;'><-H><X: \"\\ !><--data-urlencode><n=';id#><$(id)`id`>", string(out))
}
