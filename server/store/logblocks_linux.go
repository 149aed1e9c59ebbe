package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// etcd reserves a file of its log before it writes to it (fallocate(2)), and
// has each write synced. A block that was reserved and never written takes more
// than its own writing: the file system has to note that there is something in
// it now, and where it has a journal, as on a volume in Kubernetes, the note is
// a second wait for the disk. Measured on ext4: three times as long. PostgreSQL
// fills its files with zeros first for that reason (wal_init_zero).
//
// Nobody but etcd may write to its log. So the kernel is asked to prepare the
// pages as for a write that does not come (MADV_POPULATE_WRITE of madvise(2),
// since Linux 5.14), in memory that is shared with the file: they are written
// to disk as they are, whatever etcd writes to them meanwhile.

const (
	// writeBlocksAfter leaves the processors to the rest of a start, which others
	// wait for.
	writeBlocksAfter = 2 * time.Second
	// writeBlocksEvery is less than it takes to fill a file of the log.
	writeBlocksEvery = 250 * time.Millisecond
	// blocksAtOnce bounds how much a write of etcd's waits for, in bytes.
	blocksAtOnce = 256 << 10
	// betweenBlocks leaves the disk to others.
	betweenBlocks = 5 * time.Millisecond
)

// watchLogBlocks writes the blocks of the file that etcd writes to, and of the
// next one.
func (s *Store) watchLogBlocks(ctx context.Context) {
	logs := logDirectory(s.directory)
	timer := time.NewTimer(writeBlocksAfter)
	defer timer.Stop()
	told := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(writeBlocksEvery)
		}
		for _, name := range unfilled(logs) {
			// It is slower without, and nothing else: etcd finds out by itself
			// what is wrong with a disk.
			if err := writeBlocks(ctx, name); err != nil && !errors.Is(err, fs.ErrNotExist) && !told {
				s.log.Debug("cannot write blocks of the log before they are needed", "error", err)
				told = true
			}
		}
	}
}

// unfilled are the files of the log that entries are still to be written to:
// the last one, and the one that etcd has ready.
func unfilled(logs string) []string {
	files, _ := filesOf(logs, ".tmp")
	if last := lastLog(logs); last != "" {
		files = append(files, last)
	}
	return files
}

// writeBlocks writes what is reserved and was never written. It changes nothing
// of what is in the file. File systems that do not tell have none.
func writeBlocks(ctx context.Context, name string) error {
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	from, err := file.Seek(0, unix.SEEK_HOLE)
	if err != nil {
		return err
	}
	about, err := file.Stat()
	if err != nil {
		return err
	}
	page := int64(os.Getpagesize())
	from -= from % page
	if from >= about.Size() {
		return nil
	}
	pages, err := unix.Mmap(int(file.Fd()), from, int(about.Size()-from), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return os.NewSyscallError("mmap", err)
	}
	defer func() { _ = unix.Munmap(pages) }()

	for at := 0; at < len(pages) && ctx.Err() == nil; at += blocksAtOnce {
		some := pages[at:min(at+blocksAtOnce, len(pages))]
		// etcd cuts off the rest of a file when it begins the next: EFAULT.
		if err := unix.Madvise(some, unix.MADV_POPULATE_WRITE); err != nil {
			return os.NewSyscallError("madvise", err)
		}
		const wait = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
		if err := unix.SyncFileRange(int(file.Fd()), from+int64(at), int64(len(some)), wait); err != nil {
			return os.NewSyscallError("sync_file_range", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(betweenBlocks):
		}
	}
	return nil
}
