package main

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// document gets a public document.
type document struct {
	label, path, marker string

	message []byte
}

func (f *document) name() string { return f.label }

func (f *document) prepare(context.Context, time.Duration) error {
	f.message = generator.Get(host, f.path)
	return nil
}

func (f *document) Request(int, int) []byte { return f.message }

func (f *document) CheckResponse(_, _ int, r generator.Response) error { return expect(r, f.marker) }
