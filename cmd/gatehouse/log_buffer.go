package main

import (
	"io"
	"sync"
	"time"
)

const (
	// logDelay is how long a line of the log waits for others: to write each by itself takes
	// a twentieth of the processor time of a request. A process that is killed loses what waits.
	logDelay = 5 * time.Millisecond
	// logRoom bounds what waits while the log is not read, in bytes. Beyond it requests wait too, as
	// they do for a full pipe.
	logRoom = 1 << 20
)

// logBuffer writes the lines of a few milliseconds at once. Flush writes the rest.
type logBuffer struct {
	out io.Writer

	mu      sync.Mutex
	waiting []byte
	due     bool       // waiting is going to be written
	writing bool       // by one at a time
	changed *sync.Cond // there is room again, or no write is in progress
	spare   []byte
}

func newLogBuffer(out io.Writer) *logBuffer {
	b := &logBuffer{out: out}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// Write adds a line. It never fails: there is no place to report an error of the log.
func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.waiting) > 0 && len(b.waiting)+len(line) > logRoom {
		b.changed.Wait()
	}
	b.waiting = append(b.waiting, line...)
	if !b.due {
		b.due = true
		time.AfterFunc(logDelay, b.Flush)
	}
	return len(line), nil
}

// Flush writes what waits.
func (b *logBuffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.writing {
		b.changed.Wait()
	}
	lines := b.waiting
	b.waiting, b.writing = b.spare[:0], true
	b.changed.Broadcast()
	b.mu.Unlock()
	_, _ = b.out.Write(lines) // and where would that be said
	b.mu.Lock()
	b.spare, b.writing = lines, false
	b.changed.Broadcast()
	if b.due = len(b.waiting) > 0; b.due { // while this was written
		time.AfterFunc(logDelay, b.Flush)
	}
}
