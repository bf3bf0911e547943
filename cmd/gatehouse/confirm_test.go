package main

import (
	"context"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminals opens a terminal: what is written to the keyboard is what a person types.
func terminals(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = keyboard.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	screen, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = screen.Close() })
	return keyboard, screen
}

// An interrupt ends a question at once, and what is typed later confirms nothing.
func TestInterruptEndsAQuestion(t *testing.T) {
	t.Parallel()
	keyboard, screen := terminals(t)
	env := &environment{terminal: terminal{In: screen, Err: io.Discard}}
	type answer struct {
		password string
		err      error
	}
	asked := func(ctx context.Context, ask func(ctx context.Context) (string, error)) (a answer) {
		got := make(chan answer, 1)
		go func() {
			text, err := ask(ctx)
			got <- answer{text, err}
		}()
		select {
		case a = <-got:
		case <-time.After(5 * time.Second):
			require.Fail(t, "still waiting")
		}
		return a
	}
	confirm := func(ctx context.Context) (string, error) {
		return "", env.confirmNamed(ctx, false, "Delete it?", "shop")
	}
	password := func(ctx context.Context) (string, error) { return env.readPassword(ctx, false) }
	shown := func() bool {
		state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
		require.NoError(t, err)
		return state.Lflag&unix.ECHO != 0
	}
	_, err := keyboard.WriteString("shop\n")
	require.NoError(t, err)
	require.NoError(t, asked(t.Context(), confirm).err)

	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, interrupt)
	got := asked(ctx, confirm)
	require.ErrorIs(t, got.err, errInterrupted)
	require.ErrorContains(t, got.err, "nothing was changed")
	_, err = keyboard.WriteString("shop\n") // for the question that was interrupted
	require.NoError(t, err)

	ctx, interrupt = context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, func() {
		assert.False(t, shown(), "a password is asked for")
		interrupt()
	})
	require.ErrorIs(t, asked(ctx, password).err, errInterrupted)
	assert.True(t, shown(), "the terminal is as it was")
}
