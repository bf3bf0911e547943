package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/storage"
)

// privateFiles are the files that only the account of the server may read: the embedded
// database, what SQLite keeps beside it, and the generated secret.
func (c *config) privateFiles() ([]string, error) {
	path, err := storage.SQLitePath(c.databaseURL())
	if err != nil {
		return nil, err
	}
	secret := filepath.Join(c.DataDir, "secret")
	if path == "" {
		return []string{secret}, nil
	}
	return []string{path, path + "-wal", path + "-shm", secret}, nil
}

// openToOthers says whether others than the owner of a file may read or write it.
func openToOthers(path string) (fs.FileMode, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	mode := info.Mode().Perm()
	return mode, mode&0o077 != 0
}

// tightenFiles takes away what others may do with our files: versions before this one left
// that to the umask, in a data directory that was there before them.
func (c *config) tightenFiles(ctx context.Context, log *slog.Logger) error {
	paths, err := c.privateFiles()
	if err != nil {
		return err
	}
	for _, path := range paths {
		mode, wide := openToOthers(path)
		if !wide {
			continue
		}
		switch err := os.Chmod(path, 0o600); {
		case errors.Is(err, fs.ErrNotExist): // SQLite removed it meanwhile
		case err != nil:
			log.WarnContext(ctx, "others on this machine may read "+path+", and this account may not change that", "mode", fmt.Sprintf("%04o", mode), "cause", err)
		default:
			log.WarnContext(ctx, "others on this machine could read "+path+": it is for its owner alone now", "mode", fmt.Sprintf("%04o", mode))
		}
	}
	return nil
}
