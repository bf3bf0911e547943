package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// importFile is an open source of an import.
type importFile struct {
	imports.Source

	r    io.ReadCloser
	used []usedFile
	size int64 // 0: not known
	read atomic.Int64
}

// openImport opens a file, or standard input for "-". The digest of a file tells, in the audit log,
// which one it was.
func (e *environment) openImport(path, system string) (_ *importFile, err error) {
	if path == "-" {
		source := &importFile{Source: imports.Source{System: system, Name: "-"}, r: io.NopCloser(e.In)}
		if file, ok := e.In.(*os.File); ok { // it may be a file all the same
			if info, err := file.Stat(); err == nil {
				source.used = []usedFile{{"the input", info}}
			}
		}
		return source, nil
	}
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	source := &importFile{Source: imports.Source{System: system, Name: filepath.Base(path)}, r: file, used: []usedFile{{"the input", info}}}
	if !info.Mode().IsRegular() { // a pipe can be read only once
		return source, nil
	}
	digest := sha256.New()
	if source.size, err = io.Copy(digest, file); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	source.SHA256 = hex.EncodeToString(digest.Sum(nil))
	return source, nil
}

// Read counts what was read, for the progress.
func (f *importFile) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	f.read.Add(int64(n))
	return n, err
}

// position is how many bytes were read, and of how many; 0: that is not known.
func (f *importFile) position() (read, total int64) { return f.read.Load(), f.size }

// Close closes the file.
func (f *importFile) Close() error { return f.r.Close() }
