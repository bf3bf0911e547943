package breach_test

import (
	"context"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/breach"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// listed is a list of passwords, with an end of each line.
func listed(end string, passwords ...string) string {
	lines := make([]string, len(passwords))
	for n, password := range passwords {
		lines[n] = fmt.Sprintf("%X:%d%s", sha1.Sum([]byte(password)), n+1, end)
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "breached.txt")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// lookups records the outcomes.
type lookups struct{ outcomes []event.PasswordLookedUp }

func (l *lookups) hear(_ context.Context, e event.Event) {
	if looked, ok := e.(event.PasswordLookedUp); ok {
		l.outcomes = append(l.outcomes, looked)
	}
}

// Every password of a list is found, wherever it is, and no other.
func TestFile(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"one line": 1, "two lines": 2, "some lines": 37, "more than samples": 3000} {
		passwords := make([]string, size)
		for n := range passwords {
			passwords[n] = fmt.Sprint("password", n)
		}
		for _, end := range []string{"\n", "\r\n"} {
			for _, content := range []string{listed(end, passwords...), strings.TrimSuffix(listed(end, passwords...), end), strings.ToLower(listed(end, passwords...))} {
				file, err := breach.OpenFile(write(t, content))
				require.NoError(t, err, name)
				heard := &lookups{}
				list := breach.NewPasswords(file, event.NewBus(heard.hear))
				for n := range size {
					require.True(t, list.Breached(t.Context(), passwords[n]), "%s: %s", name, passwords[n])
					require.False(t, list.Breached(t.Context(), fmt.Sprint("other", n)), name)
				}
				assert.Equal(t, []event.PasswordLookedUp{{Outcome: event.Breached}, {Outcome: event.NotBreached}}, heard.outcomes[:2])
				require.NoError(t, list.Close())
				require.NoError(t, (*breach.Passwords)(nil).Close())
				assert.False(t, list.Breached(t.Context(), passwords[0]), "closed")
				assert.Equal(t, event.BreachUnknown, heard.outcomes[len(heard.outcomes)-1].Outcome)
			}
		}
	}
	assert.False(t, (*breach.Passwords)(nil).Breached(t.Context(), "password"))
}

// A file that is no list, or not in order, is refused, and nothing of it is shown.
func TestFilesThatAreNoList(t *testing.T) {
	t.Parallel()
	many := make([]string, 5000)
	for n := range many {
		many[n] = fmt.Sprint("password", n)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(listed("\n", many...), "\n"), "\n")
	byCount := slices.Clone(lines)
	slices.SortFunc(byCount, func(a, b string) int { return strings.Compare(a[41:], b[41:]) })
	swapped := listed("\n", "a", "b", "c")
	swapped = swapped[43:86] + swapped[:43] + swapped[86:]
	for name, content := range map[string]string{
		"empty":                "",
		"words":                "hunter22\nletmein\n",
		"one long line":        strings.Repeat("hunter22", 100_000),
		"hashes of NTLM":       "0000000011112222333344445555666B:1\n",
		"without counts":       strings.ReplaceAll(listed("\n", "a"), ":1", ""),
		"a bad count":          listed("\n", "a")[:41] + "many\n",
		"a long count":         listed("\n", "a")[:41] + "1234567890123\n",
		"a blank line":         listed("\n", "a") + "\n" + listed("\n", "b"),
		"two are not in order": swapped,
		"by frequency":         strings.Join(byCount, ""),
		"twice the same":       listed("\n", "a") + listed("\n", "a"),
		"cut at the front":     listed("\n", many...)[7:],
		"NUL":                  strings.Repeat("\x00", 5000),
	} {
		path := write(t, content)
		_, err := breach.OpenFile(path)
		if assert.ErrorIs(t, err, breach.ErrList, name) {
			assert.Contains(t, err.Error(), path, name)
			assert.NotContains(t, err.Error(), "hunter22", name)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "nothing"), "/dev/null", "\x00"} {
		_, err := breach.OpenFile(path)
		assert.ErrorIs(t, err, breach.ErrList, "%q", path)
	}
}

// A list that was damaged after the start is a list that cannot be asked.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	path := write(t, listed("\n", "password1", "password2", "password3"))
	file, err := breach.OpenFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("hunter22", 30)), 0o600))
	heard := &lookups{}
	list := breach.NewPasswords(file, event.NewBus(heard.hear))
	assert.False(t, list.Breached(t.Context(), "password1"))
	require.Len(t, heard.outcomes, 1)
	assert.Equal(t, event.BreachUnknown, heard.outcomes[0].Outcome)
	assert.NotContains(t, heard.outcomes[0].Fault.Error(), "hunter22")
	require.NoError(t, list.Close())
}
