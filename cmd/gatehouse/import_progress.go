package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// How often the progress is shown: in place on a terminal, and as a line elsewhere, such as a log.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 10 * time.Second
)

const barWidth = 30

// importProgress shows on standard error how far an import is.
type importProgress struct {
	w        io.Writer
	terminal bool
	clock    provider.Clock
	position func() (read, total int64)
	shown    time.Time
	began    time.Time
	drawn    bool
}

func newImportProgress(w io.Writer, clock provider.Clock, position func() (read, total int64)) *importProgress {
	file, ok := w.(*os.File)
	p := &importProgress{w: w, clock: clock, position: position, terminal: ok && term.IsTerminal(int(file.Fd()))}
	p.began = clock.Real()
	p.shown = p.began
	return p
}

// show is imports.Run.Progress.
func (p *importProgress) show(r *imports.Report) {
	now := p.clock.Real()
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	if now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	total := r.Total()
	text := fmt.Sprintf("%d read, %d imported, %d already there, %d refused", total.Read, total.Imported, total.Present, total.Refused)
	part := -1.0
	if read, size := p.position(); size > 0 {
		part = float64(read) / float64(size)
	}
	if part >= 0 {
		text = fmt.Sprintf("%3.0f%%  %s", part*100, text)
	}
	if !p.terminal {
		_, _ = fmt.Fprintln(p.w, text)
		return
	}
	bar := ""
	if part >= 0 {
		full := min(int(part*barWidth), barWidth)
		bar = "[" + strings.Repeat("#", full) + strings.Repeat("-", barWidth-full) + "] "
	}
	p.drawn = true
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s%s", bar, text)
}

// end makes room for the report.
func (p *importProgress) end() {
	if p.drawn {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
