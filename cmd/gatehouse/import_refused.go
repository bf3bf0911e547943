package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// usedFile is a file that an import needs, which its report must not replace.
type usedFile struct {
	what string
	info os.FileInfo
}

// usedFiles are those of the paths that exist.
func usedFiles(what string, paths ...string) []usedFile {
	var used []usedFile
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			used = append(used, usedFile{what, info})
		}
	}
	return used
}

// refusedFile takes the refused lines. They are written to a file beside the one that was named, which
// takes its place at the end: an import that fails early must not have emptied the report of the one
// before, whose lines may be mended already.
type refusedFile struct {
	path  string // what is replaced; empty: file is a pipe or a device, which is written to
	file  *os.File
	lines *bufio.Writer
	count int
}

// openRefused refuses a path that is one of the files in use, also by another name.
func openRefused(path string, used []usedFile) (*refusedFile, error) {
	target, err := reportPath(path)
	if err != nil {
		return nil, fmt.Errorf("--refused: %w", err)
	}
	var file *os.File
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("--refused: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("--refused: %s is a directory", path)
	case !info.Mode().IsRegular():
		if file, err = os.OpenFile(target, os.O_WRONLY, 0); err != nil { //nolint:gosec // the operator names the file
			return nil, fmt.Errorf("--refused: %w", err)
		}
		return &refusedFile{file: file, lines: bufio.NewWriter(file)}, nil
	}
	for _, u := range used {
		if info != nil && os.SameFile(info, u.info) {
			return nil, fmt.Errorf("--refused: %s is %s: name another file", path, u.what)
		}
	}
	// CreateTemp makes it 0600: it holds hashes of passwords.
	if file, err = os.CreateTemp(filepath.Dir(target), ".refused-*"); err != nil {
		return nil, fmt.Errorf("--refused: %w", err)
	}
	return &refusedFile{path: target, file: file, lines: bufio.NewWriter(file)}, nil
}

// reportPath follows symbolic links: what they lead to is replaced, and not the link.
func reportPath(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return target, err
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("%s is a symbolic link to nothing", path)
	}
	return path, nil
}

// write is imports.Run.Refused.
func (r *refusedFile) write(item imports.Item, fault imports.Fault) error {
	r.count++
	return imports.WriteRefused(r.lines, item, fault)
}

// close puts the lines in their place. Without any, an earlier report stays.
func (r *refusedFile) close(notes io.Writer) error {
	err := r.lines.Flush()
	if r.path == "" {
		return errors.Join(err, r.file.Close())
	}
	err = errors.Join(err, r.file.Sync(), r.file.Close())
	if info, statErr := os.Stat(r.path); err == nil && r.count == 0 && statErr == nil && info.Size() > 0 {
		_, _ = fmt.Fprintln(notes, printable("note: no line was refused: "+r.path+", of an earlier import, was left as it is"))
		return os.Remove(r.file.Name())
	}
	if err == nil {
		err = os.Rename(r.file.Name(), r.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--refused: %w", err), os.Remove(r.file.Name()))
	}
	return nil
}
