package keycloak_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/imports/keycloak"
)

// endless repeats a part until it has size bytes, and knows the most memory that was in use meanwhile.
type endless struct {
	part                string
	at                  int
	read, size, sampled int64
	peak                uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read >= e.size {
		return 0, io.EOF
	}
	if e.read >= e.sampled {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.peak, e.sampled = max(e.peak, m.HeapInuse), e.read+1<<20
	}
	n := 0
	for n < len(p) {
		copied := copy(p[n:], e.part[e.at:])
		e.at = (e.at + copied) % len(e.part)
		n += copied
	}
	e.read += int64(n)
	return n, nil
}

// A file must not take the memory of the machine: neither what is passed over in it, nor an entry that
// does not end. It is not parallel to others: they would count.
func TestMemoryIsBounded(t *testing.T) {
	const size, bound = 80 << 20, 64 << 20
	for name, test := range map[string]struct{ start, part, fault string }{
		"a property that is passed over": {`{"components":[0`, `,{"name":"` + strings.Repeat("a component ", 5000) + `","config":{"a":["b"]}}`, "malformed JSON: unexpected EOF"},
		"many users":                     {`{"users":[{}`, `,{"username":"u","other":"` + strings.Repeat("x", 60000) + `"}`, "malformed JSON: unexpected EOF"},
		"a text without an end":          {`{"realm":"`, "xxxxxxxx", `"realm" has a value of more than 16777216 bytes`},
		"a user without an end":          {`{"users":[{},{"attributes":{"a":["b"`, `,"b"`, `entry 2 of "users" has a value of more than 16777216 bytes`},
		"a name without an end":          {`{"`, "xxxxxxxx", "has a value of more than 16777216 bytes"},
		"spaces":                         {`{"components":`, "        ", "has a value of more than 16777216 bytes"},
		"nesting":                        {`{"components":`, "[", `"components" is nested too deeply`},
	} {
		runtime.GC()
		source := &endless{part: test.part, size: size}
		reader := keycloak.NewReader(io.MultiReader(strings.NewReader(test.start), source), keycloak.Options{})
		var err error
		for err == nil {
			_, err = reader.Next(t.Context())
		}
		require.NotErrorIs(t, err, io.EOF, name)
		assert.Contains(t, err.Error(), test.fault, name)
		assert.Less(t, source.peak, uint64(bound), "%s: %s", name, fmt.Sprint(source.peak>>20, " MiB"))
	}
}

// What is passed over may have any form, and what follows it is read.
func TestWhatIsPassedOverMayHaveAnyForm(t *testing.T) {
	t.Parallel()
	items, err := read(t, strings.NewReader(`{"a":{"users":[{"username":"no"}]},"b":[[],{}],"c":null,"d":1.5,"e":"]}","f":{},"users":[{"username":"yes"}],"g":[{"users":1}]}`), nil)
	require.NoError(t, err)
	assert.Len(t, items, 1)
	assert.Contains(t, items, "user yes")
}
