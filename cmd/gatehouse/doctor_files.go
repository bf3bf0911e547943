package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/storage"
)

// examineFiles looks at where the embedded database and the generated secret are kept.
func (c *config) examineFiles() []finding {
	var findings []finding
	var directories []string
	if path, err := storage.SQLitePath(c.databaseURL()); err == nil && path != "" {
		directories = append(directories, filepath.Dir(path))
	}
	if c.Secret == "" && c.embedded() && (len(directories) == 0 || directories[0] != filepath.Clean(c.DataDir)) {
		directories = append(directories, c.DataDir)
	}
	for _, directory := range directories {
		if err := tryWrite(directory); err != nil {
			findings = append(findings, finding{"files", wrong, fmt.Sprintf("%s cannot be written: %s", directory, explainError(err))})
		}
	}
	paths, err := c.privateFiles()
	if err != nil {
		return findings // the settings' fault, and told there
	}
	for _, path := range paths {
		if mode, wide := openToOthers(path); wide {
			findings = append(findings, finding{"files", warning, fmt.Sprintf("others on this machine may read %s (%04o): the next start takes that away", path, mode)})
		}
	}
	return findings
}

// examineRead reads the files that a start reads, and those that the settings do not judge by themselves.
func (c *config) examineRead(unread *settingFaults) []finding {
	var findings []finding
	if _, err := c.roots(); err != nil {
		findings = append(findings, finding{"files", wrong, explainError(err)})
	}
	if c.PrivateKeyPath == "" || unread.concern("private_key_passphrase", "private_key_passphrase_file") {
		return findings
	}
	pem, err := os.ReadFile(c.PrivateKeyPath)
	if err == nil {
		if err = keys.CheckPEM(pem, []byte(c.PrivateKeyPassphrase)); err != nil {
			err = fmt.Errorf("%s is %w", c.PrivateKeyPath, err)
		}
	}
	if err != nil {
		findings = append(findings, finding{"files", wrong, c.named("private_key_path") + ": " + explainError(err)})
	}
	return findings
}

// tryWrite writes a file into the directory, or into the nearest that is there to make it in,
// and removes it: permissions alone do not tell of a disk that is full or mounted read-only.
func tryWrite(directory string) error {
	for {
		info, err := os.Stat(directory)
		if errors.Is(err, fs.ErrNotExist) && filepath.Dir(directory) != directory {
			directory = filepath.Dir(directory)
			continue
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("%s is not a directory", directory)
		}
		break
	}
	f, err := os.CreateTemp(directory, ".doctor-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 64<<10))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}
