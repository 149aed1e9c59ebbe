package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// closedFile is there while a member is closed that was asked to close, and
// had the time to. It says that what the member has is what it had.
func closedFile(directory string) string { return filepath.Join(directory, "closed") }

// markClosed is the last thing that a member does.
func markClosed(directory string) error {
	file, err := os.OpenFile(closedFile(directory), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(file.Sync(), file.Close(), syncDirectory(directory))
	}
	if err != nil {
		return fmt.Errorf("noting that the member was closed: %w", err)
	}
	return nil
}

// unmarkClosed is the first thing that a member does. It reports whether the
// one before was closed.
func unmarkClosed(directory string) (closed bool, err error) {
	err = os.Remove(closedFile(directory))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = syncDirectory(directory)
	}
	if err != nil {
		return false, fmt.Errorf("taking away the note that the member was closed: %w", err)
	}
	return true, nil
}

func syncDirectory(directory string) error {
	d, err := os.Open(directory)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
