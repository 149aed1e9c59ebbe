package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// closedFile is there while a member is closed that was asked to close, and
// had the time to. It names the data it speaks of: what is there later may be
// that of a server that knows nothing of this file, or have been put there by
// a person.
func closedFile(directory string) string { return filepath.Join(directory, "closed") }

// markClosed is the last thing that a member does.
func markClosed(directory string) error {
	name := closedFile(directory)
	err := os.WriteFile(name, []byte(fingerprint(directory)), 0o600)
	if err == nil {
		err = errors.Join(syncPath(name), syncPath(directory))
	}
	if err != nil {
		_ = os.Remove(name) // Nothing may be said of a disk that fails.
		return fmt.Errorf("noting that the member was closed: %w", err)
	}
	return nil
}

// unmarkClosed is the first thing that a member does. It reports whether the
// one before was closed, and left what is there.
func unmarkClosed(directory string) (closed bool, err error) {
	name := closedFile(directory)
	marked, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = errors.Join(os.Remove(name), syncPath(directory))
	}
	if err != nil {
		return false, fmt.Errorf("taking away the note that the member was closed: %w", err)
	}
	return string(marked) == fingerprint(directory), nil
}

// fingerprint is the sizes of the database and of the log's last file, and when
// they were written.
func fingerprint(directory string) (text string) {
	files := []string{filepath.Join(directory, "member", "snap", "db")}
	if last := lastLog(logDirectory(directory)); last != "" {
		files = append(files, last)
	}
	for _, name := range files {
		file, err := os.Stat(name)
		if err != nil {
			continue // It is not in the text, then.
		}
		text += fmt.Sprintln(file.Name(), file.Size(), file.ModTime().UnixNano())
	}
	return text
}

// syncPath makes a file, or the names in a directory, last.
func syncPath(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
