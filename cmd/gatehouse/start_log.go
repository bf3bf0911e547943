package main

import (
	"context"
	"log/slog"
)

// startLog is the log of a program that serves, on standard error. Flush writes what waits.
func (e *environment) startLog(ctx context.Context, c config) (log *slog.Logger, flush func(), err error) {
	level, err := c.logLevel()
	if err != nil {
		return nil, nil, err
	}
	lines := newLogBuffer(e.Err)
	log = slog.New(slog.NewJSONHandler(lines, &slog.HandlerOptions{Level: level}))
	e.warnOfUnknownVariables(ctx, log)
	return log, lines.Flush, nil
}
