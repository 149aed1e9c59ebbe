//go:build linux

package store

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/storage/wal"
	"golang.org/x/sys/unix"
)

// reserved is a file as etcd reserves one of its log.
func reserved(t *testing.T) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "0.tmp"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if err := syscall.Fallocate(int(file.Fd()), 0, 0, segmentBytes); err != nil {
		t.Fatal(err)
	}
	return file
}

// hole is where the first block of a file is that was never written; its size
// if there is none.
func hole(t *testing.T, name string) (at, size int64) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if at, err = file.Seek(0, unix.SEEK_HOLE); err != nil {
		t.Fatal(err)
	}
	if size, err = file.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	return at, size
}

func TestBlocksOfTheLogAreWrittenAndNothingInThemChanges(t *testing.T) {
	file := reserved(t)
	want := make([]byte, segmentBytes)
	written := make(chan error)
	// As etcd does, a little at a time, in the pages that are being written.
	go func() {
		for at, n := 0, 0; at+4000 <= len(want); at, n = at+4000, n+1 {
			entry := bytes.Repeat([]byte{byte(1 + n%255)}, 3000)
			copy(want[at:], entry)
			if _, err := file.WriteAt(entry, int64(at)); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	if err := writeBlocks(t.Context(), file.Name()); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if at, size := hole(t, file.Name()); at != size {
		t.Errorf("the block at %d of %d was not written", at, size)
	}
	got, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the file has other bytes than were written to it")
	}
}

func TestAFileOfTheLogThatIsCutOffMeanwhileHarmsNobody(t *testing.T) {
	file := reserved(t)
	ended := make(chan error)
	go func() { ended <- writeBlocks(t.Context(), file.Name()) }()
	for at := int64(0); at == 0; at, _ = hole(t, file.Name()) {
		time.Sleep(100 * time.Microsecond)
	}
	if err := file.Truncate(1000); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, syscall.EFAULT) {
		t.Errorf("it ended with %v, want that there is nothing any more", err)
	}
	if err := writeBlocks(t.Context(), file.Name()); err != nil {
		t.Errorf("of what is left: %v", err)
	}
}

func TestAMemberWritesTheBlocksOfItsLogBeforeTheyAreNeeded(t *testing.T) {
	s := openPeers(t)
	logs := logDirectory(s.directory)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		files := unfilled(logs)
		left := 0
		for _, name := range files {
			if at, size := hole(t, name); at != size || size < wal.SegmentSizeBytes {
				left++
			}
		}
		// The one that is written to, and the next.
		if len(files) == 2 && left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %v have blocks that were never written", left, files)
		}
	}
}
